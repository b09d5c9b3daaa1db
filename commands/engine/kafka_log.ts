/**
 * Opens the Kafka log. Its modules are loaded only here, and only when it is configured: without Kafka they would cost memory and
 * time at every start.
 *
 * @module
 */
import { newForeignReader } from "../../ingest/foreign.ts";
import { DEFAULT_INGEST } from "../../ingest/settings.ts";
import type { KafkaAppender } from "../../log/kafka/appender.ts";
import type { KafkaLog } from "../../log/kafka/log.ts";
import type { KafkaLogSettings, KafkaSettings } from "../../log/kafka/settings.ts";
import type { EngineOptions } from "./protocol.ts";

type KafkaOptions = Pick<EngineOptions, "partitions" | "retentionMs" | "retentionBytes" | "maxPastMs">;

/** @throws Error with what to check when there is no getting through */
export async function openKafkaLog(kafka: KafkaSettings, options: KafkaOptions): Promise<KafkaLog> {
  const { KafkaLog } = await import("../../log/kafka/log.ts");
  const { maxPastMs } = options;
  return await KafkaLog.open(
    logSettings(kafka, options),
    newForeignReader({ ...DEFAULT_INGEST, maxPastMs }),
  );
}

/**
 * For the HTTP thread, which hands batches to Kafka without a detour over the Worker.
 *
 * @throws Error with what to check when there is no getting through
 */
export async function openKafkaAppender(kafka: KafkaSettings, options: KafkaOptions): Promise<KafkaAppender> {
  const { openAppender } = await import("../../log/kafka/open.ts");
  return await openAppender(logSettings(kafka, options));
}

function logSettings(kafka: KafkaSettings, options: KafkaOptions): KafkaLogSettings {
  const { partitions, retentionMs, retentionBytes, maxPastMs } = options;
  return { ...kafka, partitions, retentionMs, retentionBytes, seenMs: maxPastMs };
}
