/**
 * Readings for a server on Kafka, and what it makes of them.
 *
 * @module
 */
import type { ActivityRecord } from "../../log/records.ts";
import { getJson, type Message, until } from "../client.ts";

/** Distance of readings, ms. */
const STEP_MS = 10;

/** About as many as a phone sends; 20,000 readings, the most in a message, are then just over 2 MB. */
const digits = (value: number) => Number(value.toFixed(13));

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

/** One figure of `/metrics`, without the prefix that all have: the sum where it has labels. */
export async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.split(/[ {]/)[0] === `activity_tracker_${name}`);
  if (lines.length === 0) throw new Error(`/metrics has no ${name}`);
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
