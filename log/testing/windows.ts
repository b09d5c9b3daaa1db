/**
 * Windows' results for tests.
 *
 * @module
 */
import { activityMessageId, type ActivityRecord } from "../records.ts";

/** A window of five seconds that ends at `timestamp`, walking unless told otherwise. */
export function windowRecord(
  ids: { deviceId: string; sessionId: string },
  timestamp: number,
  more: Partial<ActivityRecord> = {},
): ActivityRecord {
  return {
    messageId: activityMessageId(ids.sessionId, timestamp),
    sessionId: ids.sessionId,
    deviceId: ids.deviceId,
    timestamp,
    magnitude: 2.5,
    activity: "walking",
    windowStart: timestamp - 5000,
    windowMs: 5000,
    magnitudeStd: 0.5,
    cadenceHz: 1.875,
    readings: 250,
    coverage: 1,
    confidence: 0.97,
    gravityRemoved: true,
    thresholdsVersion: 1,
    ...more,
  };
}
