/**
 * Settings and readings for a server on Kafka, and what it makes of them.
 *
 * @module
 */
import type { KafkaLogSettings } from "../../log/kafka/settings.ts";
import { partitionOf } from "../../log/partition.ts";
import type { ActivityRecord } from "../../log/records.ts";
import { getJson, type Message, until } from "../client.ts";

/** Distance of readings, ms. */
const STEP_MS = 10;

/** About as many as a phone sends; 20,000 readings, the most in a message, are then just over 2 MB. */
const digits = (value: number) => Number(value.toFixed(13));

/** What a server is started with to have the same log. */
export function envOf(settings: KafkaLogSettings): Record<string, string> {
  const { brokers, sasl, topicPrefix, sessionTimeoutMs, partitions } = settings;
  const login = sasl && {
    KAFKA_SASL_MECHANISM: sasl.mechanism,
    KAFKA_SASL_USERNAME: sasl.username,
    KAFKA_SASL_PASSWORD: sasl.password,
  };
  return {
    KAFKA_BROKERS: brokers.join(","),
    KAFKA_TOPIC_PREFIX: topicPrefix,
    KAFKA_SESSION_TIMEOUT_MS: `${sessionTimeoutMs}`,
    PARTITIONS: `${partitions}`,
    ...login,
  };
}

/** A device, named after `name`, whose readings go to this partition. */
export function deviceOf(partition: number, partitions: number, name: string): string {
  for (let i = 0;; i++) {
    const device = `${name}-${i}`;
    if (partitionOf(device, partitions) === partition) return device;
  }
}

/** A message in the seed's shape whose last reading is now, 10 s of readings unless told otherwise. */
export function messageOf(deviceId: string, messageId = "1", count = 1000): Message {
  const startMs = Date.now() - count * STEP_MS;
  const sensorReadings = Array.from({ length: count }, (_, i) => ({
    name: "accelerometer",
    timestamp: startMs + i * STEP_MS,
    values: [digits(Math.sin(i / 7) / 9), digits(Math.cos(i / 9) / 9), 9.80665],
  }));
  return { messageId, sessionId: `${deviceId}-run`, deviceId, sensorReadings };
}

/** Waits until the pages have so many of a device's windows. @returns them */
export async function classified(url: string, deviceId: string, atLeast = 1): Promise<ActivityRecord[]> {
  const ask = async (): Promise<ActivityRecord[]> =>
    (await getJson(`${url}/api/activity?deviceId=${deviceId}&limit=1000`)).items;
  return await until(ask, (windows) => windows.length >= atLeast);
}

/** Figures of `/metrics` in their order, one for each label; the name is without the prefix that all have. */
export async function metrics(url: string, name: string): Promise<number[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.split(/[ {]/)[0] === `activity_tracker_${name}`);
  if (lines.length === 0) throw new Error(`/metrics has no ${name}`);
  return lines.map((line) => Number(line.split(" ").at(-1)));
}

/** The sum of {@link metrics}. */
export async function metric(url: string, name: string): Promise<number> {
  return (await metrics(url, name)).reduce((sum, figure) => sum + figure, 0);
}

/** What `/readyz` says. */
export async function readiness(url: string): Promise<{ ready: boolean; checks: Record<string, string> }> {
  return await (await fetch(`${url}/readyz`)).json();
}
