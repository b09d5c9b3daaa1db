/**
 * Connecting, and what takes appends: for the log, and for the thread that takes requests, which has no more of it.
 *
 * @module
 */
import type { ISocketFactory } from "kafkajs";
import { KafkaAppender } from "./appender.ts";
import { Connection } from "./connection.ts";
import { explain } from "./explain.ts";
import { decodeRaw, newScratch } from "../raw_json.ts";
import { TopicReader } from "./reader.ts";
import type { KafkaLogSettings } from "./settings.ts";
import { openTopics, type Topics } from "./topics.ts";

/** Newest records of each partition whose ids are known again after a restart: what was on its way when the process ended. */
const RECALLED_RECORDS = 2000;

/**
 * Connects, and makes the topics that are missing.
 *
 * @param openSocket lets a test cut the sockets
 * @throws Error with what to check when there is no getting through
 */
export async function connect(settings: KafkaLogSettings, openSocket?: ISocketFactory) {
  const connection = new Connection(settings, openSocket);
  const admin = connection.kafka.admin();
  try {
    await admin.connect();
    const topics = await openTopics(connection, admin, settings);
    return { connection, admin, topics };
  } catch (error) {
    await admin.disconnect().catch(() => {});
    throw new Error(explain(error, settings));
  }
}

/** Connects and opens the appender alone. @throws Error as {@linkcode connect} */
export async function openAppender(settings: KafkaLogSettings): Promise<KafkaAppender> {
  const { connection, admin, topics } = await connect(settings);
  await admin.disconnect();
  return await startAppender(settings, connection, topics);
}

/** The appender, which knows again what was appended last. */
export async function startAppender(
  settings: KafkaLogSettings,
  connection: Connection,
  topics: Topics,
): Promise<KafkaAppender> {
  const reader = new TopicReader(connection, topics.raw);
  const recent: [string, string, string][] = [];
  const scratch = newScratch();
  try {
    const extents = await reader.extents(settings.partitions);
    for (const [partition, { begin, end }] of extents.entries()) {
      for await (const records of reader.readAll(partition, Math.max(begin, end - RECALLED_RECORDS))) {
        for (const { value } of records) {
          const batch = value && decodeRaw(value, scratch);
          if (batch) recent.push([batch.deviceId, batch.sessionId, batch.messageId]);
        }
      }
    }
  } finally {
    await reader.close();
  }
  return KafkaAppender.open(connection, {
    topic: topics.raw,
    partitions: settings.partitions,
    maxMessageBytes: topics.rawMaxBytes,
    recent,
  });
}
