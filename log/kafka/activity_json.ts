/**
 * Records of `processed_activity` as JSON: what other programs read.
 *
 * @module
 */
import { ACTIVITIES, type ActivityRecord } from "../records.ts";

const utf8 = new TextDecoder();

/** @returns null when the value is not a record of ours: someone else wrote to the topic */
export function parseActivity(value: Uint8Array | null): ActivityRecord | null {
  if (value === null) return null;
  let record: ActivityRecord;
  try {
    record = JSON.parse(utf8.decode(value));
  } catch {
    return null;
  }
  return isActivity(record) ? record : null;
}

const NUMBERS = [
  "timestamp",
  "magnitude",
  "windowStart",
  "windowMs",
  "magnitudeStd",
  "readings",
  "coverage",
  "confidence",
  "thresholdsVersion",
] as const;

function isActivity(record: ActivityRecord | null): record is ActivityRecord {
  return typeof record === "object" && record !== null && typeof record.messageId === "string" &&
    typeof record.sessionId === "string" && typeof record.deviceId === "string" &&
    ACTIVITIES.includes(record.activity) && typeof record.gravityRemoved === "boolean" &&
    (record.cadenceHz === null || typeof record.cadenceHz === "number") &&
    NUMBERS.every((name) => Number.isFinite(record[name]));
}
