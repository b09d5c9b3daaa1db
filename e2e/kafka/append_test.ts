/**
 * Appending to a real broker while connections break, the broker is killed, and frozen.
 */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { KafkaAppender } from "../../log/kafka/appender.ts";
import { Connection } from "../../log/kafka/connection.ts";
import { ControlLog } from "../../log/kafka/control_log.ts";
import { ControlReader } from "../../log/kafka/control_reader.ts";
import { TopicReader } from "../../log/kafka/reader.ts";
import { CuttableSockets, testSettings } from "../../log/kafka/testing.ts";
import { Conflict } from "../../log/port.ts";
import type { ControlEvent } from "../../log/records.ts";
import { batchOf } from "../../log/testing/batches.ts";
import { Unavailable } from "../../log/unavailable.ts";
import { until } from "../client.ts";
import { type KafkaCluster, startKafka } from "./broker.ts";
import { Tool } from "./java.ts";
import { kafkaTest, ownKafkaTest } from "./testing.ts";

const PARTITIONS = 4;
const DEVICES = 12;
const MAX_MESSAGE_BYTES = 1 << 20;
/** Session of messages that no phone sends again when they are refused. */
const PROBE = "probe";
/** The console consumer ends when nothing has come for so long, ms. */
const CONSUMER_TIMEOUT_MS = 2000;

const connect = (brokers: string[], sockets?: CuttableSockets): Connection =>
  new Connection(testSettings(brokers), sockets?.factory);

async function makeTopic(
  connection: Connection,
  plainName: string,
  numPartitions: number,
  { replicationFactor = 1, config = {} }: { replicationFactor?: number; config?: Record<string, string> } =
    {},
): Promise<string> {
  const admin = connection.kafka.admin();
  const topic = connection.name(plainName);
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic, numPartitions, replicationFactor, configEntries }],
    waitForLeaders: true,
  });
  await admin.disconnect();
  return topic;
}

const open = (connection: Connection, topic: string) =>
  KafkaAppender.open(connection, {
    topic,
    partitions: PARTITIONS,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    recent: [],
  });

/** Waits until it has one. */
const troubleOf = async (appender: KafkaAppender): Promise<string> =>
  (await until(() => appender.trouble, (trouble) => trouble !== null))!;

/** Posts one message after the other, each until it is acknowledged, as a phone does. */
class Phones {
  readonly acknowledged: number[] = Array(DEVICES).fill(0);
  refusals = 0;
  #stopped = false;
  readonly #running: Promise<void>[];

  constructor(readonly appender: KafkaAppender) {
    this.#running = this.acknowledged.map((_, device) => this.#post(device));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  /** Resolves when every phone has had so many more messages acknowledged. */
  async goOn(messages: number): Promise<void> {
    const goal = this.acknowledged.map((count) => count + messages);
    const isReached = (counts: number[]) => counts.every((count, device) => count >= goal[device]);
    await until(() => this.acknowledged, isReached);
  }

  async #post(device: number): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.appender.append(batchOf(`phone-${device}`, `${this.acknowledged[device]}`));
        this.acknowledged[device]++;
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        this.refusals++;
        await delay(50);
      }
    }
  }
}

/** Message numbers of each phone in the order they have in the topic, as Kafka's own consumer reads it. */
async function readWithKafkasTool(cluster: KafkaCluster, topic: string): Promise<number[][]> {
  const args = ["--bootstrap-server", cluster.brokers[0], "--topic", topic, "--from-beginning"];
  const text = await cluster.tool(Tool.consoleConsumer, [
    ...args,
    "--timeout-ms",
    String(CONSUMER_TIMEOUT_MS),
  ]);
  const numbers: number[][] = Array.from({ length: DEVICES }, () => []);
  for (const line of text.split("\n").filter((each) => each.startsWith("{"))) {
    const { deviceId, sessionId, messageId } = JSON.parse(line);
    if (sessionId !== PROBE) numbers[Number(deviceId.slice("phone-".length))].push(Number(messageId));
  }
  return numbers;
}

/** Stops the phones and asserts that what they have had acknowledged is in the topic, once and in order. */
async function assertStoredOnce(phones: Phones, cluster: KafkaCluster, topic: string): Promise<void> {
  await phones.stop();
  await phones.appender.close();
  const expected = phones.acknowledged.map((count) => Array.from({ length: count }, (_, i) => i));
  assert.deepEqual(await readWithKafkasTool(cluster, topic), expected);
}

ownKafkaTest(
  "Through 20 broken connections and 3 killed brokers every acknowledged message is stored once, in order",
  async () => {
    await using cluster = await startKafka();
    const sockets = new CuttableSockets();
    const connection = connect(cluster.brokers, sockets);
    const topic = await makeTopic(connection, "raw", PARTITIONS);
    const appender = open(connection, topic);
    const phones = new Phones(appender);
    for (let i = 0; i < 20; i++) {
      await phones.goOn(3);
      await delay(Math.random() * 30);
      sockets.cut();
    }
    for (let i = 0; i < 3; i++) {
      await phones.goOn(10);
      await cluster.kill(1);
      await cluster.start(1);
    }
    await phones.goOn(10);
    assert.equal(appender.trouble, null);
    await assertStoredOnce(phones, cluster, topic);
  },
);

ownKafkaTest(
  "Three nodes that are lost one after the other: messages are taken again, each stored once, in order",
  async () => {
    await using cluster = await startKafka({ nodes: 3 });
    const connection = connect(cluster.brokers);
    const topic = await makeTopic(connection, "raw", PARTITIONS, {
      replicationFactor: 3,
      config: { "min.insync.replicas": "2" },
    });
    const appender = open(connection, topic);
    const phones = new Phones(appender);
    for (const node of [1, 2, 3]) {
      await phones.goOn(10);
      await cluster.kill(node);
      const killedMs = performance.now();
      await phones.goOn(3);
      console.log(
        `all partitions take messages ${
          Math.round(performance.now() - killedMs)
        } ms after node ${node} was killed`,
      );
      await cluster.start(node);
    }
    await phones.goOn(10);
    await assertStoredOnce(phones, cluster, topic);
  },
);

ownKafkaTest(
  "A frozen broker makes appends be refused within 5 s, and goes on by itself when it is let go",
  async () => {
    await using cluster = await startKafka();
    const connection = connect(cluster.brokers);
    const topic = await makeTopic(connection, "raw", PARTITIONS);
    const appender = open(connection, topic);
    const phones = new Phones(appender);
    await phones.goOn(5);
    cluster.pause(1);
    const frozenMs = performance.now();
    // Each phone waits for its own message; a new message finds out at once, once the others have waited for long.
    let probes = 0;
    let refused: unknown = null;
    while (refused === null) {
      assert.ok(performance.now() - frozenMs < 5000, "nothing was refused within 5 s");
      appender.append(batchOf("phone-0", `${probes++}`, { sessionId: PROBE })).catch((error) =>
        refused = error
      );
      await delay(50);
    }
    assert.ok(refused instanceof Unavailable && refused.retryAfterS > 0);
    // The answers that were asked for have timed out by then.
    assert.match(await troubleOf(appender), /KAFKA_BROKERS/);
    cluster.resume(1);
    const resumedMs = performance.now();
    await phones.goOn(5);
    console.log(`taken again ${Math.round(performance.now() - resumedMs)} ms after the broker was let go`);
    assert.equal(appender.trouble, null);
    await assertStoredOnce(phones, cluster, topic);
  },
);

kafkaTest("A message that the broker finds too large is refused for good", async (brokers) => {
  const connection = connect(brokers);
  const topic = await makeTopic(connection, "raw", PARTITIONS, { config: { "max.message.bytes": "2000" } });
  const appender = open(connection, topic);
  const noise = Float64Array.from({ length: 3000 }, (_, i) => Math.sin(i * i) * 9);
  const large = batchOf("phone-1", "1", { count: 1000, tMs: noise, xyz: noise });
  await assert.rejects(
    appender.append(large),
    (error) => error instanceof RangeError && /max\.message\.bytes/.test(error.message),
  );
  assert.deepEqual(await appender.append(batchOf("phone-1", "2")), { duplicate: false });
  await appender.close();
});

kafkaTest("A topic that is not there is told as trouble, and used once it is there", async (brokers) => {
  const connection = connect(brokers);
  const appender = open(connection, connection.name("raw"));
  const appended = appender.append(batchOf("phone-1", "1"));
  assert.match(await troubleOf(appender), /raw.*KAFKA_TOPIC_PREFIX/);
  await makeTopic(connection, "raw", PARTITIONS);
  assert.deepEqual(await appended, { duplicate: false });
  assert.equal(appender.trouble, null);
  await appender.close();
});

kafkaTest("Of admin changes made by two processes at once, each version is stored once", async (brokers) => {
  const connection = connect(brokers);
  const topic = await makeTopic(connection, "activity_control", 1);
  const processes = ["here", "there"].map((by) => {
    const reader = new TopicReader(connection, topic);
    const events: ControlEvent[] = [];
    const tail = new ControlReader(reader, assert.ifError);
    return { by, reader, events, tail, log: new ControlLog(connection, topic, tail) };
  });
  for (const { tail, events } of processes) await tail.tail((event) => events.push(event));
  let stored = 0;
  for (let version = 1; version <= 5; version++) {
    const results = await Promise.allSettled(
      processes.flatMap(({ by, log }) =>
        ["a", "b"].map((entity) =>
          log.append({ entity, version, type: "renamed", atMs: version, by, data: { name: by } })
        )
      ),
    );
    for (const result of results) {
      if (result.status === "fulfilled") stored++;
      else assert.ok(result.reason instanceof Conflict, `${result.reason}`);
    }
  }
  assert.equal(stored, 10);
  for (const { tail, events } of processes) {
    await tail.catchUp();
    for (const entity of ["a", "b"]) {
      assert.deepEqual(
        events.filter((event) => event.entity === entity).map(({ version }) => version),
        [1, 2, 3, 4, 5],
      );
    }
  }
  for (const { log, tail, reader } of processes) {
    tail.close();
    await log.close();
    await reader.close();
  }
});
