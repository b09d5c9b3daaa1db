/**
 * Records that retention deletes before they are processed, and topics that are deleted and made anew.
 */
import assert from "node:assert/strict";
import type { Admin } from "kafkajs";
import { Connection } from "../../log/kafka/connection.ts";
import type { KafkaLog } from "../../log/kafka/log.ts";
import type { KafkaLogSettings } from "../../log/kafka/settings.ts";
import { openTestLog, testSettings } from "../../log/kafka/testing.ts";
import { partitionOf } from "../../log/partition.ts";
import { batchOf } from "../../log/testing/batches.ts";
import { postReadings, until } from "../client.ts";
import { inTempDir } from "../engines.ts";
import { kafkaTest } from "./testing.ts";
import { classified, envOf, messageOf, metric, readiness } from "./tracker.ts";
import { startServer } from "../server.ts";

const DEVICE = "phone-1";
const PARTITIONS = 2;
const PARTITION = partitionOf(DEVICE, PARTITIONS);

const settingsOf = (brokers: string[]) => testSettings(brokers, { partitions: PARTITIONS });

async function withAdmin<T>(settings: KafkaLogSettings, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Connection(settings).kafka.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Appends messages of these numbers to {@link PARTITION}. */
async function append(log: KafkaLog, from: number, to: number): Promise<void> {
  for (let i = from; i <= to; i++) await log.append(batchOf(DEVICE, `${i}`));
}

const caughtUp = (log: KafkaLog) =>
  until(
    () => log.status(),
    ({ raw, lagRecords }) => raw[PARTITION].end > 0 && lagRecords.every((lag) => lag === 0),
  );

/** As retention does. */
const deleteBefore = (settings: KafkaLogSettings, name: string, offset: number) =>
  withAdmin(settings, async (admin) => {
    const topic = settings.topicPrefix + name;
    // Has kafkajs look up where the partitions are, which deleting does not.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: PARTITION, offset: `${offset}` }] });
  });

kafkaTest(
  "Records deleted while nobody processed are counted and told, and processing goes on with the others",
  async (brokers) => {
    const settings = settingsOf(brokers);
    const log = await openTestLog(settings);
    await append(log, 1, 3);
    {
      await using first = await startServer(envOf(settings), ["--roles", "stream"]);
      await caughtUp(log);
      await first.stop();
    }
    await append(log, 4, 12);
    await deleteBefore(settings, "raw_sensor_data", 10);
    await using second = await startServer(envOf(settings), ["--roles", "stream"]);
    await caughtUp(log);
    await until(() => metric(second.url, "log_lost_records_total"), (lost) => lost === 7);
    assert.match(second.errors(), /raw_sensor_data\/\d: 7 records were deleted.*retention\.ms.*RETENTION_MS/);
    assert.equal((await fetch(`${second.url}/readyz`)).status, 200);
    await append(log, 13, 13);
    await until(() => log.status().raw[PARTITION].end, (end) => end === 13);
    await caughtUp(log);
    await log.close();
  },
);

/** Positions past the end are what is left when a topic is deleted and made anew beneath a group. */
kafkaTest(
  "A topic that ends before the group's positions is told with what to delete, and processed after",
  async (brokers) => {
    const settings = settingsOf(brokers);
    const { topicPrefix } = settings;
    let log = await openTestLog(settings);
    await append(log, 1, 3);
    const partitions = [{ partition: PARTITION, offset: "100" }];
    const setOffsets = {
      groupId: `${topicPrefix}activity-tracker`,
      topic: `${topicPrefix}raw_sensor_data`,
      partitions,
    };
    await withAdmin(settings, (admin) => admin.setOffsets(setOffsets));
    let told: string;
    {
      await using first = await startServer(envOf(settings), ["--roles", "stream"]);
      // The other partitions, which are well, must not hide it.
      let times = 0;
      const { checks } = await until(
        () => readiness(first.url),
        ({ ready }) => (times = ready ? 0 : times + 1) === 10,
      );
      told = checks.log;
      assert.match(told, /raw_sensor_data was made anew.*KAFKA_TOPIC_PREFIX/);
      await first.stop();
    }
    await log.close();
    const [, activity, state, group] = /delete the topics (\S+) and (\S+) and the group (\S+)$/.exec(told)!;
    await withAdmin(settings, async (admin) => {
      await admin.deleteTopics({ topics: [activity, state] });
      await admin.deleteGroups([group]);
      await until(
        () => admin.listTopics(),
        (topics) => !topics.includes(activity) && !topics.includes(state),
      );
    });
    log = await openTestLog(settings);
    await using second = await startServer(envOf(settings), ["--roles", "stream"]);
    await until(() => metric(second.url, "log_raw_records"), (end) => end === 3);
    await caughtUp(log);
    assert.equal((await readiness(second.url)).ready, true);
    await log.close();
  },
);

kafkaTest("A topic made anew while it is processed is told with what to delete", async (brokers) => {
  const settings = settingsOf(brokers);
  const topic = `${settings.topicPrefix}raw_sensor_data`;
  const log = await openTestLog(settings);
  await append(log, 1, 5);
  await using server = await startServer(envOf(settings), ["--roles", "stream"]);
  await caughtUp(log);
  await withAdmin(settings, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    await until(() => readiness(server.url), ({ ready }) => !ready);
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: false });
  });
  const { checks } = await until(() => readiness(server.url), ({ checks }) => /made anew/.test(checks.log));
  assert.match(checks.log, /KAFKA_TOPIC_PREFIX, or stop everything and delete/);
  await log.close();
});

kafkaTest("Results deleted before the pages had them are told", async (brokers) => {
  const settings = settingsOf(brokers);
  const topic = `${settings.topicPrefix}processed_activity`;
  await inTempDir(async (dir) => {
    const env = { ...envOf(settings), DATA_DIR: `${dir}/data` };
    {
      await using first = await startServer(env);
      await postReadings(first.url, [messageOf(DEVICE)]);
      await classified(first.url, DEVICE);
      await first.stop();
    }
    const log = await openTestLog(settings);
    const producer = new Connection(settings).kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: Array(20).fill({ partition: PARTITION, value: "{}" }) });
    await producer.disconnect();
    const begin = (await log.extents("processed_activity"))[PARTITION].end;
    await deleteBefore(settings, "processed_activity", begin);
    await until(() => log.extents("processed_activity"), (extents) => extents[PARTITION].begin === begin);
    await log.close();
    await using second = await startServer(env, ["--roles", "web"]);
    const told =
      /processed_activity\/\d: \d+ records were deleted before the pages.*retention\.ms.*RETENTION_MS/;
    await until(() => second.errors(), (errors) => told.test(errors));
  });
});
