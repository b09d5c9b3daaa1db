/**
 * A user without some right, and topics that others made: what people are told, that the commands they are told work, and that
 * nothing has to be restarted once the right is there.
 */
import assert from "node:assert/strict";
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  ResourcePatternTypes,
} from "kafkajs";
import { Connection } from "../../log/kafka/connection.ts";
import type { KafkaLogSettings } from "../../log/kafka/settings.ts";
import { openTestLog, testSettings } from "../../log/kafka/testing.ts";
import { batchOf } from "../../log/testing/batches.ts";
import { CountingTask } from "../../log/testing/counting_task.ts";
import { post, postReadings, until } from "../client.ts";
import { inTempDir } from "../engines.ts";
import { type KafkaCluster, startKafka } from "./broker.ts";
import { Tool } from "./java.ts";
import { ownKafkaTest } from "./testing.ts";
import { classified, envOf, messageOf, readiness } from "./tracker.ts";
import { endOfStart, startServer } from "../server.ts";

const PASSWORD = "correcthorsebatterystaple";
const TOPICS = [
  "raw_sensor_data",
  "processed_activity",
  "activity_state",
  "activity_control",
  "raw_sensor_data.dlq",
];
const ID = "activity-tracker";
const { READ, WRITE, DESCRIBE, CREATE } = AclOperationTypes;
/** A user of each test. */
const USERS = [
  "maker",
  "writer",
  "stream-topic",
  "stream-group",
  "stream-id",
  "stream-out",
  "share",
  "whole",
];

interface Right {
  type: AclResourceTypes;
  name: string;
  operations: AclOperationTypes[];
  prefixed?: boolean;
}

const topic = (name: string, ...operations: AclOperationTypes[]): Right => ({
  type: AclResourceTypes.TOPIC,
  name,
  operations,
});
const group: Right = { type: AclResourceTypes.GROUP, name: ID, operations: [READ] };
const transactions: Right = {
  type: AclResourceTypes.TRANSACTIONAL_ID,
  name: ID,
  operations: [WRITE],
  prefixed: true,
};
const topicsBut = (but: string) =>
  TOPICS.filter((name) => name !== but).map((name) => topic(name, READ, WRITE));

let shared: Promise<{ cluster: KafkaCluster; admin: Admin }> | null = null;

/** One broker for all tests of the file; it ends with them. */
const kafka = () =>
  shared ??= (async () => {
    const users = Object.fromEntries(USERS.map((user) => [user, PASSWORD]));
    const cluster = await startKafka({ sasl: { users } });
    const { kafka } = new Connection(settingsOf(cluster, null));
    const admin = kafka.admin();
    await admin.connect();
    return { cluster, admin };
  })();

/** Settings of a user, whose topics begin with the name; of null, who may do everything. */
function settingsOf(cluster: KafkaCluster, user: string | null, topicPrefix = `${user}.`): KafkaLogSettings {
  const [brokers, sasl] = user
    ? [cluster.sasl, { mechanism: "plain", username: user, password: PASSWORD } as const]
    : [cluster.brokers, null];
  return testSettings(brokers, { sasl, topicPrefix, partitions: 2 });
}

const userEnv = (cluster: KafkaCluster, user: string) => envOf(settingsOf(cluster, user));

/** Has all topics made by one who may. */
async function makeTopics(cluster: KafkaCluster, user: string): Promise<void> {
  const log = await openTestLog(settingsOf(cluster, null, `${user}.`));
  await log.close();
}

async function grant(admin: Admin, user: string, rights: Right[]): Promise<void> {
  const acl = rights.flatMap(({ type, name, operations, prefixed }) =>
    operations.map((operation) => ({
      resourceType: type,
      resourceName: `${user}.${name}`,
      resourcePatternType: prefixed ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      principal: `User:${user}`,
      host: "*",
      operation,
      permissionType: AclPermissionTypes.ALLOW,
    }))
  );
  await admin.createAcls({ acl });
  // The broker takes them over a moment after it has said that they are stored.
  await until(
    async () =>
      (await admin.describeAcls({
        principal: `User:${user}`,
        resourceType: AclResourceTypes.ANY,
        resourcePatternType: ResourcePatternTypes.ANY,
        operation: AclOperationTypes.ANY,
        permissionType: AclPermissionTypes.ANY,
      })).resources,
    (resources) =>
      acl.every(({ resourceName, operation }) =>
        resources.some((each) =>
          each.resourceName === resourceName && each.acls.some((held) => held.operation === operation)
        )
      ),
  );
}

/** Runs a command as people would copy it from a message, but as one who may. */
async function runTold(
  { sasl, brokers, tool }: KafkaCluster,
  className: string,
  command: string,
): Promise<void> {
  const [, ...args] = command.split(" ");
  assert.ok(args.includes(sasl[0]), command);
  await tool(className, args.map((arg) => arg === sasl[0] ? brokers[0] : arg));
}

const aclsCommand = (text: string): string => /kafka-acls\.sh [^,]*/.exec(text)![0];

ownKafkaTest(
  "Where topics are missing and may not be made, the start tells the commands that make them",
  async () => {
    const { cluster, admin } = await kafka();
    await grant(admin, "maker", [...topicsBut(""), group, transactions]);
    const { code, stderr } = await endOfStart(userEnv(cluster, "maker"), ["--roles", "stream"]);
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /maker\.raw_sensor_data\.dlq are missing and cannot be made \(maker has no right.*KAFKA_SASL_USERNAME/,
    );
    const commands = stderr.match(/kafka-topics\.sh .*/g) ?? [];
    assert.equal(commands.length, TOPICS.length);
    await runTold(cluster, Tool.topics, commands[0]!);
    // The others, as their commands would.
    await makeTopics(cluster, "maker");
    const log = await openTestLog(settingsOf(cluster, "maker"));
    assert.deepEqual(await log.append(batchOf("phone-1", "1")), { duplicate: false });
    await log.close();
  },
);

ownKafkaTest(
  "Without Write on the raw topic, posts are refused with the command that gives it, which ends it",
  async () => {
    const { cluster, admin } = await kafka();
    await makeTopics(cluster, "writer");
    await grant(admin, "writer", [
      ...topicsBut("raw_sensor_data"),
      topic("raw_sensor_data", READ),
      group,
      transactions,
    ]);
    await inTempDir(async (dir) => {
      const env = { ...userEnv(cluster, "writer"), DATA_DIR: `${dir}/data` };
      await using server = await startServer(env, ["--roles", "web"]);
      const refused = await post(`${server.url}/sensor-data`, messageOf("phone-1"));
      assert.equal(refused.status, 503);
      const { detail } = await refused.json();
      assert.match(
        detail,
        /nothing can be written to writer\.raw_sensor_data: the Kafka user writer lacks a right/,
      );
      const { ready, checks } = await readiness(server.url);
      assert.equal(ready, false);
      assert.ok(detail.includes(checks.log), checks.log);
      await runTold(cluster, Tool.acls, aclsCommand(detail));
      await until(
        () => post(`${server.url}/sensor-data`, messageOf("phone-1")).then(({ status }) => status),
        (status) => status === 200,
      );
      await until(() => readiness(server.url), ({ ready }) => ready);
    });
  },
);

const LACKING: Record<string, { rights: Right[]; told: RegExp; byCommand?: boolean }> = {
  "stream-topic": {
    rights: [...topicsBut("raw_sensor_data"), topic("raw_sensor_data", DESCRIBE), group, transactions],
    told: /lacks a right on topics such as stream-topic\.raw_sensor_data/,
  },
  "stream-out": {
    rights: [...topicsBut("processed_activity"), topic("processed_activity", READ), group, transactions],
    told: /lacks a right on topics such as stream-out\.raw_sensor_data/,
  },
  "stream-group": {
    rights: [...topicsBut(""), transactions],
    told: /lacks a right on groups such as stream-group\.activity-tracker and /,
    byCommand: true,
  },
  "stream-id": {
    rights: [...topicsBut(""), group],
    told: /lacks a right on transactional ids such as stream-id\.activity-tracker-0 and/,
    byCommand: true,
  },
};

ownKafkaTest(
  "Without a right of its own, a process that classifies tells the one it lacks, and goes on once it is given",
  async () => {
    const { cluster, admin } = await kafka();
    await Promise.all(
      Object.entries(LACKING).map(async ([user, { rights, told, byCommand }]) => {
        await makeTopics(cluster, user);
        await grant(admin, user, rights);
        const everything = await openTestLog(settingsOf(cluster, null, `${user}.`));
        await everything.append(batchOf("phone-1", "1"));
        const log = await openTestLog(settingsOf(cluster, user));
        await log.run((context) => new CountingTask(context));
        const trouble = await until(() => log.status().trouble, (text) => text !== null && told.test(text));
        assert.equal(trouble!.split("; ").length, 1, `${user}: ${trouble}`);
        if (byCommand) await runTold(cluster, Tool.acls, aclsCommand(trouble!));
        else await grant(admin, user, topicsBut(""));
        await until(() => log.status().trouble, (text) => text === null);
        await until(() => everything.status().lagRecords, (lags) => lags.every((lag) => lag === 0));
        await log.close();
        await everything.close();
      }),
    );
  },
);

ownKafkaTest(
  "Without Read on its group, a process that shares a work has no partition and tells the right, and goes on once it is given",
  async () => {
    const { cluster, admin } = await kafka();
    await makeTopics(cluster, "share");
    await grant(admin, "share", [...topicsBut(""), group]);
    const log = await openTestLog(settingsOf(cluster, "share"));
    let owned: readonly number[] = [];
    await log.share("snowflake", (partitions) => owned = partitions);
    const trouble = await until(() => log.status().trouble, (text) => text !== null);
    assert.match(
      trouble!,
      /the Kafka user share lacks a right on groups such as share\.activity-tracker and share\.activity-tracker-snowflake:/,
    );
    assert.deepEqual(owned, []);
    await runTold(cluster, Tool.acls, aclsCommand(trouble!));
    await until(() => owned.length, (count) => count === log.partitions);
    await until(() => log.status().trouble, (text) => text === null);
    await log.close();
  },
);

ownKafkaTest(
  "Every name begins with KAFKA_TOPIC_PREFIX, so that rights on the prefix are all a user needs",
  async () => {
    const { cluster, admin } = await kafka();
    await grant(
      admin,
      "whole",
      [
        topic("", READ, WRITE, CREATE),
        { ...group, name: "" },
        { ...transactions, name: "" },
      ].map((right) => ({ ...right, prefixed: true })),
    );
    await inTempDir(async (dir) => {
      await using server = await startServer({ ...userEnv(cluster, "whole"), DATA_DIR: `${dir}/data` });
      await postReadings(server.url, [messageOf("phone-1")]);
      await classified(server.url, "phone-1");
      await until(() => readiness(server.url), ({ ready }) => ready);
    });
    const topics = (await admin.listTopics()).filter((name) => name.startsWith("whole."));
    assert.deepEqual(topics.sort(), TOPICS.map((name) => `whole.${name}`).sort());
    const { groups } = await admin.listGroups();
    assert.ok(groups.some(({ groupId }) => groupId === `whole.${ID}`));
  },
);

ownKafkaTest("A topic with another number of partitions is told with the settings to change", async () => {
  const { cluster, admin } = await kafka();
  await admin.createTopics({
    topics: [{ topic: "three.raw_sensor_data", numPartitions: 3 }],
    waitForLeaders: true,
  });
  const env = { KAFKA_BROKERS: cluster.brokers[0], KAFKA_TOPIC_PREFIX: "three.", PARTITIONS: "4" };
  const { code, stderr } = await endOfStart(env, ["--roles", "stream"]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /three\.raw_sensor_data has 3 partitions, but PARTITIONS is 4: set PARTITIONS=3 if .*; or set KAFKA_TOPIC_PREFIX/,
  );
});
