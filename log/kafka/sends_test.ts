import assert from "node:assert/strict";
import fc from "fast-check";
import type { TopicMessages } from "kafkajs";
import { KafkaJSProtocolError } from "kafkajs/src/errors.js";
import sendMessages from "kafkajs/src/producer/sendMessages.js";
import createRetry from "kafkajs/src/retry/index.js";
import { inSends } from "./sends.ts";

const message = fc.record({
  partition: fc.nat(2),
  key: fc.string({ maxLength: 3 }),
  value: fc.nat(900_000).map((length) => "v".repeat(length)),
});
const topicMessages = fc.record({
  topic: fc.constantFrom("activity", "state"),
  messages: fc.array(message, { maxLength: 6 }),
});

Deno.test("each send is of one partition and bounded, and every record is in one, in its partition's order", () => {
  fc.assert(
    fc.property(fc.array(topicMessages, { maxLength: 6 }), (all) => {
      const sends = [...inSends(all)];
      for (const { messages } of sends) {
        assert.equal(new Set(messages.map(({ partition }) => partition)).size, 1);
        const bytes = messages.reduce((sum, { value }) => sum + value!.length, 0);
        assert.ok(messages.length === 1 || bytes <= 800_000);
      }
      for (const topic of ["activity", "state"]) {
        for (const wanted of [0, 1, 2]) {
          const of = (some: typeof sends) =>
            some.filter((one) => one.topic === topic)
              .flatMap(({ messages }) => messages.filter(({ partition }) => partition === wanted));
          assert.deepEqual(of(sends), of(all));
        }
      }
    }),
    { numRuns: 50 },
  );
});

/** kafkajs's own sender on two brokers, of which the second loses what it leads to the first. @returns the topics written */
async function writtenBy(sends: readonly TopicMessages[][]): Promise<string[]> {
  const written: string[] = [];
  let hasMoved = false;
  const brokers = ["1", "2"].map((nodeId) => ({
    nodeId,
    produce({ topicData }: { topicData: { topic: string }[] }) {
      if (nodeId === "2") {
        hasMoved = true;
        return Promise.reject(
          new KafkaJSProtocolError({ type: "NOT_LEADER_FOR_PARTITION", retriable: true }),
        );
      }
      written.push(...topicData.map(({ topic }) => topic));
      return Promise.resolve({
        topics: topicData.map(({ topic }) => ({ topicName: topic, partitions: [] })),
      });
    },
  }));
  const send = sendMessages({
    logger: { debug() {}, error() {} },
    cluster: {
      addMultipleTargetTopics: () => Promise.resolve(),
      refreshMetadataIfNecessary: () => Promise.resolve(),
      refreshMetadata: () => Promise.resolve(),
      isConnected: () => true,
      findTopicPartitionMetadata: () => [{ partitionId: 0 }],
      findLeaderForPartitions: (topic: string) =>
        topic === "activity" || hasMoved ? { "1": [0] } : { "2": [0] },
      findBroker: ({ nodeId }: { nodeId: string }) => Promise.resolve(brokers[Number(nodeId) - 1]),
    },
    partitioner: () => 0,
    eosManager: {
      isTransactional: () => false,
      acquireBrokerLock: () => Promise.resolve(),
      releaseBrokerLock: () => Promise.resolve(),
      getSequence: () => 0,
      updateSequence() {},
      getProducerId: () => 1,
      getProducerEpoch: () => 0,
    },
    retrier: createRetry({ retries: 3, initialRetryTime: 1 }),
  });
  for (const topicMessages of sends) await send({ acks: -1, topicMessages });
  return written;
}

Deno.test("what moves, while it is sent, to a broker that has answered is written all the same", async () => {
  const all = ["activity", "state"].map((topic) => ({ topic, messages: [{ partition: 0, value: "v" }] }));
  assert.deepEqual(await writtenBy([all]), ["activity"], "kafkajs has been mended: sends may be of several");
  assert.deepEqual(await writtenBy([...inSends(all)].map((send) => [send])), ["activity", "state"]);
});
