/**
 * What the server says this phone is doing.
 *
 * @module
 */
import type { Activity } from "../../log/records.ts";

/** The phone's newest window. */
export interface Own {
  activity: Activity;
  confidence: number;
  /** Its end, ms since the Unix epoch. */
  timestamp: number;
}

/** @returns null when there is none, or when the server cannot be reached, which the sender tells */
export async function askOwn(key: string): Promise<Own | null> {
  const headers = { authorization: `Bearer ${key}`, accept: "application/json" };
  const response = await fetch("/api/phone", { headers }).catch(() => null);
  return response?.ok ? (await response.json()).current : null;
}
