/**
 * What other programs write to the raw topic, and messages of megabytes: classified, set aside or refused, never in the way.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { CompressionTypes, type Producer } from "kafkajs";
import { Connection } from "../../log/kafka/connection.ts";
import { testSettings } from "../../log/kafka/testing.ts";
import { getJson, post, postReadings, until } from "../client.ts";
import { inTempDir, kafkaEnv } from "../engines.ts";
import { runTool, Tool } from "./java.ts";
import { kafkaTest } from "./testing.ts";
import { classified, deviceOf, messageOf, metric } from "./tracker.ts";
import { startServer } from "../server.ts";

const PARTITIONS = 2;
/** The most readings in a message: over 2 MB as JSON. */
const MAX_READINGS = 20_000;

const envOf = (brokers: string[], dir: string) => ({
  ...kafkaEnv(brokers),
  PARTITIONS: `${PARTITIONS}`,
  DATA_DIR: `${dir}/data`,
});

const rawTopic = ({ KAFKA_TOPIC_PREFIX }: Record<string, string>) => `${KAFKA_TOPIC_PREFIX}raw_sensor_data`;

/** Kafka's console producer; each line is a message, with its key before a tab where `args` say so. */
async function produceByTool(
  brokers: string[],
  topic: string,
  lines: string[],
  ...args: string[]
): Promise<void> {
  const to = ["--bootstrap-server", brokers.join(","), "--topic", topic];
  await runTool(Tool.consoleProducer, [...to, ...args], lines.join("\n") + "\n");
}

const KEYED = ["--property", "parse.key=true"];

const connect = (brokers: string[]) => new Connection(testSettings(brokers));

/** Bytes that no console can type. */
async function produceBytes(brokers: string[], ...args: Parameters<Producer["send"]>): Promise<void> {
  const producer = connect(brokers).kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send(...args);
  await producer.disconnect();
}

const allProcessed = (url: string) => until(() => metric(url, "log_lag_records"), (lag) => lag === 0);

const isOncePerWindow = (windows: { timestamp: number }[]) =>
  new Set(windows.map(({ timestamp }) => timestamp)).size === windows.length;

kafkaTest(
  "What cannot be read is set aside with its reason, and the messages behind it are classified",
  (brokers) =>
    inTempDir(async (dir) => {
      const env = envOf(brokers, dir);
      const topic = rawTopic(env);
      await using server = await startServer(env);
      const devices = [0, 1].map((partition) => deviceOf(partition, PARTITIONS, "phone"));
      const early = messageOf(devices[0], "early");
      for (const reading of early.sensorReadings) reading.timestamp = 5;
      const good = JSON.stringify(messageOf(devices[0], "packed"));
      await produceByTool(
        brokers,
        topic,
        ['broken\t{"messageId":', `early\t${JSON.stringify(early)}`],
        ...KEYED,
      );
      await Promise.all([
        ...["lz4", "snappy"].map((codec) =>
          produceByTool(brokers, topic, [good], "--compression-codec", codec)
        ),
        produceBytes(brokers, {
          topic,
          messages: [{ key: "latin-1", value: "caf\u00e9" }, { key: "null", value: null }]
            .map(({ key, value }) => ({ key, value: value === null ? null : Buffer.from(value, "latin1") })),
        }),
      ]);
      await until(() => metric(server.url, "log_dead_letters"), (count) => count === 6);
      const { items } = await getJson(`${server.url}/api/dead-letters`);
      const letters: { reason: string; key: string | null; topic: string; excerpt: string }[] = items;
      const reasonOf = (key: string | null) =>
        letters.filter((letter) => letter.key === key).map(({ reason }) => reason);
      assert.match(reasonOf("broken")[0], /is not JSON.*expected/);
      assert.match(reasonOf("early")[0], /timestamp/);
      assert.match(reasonOf("latin-1")[0], /is not UTF-8: expected/);
      assert.match(reasonOf("null")[0], /has no value: expected/);
      const packed = reasonOf(null).sort();
      assert.match(packed[0], /lz4/);
      assert.match(packed[1], /snappy/);
      assert.ok(letters.every((letter) => letter.topic === topic));
      const shown = await runTool(Tool.consoleConsumer, [
        ...["--bootstrap-server", brokers.join(","), "--topic", `${topic}.dlq`, "--from-beginning"],
        ...["--isolation-level", "read_committed", "--max-messages", "6", "--timeout-ms", "10000"],
        ...["--property", "print.headers=true", "--property", "print.key=true"],
      ]);
      assert.match(
        shown,
        /^reason:.*,topic:.*raw_sensor_data,partition:\d,offset:\d+\tbroken\t\{"messageId":$/m,
      );
      await postReadings(server.url, devices.map((device) => messageOf(device)));
      for (const device of devices) await classified(server.url, device, 5);
      await allProcessed(server.url);
    }),
);

kafkaTest(
  "Messages without a key, with another's key and in Sensor Logger's shape are classified once",
  (brokers) =>
    inTempDir(async (dir) => {
      const env = envOf(brokers, dir);
      const topic = rawTopic(env);
      await using server = await startServer(env);
      const [keyless, wrong, strange] = [0, 1, 1].map((partition, i) =>
        deviceOf(partition, PARTITIONS, `foreign-${i}`)
      );
      const sent = messageOf(strange);
      const payload = sent.sensorReadings.map(({ name, timestamp, values: [x, y, z] }) => ({
        name,
        time: `${timestamp}000000`,
        values: { x, y, z },
      }));
      const logger = { messageId: 1, sessionId: sent.sessionId, deviceId: strange, payload };
      const keyOfOther = deviceOf(0, PARTITIONS, "other");
      await Promise.all([
        // In two parts, since one producer without keys stays with one partition for a while.
        produceByTool(brokers, topic, [JSON.stringify(messageOf(keyless))]),
        produceByTool(brokers, topic, [
          `${keyOfOther}\t${JSON.stringify(messageOf(wrong))}`,
          `${strange}\t${JSON.stringify(logger)}`,
        ], ...KEYED),
      ]);
      for (const device of [keyless, wrong, strange]) await classified(server.url, device, 5);
      await allProcessed(server.url);
      for (const device of [keyless, wrong, strange]) {
        assert.ok(isOncePerWindow(await classified(server.url, device)), device);
      }
      assert.equal(await metric(server.url, "log_dead_letters"), 0);
    }),
);

kafkaTest(
  "A message that is too large to be brought home once it is unpacked is set aside",
  (brokers) =>
    inTempDir(async (dir) => {
      const env = envOf(brokers, dir);
      const [home, elsewhere] = [0, 1].map((partition) => deviceOf(partition, PARTITIONS, "phone"));
      await using server = await startServer(env);
      const value = JSON.stringify(messageOf(home)) + " ".repeat(5 << 20);
      await produceBytes(brokers, {
        topic: rawTopic(env),
        compression: CompressionTypes.GZIP,
        messages: [{ key: elsewhere, partition: 1, value }],
      });
      await until(() => metric(server.url, "log_dead_letters"), (count) => count === 1);
      const { items: [{ reason }] } = await getJson(`${server.url}/api/dead-letters`);
      assert.match(reason, /belongs to partition 0.*max\.message\.bytes.*expected the deviceId as its key/);
      await postReadings(server.url, [messageOf(elsewhere)]);
      await classified(server.url, elsewhere);
    }),
);

kafkaTest(
  "Messages of 2 MB are stored and classified, whoever wrote them",
  (brokers) =>
    inTempDir(async (dir) => {
      const env = envOf(brokers, dir);
      await using server = await startServer(env);
      const [own, foreign] = ["own", "foreign"].map((device) => messageOf(device, "1", MAX_READINGS));
      assert.ok(JSON.stringify(own).length > 2e6);
      await postReadings(server.url, [own]);
      await produceByTool(
        brokers,
        rawTopic(env),
        [JSON.stringify(foreign)],
        ...["--producer-property", "max.request.size=4194304"],
      );
      for (const device of ["own", "foreign"]) {
        const windows = await classified(server.url, device, 190);
        assert.ok(isOncePerWindow(windows), device);
      }
    }),
);

kafkaTest(
  "A topic that takes less than a message gives 413 with the command that lets it take more",
  (brokers) =>
    inTempDir(async (dir) => {
      const env = envOf(brokers, dir);
      const topic = rawTopic(env);
      const admin = connect(brokers).kafka.admin();
      await admin.connect();
      const configEntries = [{ name: "max.message.bytes", value: "100000" }];
      await admin.createTopics({
        topics: [{ topic, numPartitions: PARTITIONS, configEntries }],
        waitForLeaders: false,
      });
      await admin.disconnect();
      const large = messageOf("phone-1", "1", MAX_READINGS);
      let detail: string;
      {
        await using small = await startServer(env);
        const refused = await post(`${small.url}/sensor-data`, large);
        assert.equal(refused.status, 413);
        ({ detail } = await refused.json());
        assert.match(
          detail,
          /more than the 100000 that the topic .*raw_sensor_data takes.*max\.message\.bytes.*, and restart/,
        );
        await postReadings(small.url, [messageOf("phone-2", "1", 100)]);
      }
      const [, ...args] = /kafka-configs\.sh [^,]*/.exec(detail)![0].split(" ");
      await runTool(Tool.configs, args.map((arg) => arg === "localhost:9092" ? brokers.join(",") : arg));
      await using enlarged = await startServer(env);
      await postReadings(enlarged.url, [large]);
      await classified(enlarged.url, "phone-1", 190);
    }),
);
