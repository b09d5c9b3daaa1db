import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import type { Cluster } from "./connection.ts";
import { decodeBatches } from "./fetch_codec.ts";
import { type ProtocolRequest, RecordBatch } from "./produce_codec.ts";
import { BatchTooLarge, type ClusterSource, TopicProducer } from "./producer.ts";

const NODES = 3;
const TOPIC = "raw";

/** What happens to a request. */
type Fault =
  | "fine"
  | "lost on the way"
  | "answer lost"
  | "moves before"
  | "too few replicas"
  | "too few replicas after append"
  | "producer forgotten";

/** A cluster that stores what it is sent as brokers do: what has a known sequence is not stored again. */
class FakeBrokers {
  readonly stored = new Map<number, string[]>();
  readonly leaders = new Map<number, number>();
  readonly #sequences = new Map<string, { first: number; next: number }>();
  readonly #faults: Fault[];
  maxBytes = Infinity;
  requests = 0;
  producers = 0;
  clusters = 0;

  constructor(faults: readonly Fault[] = []) {
    this.#faults = [...faults];
  }

  get source(): ClusterSource {
    const settings = { brokers: ["b:1"], ssl: false, sasl: null, topicPrefix: "", sessionTimeoutMs: 1000 };
    return { settings, newCluster: () => this.#newCluster() };
  }

  leader(partition: number): number {
    return this.leaders.get(partition) ?? partition % NODES;
  }

  #newCluster(): Cluster {
    this.clusters++;
    const nothing = () => Promise.resolve();
    let known = new Map<number, number>();
    const refresh = () => {
      known = new Map(Array.from({ length: 6 }, (_, partition) => [partition, this.leader(partition)]));
      return Promise.resolve();
    };
    return {
      connect: nothing,
      disconnect: nothing,
      refreshMetadata: refresh,
      refreshMetadataIfNecessary: nothing,
      addMultipleTargetTopics: refresh,
      findLeaderForPartitions: (_topic, partitions) => {
        const found: Record<string, number[]> = {};
        for (const partition of partitions) (found[known.get(partition)!] ??= []).push(partition);
        return found;
      },
      findBroker: ({ nodeId }) =>
        Promise.resolve({
          connectionPool: {
            send: (request) => this.#answer(Number(nodeId), request as ProtocolRequest<unknown>),
          },
        }),
      fetchTopicsOffset: () => Promise.resolve([]),
    };
  }

  async #answer(node: number, { request }: ProtocolRequest<unknown>): Promise<unknown> {
    const { buffer } = await request.encode();
    if (request.apiName === "InitProducerId") return { errorCode: 0, id: ++this.producers, epoch: 0 };
    this.requests++;
    const fault = this.#faults.shift() ?? "fine";
    if (fault === "lost on the way") throw new Error("Closed connection");
    const codes = new Map<number, number>();
    for (const [partition, batch] of batchesOf(buffer)) {
      codes.set(partition, this.#store(node, partition, batch, fault));
    }
    if (fault === "answer lost") throw new Error("Closed connection");
    return codes;
  }

  #store(node: number, partition: number, batch: Buffer, fault: Fault): number {
    if (fault === "moves before") this.leaders.set(partition, (this.leader(partition) + 1) % NODES);
    if (this.leader(partition) !== node) return 6;
    if (fault === "too few replicas") return 19;
    if (batch.length > this.maxBytes) return 10;
    const producer = `${batch.readBigInt64BE(43)} ${partition}`;
    if (fault === "producer forgotten" && this.#sequences.has(producer)) return 59;
    const first = batch.readInt32BE(53);
    const last = this.#sequences.get(producer);
    if (last && first === last.first) return 46;
    if (last && first !== last.next) return 45;
    const { records } = decodeBatches(batch, 0, []);
    this.#sequences.set(producer, { first, next: first + records.length });
    const values = records.map(({ value }) => new TextDecoder().decode(value!));
    this.stored.set(partition, [...this.stored.get(partition) ?? [], ...values]);
    return fault === "too few replicas after append" ? 20 : 0;
  }
}

function* batchesOf(body: Buffer): Generator<[number, Buffer]> {
  let at = 14 + body.readInt16BE(12);
  for (let left = body.readInt32BE(at), _ = at += 4; left > 0; left--) {
    const length = body.readInt32BE(at + 4);
    yield [body.readInt32BE(at), body.subarray(at + 8, at + 8 + length)];
    at += 8 + length;
  }
}

function batchWith(...values: string[]): RecordBatch {
  const batch = new RecordBatch(1000);
  for (const value of values) batch.add(Buffer.from("key"), Buffer.from(value));
  batch.seal(1_767_225_600_000);
  return batch;
}

const atOnce = () => Promise.resolve();
const producerOf = (brokers: FakeBrokers) => new TopicProducer(brokers.source, TOPIC, atOnce);

Deno.test("whatever is lost, moves or is not sure, every batch is stored once and in order", async () => {
  const fault = fc.constantFrom<Fault>(
    "fine",
    "lost on the way",
    "answer lost",
    "moves before",
    "too few replicas",
    "too few replicas after append",
  );
  await fc.assert(fc.asyncProperty(fc.array(fault, { maxLength: 60 }), async (faults) => {
    const brokers = new FakeBrokers(faults);
    const producer = producerOf(brokers);
    const names = (partition: number) => Array.from({ length: 12 }, (_, i) => `${partition}:${i}`);
    await Promise.all([0, 1, 2, 3, 4].map(async (partition) => {
      const left = names(partition);
      while (left.length > 0) await producer.send(partition, batchWith(...left.splice(0, 3)));
    }));
    for (const partition of [0, 1, 2, 3, 4]) {
      assert.deepEqual(brokers.stored.get(partition), names(partition));
    }
    await producer.close();
  }));
});

Deno.test("batches that are ready together go to each broker in one request", async () => {
  const brokers = new FakeBrokers();
  const producer = producerOf(brokers);
  await Promise.all([0, 1, 2, 3, 4, 5].map((partition) => producer.send(partition, batchWith("a"))));
  assert.equal(brokers.requests, NODES);
  assert.equal(brokers.producers, 1);
});

Deno.test("a producer that the broker does not know any more goes on as another", async () => {
  const brokers = new FakeBrokers(["fine", "producer forgotten"]);
  const producer = producerOf(brokers);
  for (const value of ["a", "b", "c"]) await producer.send(0, batchWith(value));
  assert.deepEqual(brokers.stored.get(0), ["a", "b", "c"]);
  assert.equal(brokers.producers, 2);
});

Deno.test("a batch the topic does not take is refused, and the next one follows the one before", async () => {
  const brokers = new FakeBrokers();
  const producer = producerOf(brokers);
  await producer.send(0, batchWith("a"));
  brokers.maxBytes = 1;
  await assert.rejects(producer.send(0, batchWith("too", "large")), BatchTooLarge);
  brokers.maxBytes = Infinity;
  await producer.send(0, batchWith("b"));
  assert.deepEqual(brokers.stored.get(0), ["a", "b"]);
});

Deno.test("what is wrong is told until a send succeeds; a move is nothing to tell", async () => {
  const brokers = new FakeBrokers(["moves before", "too few replicas", "lost on the way"]);
  const troubles: (string | null)[] = [];
  const producer: TopicProducer = new TopicProducer(brokers.source, TOPIC, () => {
    troubles.push(producer.trouble);
    return Promise.resolve();
  });
  await producer.send(0, batchWith("a"));
  assert.equal(troubles.length, 3);
  assert.equal(troubles[0], null);
  assert.match(troubles[1]!, /min\.insync\.replicas/);
  assert.match(troubles[2]!, /KAFKA_BROKERS=b:1/);
  assert.equal(producer.trouble, null);
});

Deno.test("a broken connection is given up for a new one, an answer that refuses is not", async () => {
  const refusing = new FakeBrokers(["too few replicas", "too few replicas"]);
  await producerOf(refusing).send(0, batchWith("a"));
  assert.equal(refusing.clusters, 1);
  const breaking = new FakeBrokers(["answer lost"]);
  await producerOf(breaking).send(0, batchWith("a"));
  assert.equal(breaking.clusters, 2);
});

Deno.test("closing rejects what waits to be tried again, and takes nothing more", async () => {
  const brokers = new FakeBrokers(["lost on the way"]);
  const retry = Promise.withResolvers<void>();
  const tried = Promise.withResolvers<void>();
  const producer = new TopicProducer(brokers.source, TOPIC, () => {
    tried.resolve();
    return retry.promise;
  });
  const waiting = producer.send(0, batchWith("a"));
  await tried.promise;
  const closed = producer.close();
  retry.resolve();
  await assert.rejects(waiting, /stored or not/);
  await closed;
  await assert.rejects(producer.send(0, batchWith("b")), /closed/);
});
