/**
 * The topics: made when they are missing, checked when they are there.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Admin, ConfigResourceTypes, type ITopicConfig } from "kafkajs";
import type { Connection } from "./connection.ts";
import { Advice, explain, rootError } from "./explain.ts";
import type { KafkaLogSettings } from "./settings.ts";

/** Full names. */
interface TopicNames {
  raw: string;
  activity: string;
  state: string;
  control: string;
  deadLetters: string;
}

export interface Topics extends TopicNames {
  /** `max.message.bytes` of raw_sensor_data. */
  rawMaxBytes: number;
  /** `max.message.bytes` of the dead-letter topic. */
  deadLetterMaxBytes: number;
}

/** `max.message.bytes` of raw topics that we make: 20,000 readings, the most in one message, are up to 2.6 MB as JSON. */
export const RAW_MAX_BYTES = 4 << 20;
/** A dead letter has a few headers more than what it was. */
const DEAD_LETTER_MAX_BYTES = 2 * RAW_MAX_BYTES;
/** Kafka's own default of `max.message.bytes`, where we may not ask. */
const KAFKA_MAX_BYTES = 1_048_588;
/** Replicas of each record where there are as many brokers: one can be lost without losing or refusing any. */
const REPLICAS = 3;
/** A task that starts reads its changelog: small segments are compacted soon, so that it stays short. */
const STATE_SEGMENT_BYTES = 8 << 20;
const STATE_SEGMENT_MS = 600_000;
/** A topic that was made just now is known to every broker by then, ms; later it is one that we may not see. */
const SEEN_WITHIN_MS = 5000;
const SEE_INTERVAL_MS = 50;

/** @param connection whose settings name the prefix */
function topicNames(connection: Connection): TopicNames {
  const raw = connection.name("raw_sensor_data");
  return {
    raw,
    activity: connection.name("processed_activity"),
    state: connection.name("activity_state"),
    control: connection.name("activity_control"),
    deadLetters: `${raw}.dlq`,
  };
}

/**
 * Makes missing topics and checks the others.
 *
 * @throws Advice when a topic is missing and may not be made, or does not fit; Error of kafkajs's when Kafka does not answer
 */
export async function openTopics(
  connection: Connection,
  admin: Admin,
  settings: KafkaLogSettings,
): Promise<Topics> {
  const names = topicNames(connection);
  const wanted = await wantedTopics(names, admin, settings);
  let counts = await partitionCounts(admin, names);
  const missing = () => wanted.filter(({ topic }) => !counts.has(topic));
  if (missing().length > 0) {
    await create(admin, missing(), settings);
    const deadlineMs = performance.now() + SEEN_WITHIN_MS;
    do {
      await delay(SEE_INTERVAL_MS);
      counts = await partitionCounts(admin, names);
    } while (missing().length > 0 && performance.now() < deadlineMs);
  }
  checkCounts(wanted, counts, names, settings);
  const maxBytes = await maxMessageBytes(admin, names);
  return { ...names, rawMaxBytes: maxBytes(names.raw), deadLetterMaxBytes: maxBytes(names.deadLetters) };
}

async function wantedTopics(
  names: TopicNames,
  admin: Admin,
  { partitions, retentionMs, retentionBytes }: KafkaLogSettings,
): Promise<ITopicConfig[]> {
  const brokers = (await admin.describeCluster()).brokers.length;
  const replicationFactor = Math.min(REPLICAS, brokers);
  // One fewer than there are: an acknowledged record is on two brokers, and losing one broker stops nobody.
  const durable = { "min.insync.replicas": Math.max(1, replicationFactor - 1) };
  const kept = {
    "retention.ms": retentionMs,
    "retention.bytes": Math.ceil(retentionBytes / partitions),
    ...durable,
  };
  const topic = (
    topic: string,
    numPartitions: number,
    config: Record<string, string | number>,
  ): ITopicConfig => ({
    topic,
    numPartitions,
    replicationFactor,
    configEntries: Object.entries(config).map(([name, value]) => ({ name, value: String(value) })),
  });
  return [
    topic(names.raw, partitions, { ...kept, "max.message.bytes": RAW_MAX_BYTES }),
    topic(names.activity, partitions, kept),
    topic(names.state, partitions, {
      "cleanup.policy": "compact",
      "segment.bytes": STATE_SEGMENT_BYTES,
      "segment.ms": STATE_SEGMENT_MS,
      "min.cleanable.dirty.ratio": 0.1,
      ...durable,
    }),
    // Kept whole, whatever the cluster's defaults: its history is the audit, and admin changes are few.
    topic(names.control, 1, {
      "cleanup.policy": "delete",
      "retention.ms": -1,
      "retention.bytes": -1,
      ...durable,
    }),
    topic(names.deadLetters, partitions, { ...kept, "max.message.bytes": DEAD_LETTER_MAX_BYTES }),
  ];
}

/** Partitions of those of our topics that this user sees. */
async function partitionCounts(admin: Admin, names: TopicNames): Promise<Map<string, number>> {
  const existing = new Set(await admin.listTopics());
  const topics = Object.values(names).filter((name) => existing.has(name));
  if (topics.length === 0) return new Map();
  try {
    const { topics: described } = await admin.fetchTopicMetadata({ topics });
    return new Map(described.map(({ name, partitions }) => [name, partitions.length]));
  } catch (error) {
    // It is being made, and this broker does not know it yet as the one before did.
    if (rootError(error).type === "UNKNOWN_TOPIC_OR_PARTITION") return new Map();
    throw error;
  }
}

async function create(admin: Admin, topics: ITopicConfig[], settings: KafkaLogSettings): Promise<void> {
  try {
    // kafkajs's own waiting gives up on a broker that does not know the topics yet.
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    const { type } = rootError(error);
    if (type === "TOPIC_ALREADY_EXISTS") return;
    const at = `--bootstrap-server ${settings.brokers}`;
    const commands = topics.map(({ topic, numPartitions, replicationFactor, configEntries }) =>
      `kafka-topics.sh ${at} --create --topic ${topic} --partitions ${numPartitions} ` +
      `--replication-factor ${replicationFactor} ` +
      configEntries!.map(({ name, value }) => `--config ${name}=${value}`).join(" ")
    );
    const cause = type === "TOPIC_AUTHORIZATION_FAILED"
      ? `${settings.sasl?.username ?? "ANONYMOUS"} has no right to make them, or to see them`
      : explain(error, settings);
    throw new Advice(
      `the topics ${
        topics.map(({ topic }) => topic).join(", ")
      } are missing and cannot be made (${cause}): set ` +
        `KAFKA_SASL_USERNAME to a user who may Create and Describe them, or have them made:\n  ${
          commands.join("\n  ")
        }`,
    );
  }
}

function checkCounts(
  wanted: ITopicConfig[],
  counts: Map<string, number>,
  names: TopicNames,
  settings: KafkaLogSettings,
): void {
  for (const { topic, numPartitions } of wanted) {
    const count = counts.get(topic);
    if (count === undefined) {
      throw new Advice(
        `the topic ${topic} is not to be seen: grant Describe on it` +
          (settings.sasl ? ` to ${settings.sasl.username} (KAFKA_SASL_USERNAME)` : ""),
      );
    }
    if (count === numPartitions) continue;
    const advice = topic === names.control
      ? "expected 1, since its events have one order: make it anew"
      : `but PARTITIONS is ${numPartitions}: set PARTITIONS=${count} if ${names.raw}, ${names.activity}, ${names.state} and ` +
        `${names.deadLetters} all have ${count}`;
    throw new Advice(
      `the topic ${topic} has ${count} partition${
        count === 1 ? "" : "s"
      }, ${advice}; or set KAFKA_TOPIC_PREFIX, for example ` +
        `KAFKA_TOPIC_PREFIX=tracker2., to use topics of your own`,
    );
  }
}

async function maxMessageBytes(admin: Admin, names: TopicNames): Promise<(topic: string) => number> {
  const found = new Map<string, number>();
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [names.raw, names.deadLetters].map((name) => ({
        type: ConfigResourceTypes.TOPIC,
        name,
        configNames: ["max.message.bytes"],
      })),
    });
    for (const { resourceName, configEntries } of resources) {
      found.set(resourceName, Number(configEntries[0].configValue));
    }
  } catch (error) {
    // Nobody needs that right: a cluster that does not give it most likely has the default.
    if (!rootError(error).type?.endsWith("AUTHORIZATION_FAILED")) throw error;
  }
  return (topic) => found.get(topic) ?? KAFKA_MAX_BYTES;
}
