/**
 * The Kafka cluster that is measured: one node of our own, or the one that `KAFKA_BROKERS` names.
 *
 * @module
 */
import { resolve } from "node:path";
import { UsageError } from "../commands/usage.ts";
import { loadSettings, SETTING_NAMES } from "../config.ts";
import { startKafka } from "../e2e/kafka/broker.ts";
import { kafkaMissing, LONG_LIVED } from "../e2e/kafka/java.ts";
import { freePorts } from "../e2e/kafka/ports.ts";
import { Connection } from "../log/kafka/connection.ts";
import type { KafkaSettings } from "../log/kafka/settings.ts";
import type { Engine } from "./server.ts";
import { type Usage, usageOf } from "./usage.ts";

/** Without Kafka, whatever the environment says. */
export const EMBEDDED: Engine = {
  name: "embedded",
  env: Object.fromEntries(
    SETTING_NAMES.filter((name) => name.startsWith("KAFKA_")).map((name) => [name, ""]),
  ),
  brokerUsage: () => Promise.resolve(null),
};

export interface Cluster extends AsyncDisposable {
  settings: KafkaSettings;
  /** What our own node has used; null for a cluster that was there before. */
  usage(): Promise<Usage | null>;
}

/**
 * Opens the cluster.
 *
 * @param given how to reach an existing one; null starts a node with an empty data folder
 * @throws UsageError when there is none and none can be started
 */
export async function openCluster(given: KafkaSettings | null): Promise<Cluster> {
  if (given !== null) {
    return {
      settings: given,
      usage: () => Promise.resolve(null),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const missing = kafkaMissing();
  if (missing !== null) {
    throw new UsageError(`${missing}. Or name a cluster, for example KAFKA_BROKERS=localhost:9092`);
  }
  const folder = await Deno.makeTempDir({ prefix: "activity-tracker-bench-" });
  const removeFolder = () => Deno.remove(folder, { recursive: true });
  try {
    const kept = { folder, port: freePorts(1)[0] };
    const kafka = await startKafka({ kept, jvmArgs: LONG_LIVED });
    const pid = Number(await Deno.readTextFile(`${folder}/node-1/pid`));
    return {
      settings: loadSettings({ KAFKA_BROKERS: kafka.brokers.join() }).kafka!,
      usage: () => usageOf(pid),
      async [Symbol.asyncDispose]() {
        await kafka[Symbol.asyncDispose]();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

/** Kafka with topics of its own, which are deleted at the end. */
export interface KafkaEngine extends Engine, AsyncDisposable {}

/** Kafka without anything in it: the topics' names are new ones. */
export function emptyKafka({ settings, usage }: Cluster): KafkaEngine {
  const topicPrefix = `${settings.topicPrefix}bench-${crypto.randomUUID()}.`;
  const { brokers, ssl } = settings;
  // The rest is in the environment of this process, but the server is in another folder.
  const certificates: Record<string, string> = typeof ssl === "object"
    ? { KAFKA_SSL: resolve(ssl.caPath) }
    : {};
  return {
    name: "kafka",
    env: { ...certificates, KAFKA_BROKERS: brokers.join(), KAFKA_TOPIC_PREFIX: topicPrefix },
    brokerUsage: usage,
    [Symbol.asyncDispose]: () => deleteTopics(settings, topicPrefix),
  };
}

/** The consumer group stays: it has no members, and the broker forgets it after some days. */
async function deleteTopics(settings: KafkaSettings, prefix: string): Promise<void> {
  const admin = new Connection(settings).kafka.admin();
  try {
    await admin.connect();
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
    await admin.deleteTopics({ topics });
  } catch (error) {
    // The figures are worth more than the room: whoever may delete topics can do it later.
    console.error(`the topics ${prefix}* could not be deleted: ${(error as Error).message}`);
  } finally {
    await admin.disconnect();
  }
}
