/**
 * Kafka's own console tools and the server agree on what is in the topics and how far it is processed.
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { readIndex } from "../../commands/recordings.ts";
import type { ActivityRecord } from "../../log/records.ts";
import {
  allEnded,
  getJson,
  type Message,
  messagesOf,
  postReadings,
  TESTDATA,
  until,
  windowsOf,
} from "../client.ts";
import { inTempDir, kafkaEnv } from "../engines.ts";
import { runTool, Tool } from "./java.ts";
import { kafkaTest } from "./testing.ts";
import { deviceOf, metrics } from "./tracker.ts";
import { startServer } from "../server.ts";

const PARTITIONS = 4;
/** Seconds of a recording: enough for windows of every kind of reading. */
const SECONDS = 20;
/** Longer than a stream process takes to process a few messages and stop: until then its sessions stay open. */
const LONG_IDLE_MS = 5000;
/** The console consumer ends when nothing has come for so long, ms. */
const CONSUMER_TIMEOUT_MS = 2000;

/** What a record of `processed_activity` has, as the contract says. */
const CONTRACT_FIELDS = [
  "messageId",
  "sessionId",
  "deviceId",
  "timestamp",
  "magnitude",
  "activity",
  "windowStart",
  "windowMs",
  "magnitudeStd",
  "cadenceHz",
  "readings",
  "coverage",
  "confidence",
  "gravityRemoved",
  "thresholdsVersion",
];

/** A web node, stream processes as wanted, and tools that see the same topics. */
class Deployment {
  readonly #env: Record<string, string>;
  readonly #at: string[];
  readonly #prefix: string;

  constructor(brokers: string[], dir: string, sessionIdleMs: number) {
    const env = kafkaEnv(brokers);
    this.#env = {
      ...env,
      DATA_DIR: `${dir}/data`,
      PARTITIONS: String(PARTITIONS),
      SESSION_IDLE_MS: String(sessionIdleMs),
    };
    this.#at = ["--bootstrap-server", brokers.join(",")];
    this.#prefix = env.KAFKA_TOPIC_PREFIX;
  }

  start(role: "web" | "stream") {
    return startServer(this.#env, ["--roles", role]);
  }

  /** What the console consumer shows of `processed_activity`: keys, and values as JSON. */
  async consume(): Promise<{ key: string; record: ActivityRecord }[]> {
    const args = [
      ...["--topic", `${this.#prefix}processed_activity`, "--from-beginning"],
      ...["--isolation-level", "read_committed", "--timeout-ms", String(CONSUMER_TIMEOUT_MS)],
      ...["--property", "print.key=true"],
    ];
    const text = await runTool(Tool.consoleConsumer, [...this.#at, ...args]);
    return text.trimEnd().split("\n").map((line) => {
      const [key, value] = line.split("\t");
      return { key, record: JSON.parse(value) };
    });
  }

  /**
   * Writes to `raw_sensor_data` with the console producer. All go into one batch, and so into one partition if they have no keys:
   * over several, nobody could tell their order.
   */
  async produce(messages: readonly Message[], withKey: boolean): Promise<void> {
    const lines = messages.map((message) =>
      (withKey ? `${message.deviceId}\t` : "") + JSON.stringify(message) + "\n"
    );
    const oneBatch = ["--producer-property", "batch.size=1000000", "--producer-property", "linger.ms=1000"];
    await runTool(Tool.consoleProducer, [
      ...this.#at,
      ...["--topic", `${this.#prefix}raw_sensor_data`],
      ...oneBatch,
      ...["--property", `parse.key=${withKey}`],
    ], lines.join(""));
  }

  /** The lag per partition, as kafka-consumer-groups tells it. */
  async lag(): Promise<number[]> {
    const text = await this.#groups("--describe");
    const [head, ...rows] = text.split("\n").filter(Boolean).map((line) => line.trim().split(/\s+/))
      .filter((words) => words.length > 3);
    const lag: number[] = [];
    for (const row of rows) lag[Number(row[head.indexOf("PARTITION")])] = Number(row[head.indexOf("LAG")]);
    return lag;
  }

  async resetToEarliest(): Promise<void> {
    const topic = `${this.#prefix}raw_sensor_data`;
    const text = await this.#groups("--reset-offsets", "--to-earliest", "--execute", "--topic", topic);
    assert.equal(text.match(new RegExp(`${topic}\\s+\\d\\s+0\\s*$`, "gm"))?.length, PARTITIONS, text);
  }

  #groups(...args: string[]): Promise<string> {
    return runTool(Tool.consumerGroups, [
      ...this.#at,
      "--group",
      `${this.#prefix}activity-tracker`,
      ...args,
    ]);
  }
}

/** Waits until a process knows of so many records per partition, and tells this lag. */
async function lagShown(url: string, records: readonly number[], lag: readonly number[]): Promise<void> {
  const ask = async () => [await metrics(url, "log_raw_records"), await metrics(url, "log_lag_records")];
  await until(ask, (answer) => isDeepStrictEqual(answer, [records, lag]));
}

/** The lag per partition that the pages show. */
async function lagOnPages(url: string): Promise<number[]> {
  const { partitions }: { partitions: { lagRecords: number }[] } = await getJson(`${url}/api/log`);
  return partitions.map(({ lagRecords }) => lagRecords);
}

/** Everything of a window but whose it is. */
const anonymous = ({ messageId: _, sessionId: __, deviceId: ___, ...rest }: ActivityRecord) => rest;

const byMessageId = (records: readonly ActivityRecord[]) =>
  records.toSorted((a, b) => a.messageId < b.messageId ? -1 : 1);

/** Devices of which each has another partition. */
const devicesOfAllPartitions = (name: string): string[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => deviceOf(partition, PARTITIONS, name));

/** The beginning of a recording. */
async function shortMessagesOf(deviceId: string, endMs: number): Promise<Message[]> {
  const [{ file }] = await readIndex(TESTDATA);
  return (await messagesOf(file, deviceId, endMs)).slice(0, SECONDS);
}

kafkaTest(
  "the console consumer shows the contract's JSON, of what the console producer wrote too",
  async (brokers) => {
    await inTempDir(async (dir) => {
      const deployment = new Deployment(brokers, dir, 1000);
      await using web = await deployment.start("web");
      await using _stream = await deployment.start("stream");
      const endMs = Date.now();
      const keyless = devicesOfAllPartitions("keyless");
      const devices = ["posted", "keyed", ...keyless];
      await postReadings(web.url, await shortMessagesOf("posted", endMs));
      await deployment.produce(await shortMessagesOf("keyed", endMs), true);
      const together = await Promise.all(keyless.map((device) => shortMessagesOf(device, endMs)));
      await deployment.produce(together.flat(), false);
      await allEnded(web.url, devices.map((device) => `${device}-run`));

      const shown: ActivityRecord[] = [];
      const expected = (await windowsOf(web.url, "posted-run")).map(anonymous);
      assert.ok(expected.length > 10);
      for (const device of devices) {
        const windows = await windowsOf(web.url, `${device}-run`);
        assert.deepEqual(windows.map(anonymous), expected, device);
        shown.push(...windows);
      }
      const consumed = await deployment.consume();
      for (const { key, record } of consumed) {
        assert.equal(key, record.deviceId);
        assert.deepEqual(Object.keys(record), CONTRACT_FIELDS);
      }
      assert.deepEqual(byMessageId(consumed.map(({ record }) => record)), byMessageId(shown));
      assert.equal((await getJson(`${web.url}/api/log`)).deadLetters, 0);
    });
  },
);

kafkaTest(
  "kafka-consumer-groups tells the lag we show, and after its reset no window is written twice",
  async (brokers) => {
    await inTempDir(async (dir) => {
      const deployment = new Deployment(brokers, dir, LONG_IDLE_MS);
      await using web = await deployment.start("web");
      const endMs = Date.now();
      const [whole, ...halved] = devicesOfAllPartitions("phone");
      const readings = await Promise.all(halved.map((device) => shortMessagesOf(device, endMs)));
      const half = SECONDS / 2;
      const nothing = [0, 0, 0, 0];
      {
        await using stream = await deployment.start("stream");
        const openSessions = async (count: number) =>
          await until(() => metrics(stream.url, "sessions_open"), ([open]) => open === count);
        await postReadings(web.url, await shortMessagesOf(whole, endMs));
        await openSessions(1);
        await openSessions(0);
        for (const messages of readings) await postReadings(web.url, messages.slice(0, half));
        await lagShown(stream.url, [SECONDS, half, half, half], nothing);
        // Its last states are not in the changelog.
        await stream.kill();
      }
      await lagShown(web.url, [SECONDS, half, half, half], nothing);
      assert.deepEqual(await lagOnPages(web.url), nothing);
      assert.deepEqual(await deployment.lag(), nothing);

      const waiting = [0, 1, 2, 3];
      for (const [i, messages] of readings.entries()) {
        await postReadings(web.url, messages.slice(half, half + waiting[i + 1]));
      }
      const written = waiting.map((more, i) => (i === 0 ? SECONDS : half) + more);
      await lagShown(web.url, written, waiting);
      assert.deepEqual(await lagOnPages(web.url), waiting);
      assert.deepEqual(await deployment.lag(), waiting);

      await deployment.resetToEarliest();
      await lagShown(web.url, written, written);
      await using _stream = await deployment.start("stream");
      for (const [i, messages] of readings.entries()) {
        await postReadings(web.url, messages.slice(half + waiting[i + 1]));
      }
      await lagShown(web.url, Array(PARTITIONS).fill(SECONDS), nothing);
      await allEnded(web.url, [whole, ...halved].map((device) => `${device}-run`));
      const expected = (await windowsOf(web.url, `${whole}-run`)).map(anonymous);
      assert.ok(expected.length > 10);
      for (const device of halved) {
        assert.deepEqual((await windowsOf(web.url, `${device}-run`)).map(anonymous), expected, device);
      }
      const ids = (await deployment.consume()).map(({ record }) => record.messageId);
      assert.equal(new Set(ids).size, ids.length);
      assert.equal(ids.length, PARTITIONS * expected.length);
    });
  },
);
