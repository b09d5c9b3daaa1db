/**
 * `processed_activity` records at rest: 56 bytes each, and the same in memory as on disk. Magnitudes are stored as ten
 * thousandths, which is the precision the contract gives them, so nothing is lost.
 *
 * @module
 */
import { ACTIVITIES, activityMessageId, type ActivityRecord } from "./records.ts";

export const ACTIVITY_BYTES = 56;
const NO_CADENCE = 0xffff;

/** What identifies a record's session in the bytes. */
export interface SessionRef {
  sid: number;
  deviceId: string;
  sessionId: string;
}

/** Writes one record at `at`. */
export function writeActivity(
  view: DataView,
  at: number,
  sid: number,
  partition: number,
  r: ActivityRecord,
): void {
  view.setFloat64(at, r.timestamp, true);
  view.setFloat64(at + 8, r.windowStart, true);
  view.setUint32(at + 16, sid, true);
  view.setUint32(at + 20, r.windowMs, true);
  view.setUint32(at + 24, Math.round(r.magnitude * 1e4), true);
  view.setUint32(at + 28, Math.round(r.magnitudeStd * 1e4), true);
  view.setUint32(at + 32, r.readings, true);
  view.setUint32(at + 36, r.thresholdsVersion, true);
  view.setUint16(at + 40, r.cadenceHz === null ? NO_CADENCE : Math.round(r.cadenceHz * 1e3), true);
  view.setUint16(at + 42, Math.round(r.coverage * 1e4), true);
  view.setUint16(at + 44, Math.round(r.confidence * 1e4), true);
  view.setUint8(at + 46, ACTIVITIES.indexOf(r.activity));
  view.setUint8(at + 47, r.gravityRemoved ? 1 : 0);
  view.setUint8(at + 48, partition);
}

export const readSid = (view: DataView, at: number): number => view.getUint32(at + 16, true);
export const readPartition = (view: DataView, at: number): number => view.getUint8(at + 48);
/** Mean magnitude, m/s². */
export const readMagnitude = (view: DataView, at: number): number => view.getUint32(at + 24, true) / 1e4;
export const readCoverage = (view: DataView, at: number): number => view.getUint16(at + 42, true) / 1e4;
/** The activity's place in ACTIVITIES. */
export const readActivityCode = (view: DataView, at: number): number => view.getUint8(at + 46);
export const readTimestamp = (view: DataView, at: number): number => view.getFloat64(at, true);

/** Reads the record at `at`. */
export function readActivity(view: DataView, at: number, session: SessionRef): ActivityRecord {
  const timestamp = view.getFloat64(at, true);
  const cadence = view.getUint16(at + 40, true);
  return {
    messageId: activityMessageId(session.sessionId, timestamp),
    sessionId: session.sessionId,
    deviceId: session.deviceId,
    timestamp,
    magnitude: view.getUint32(at + 24, true) / 1e4,
    activity: ACTIVITIES[view.getUint8(at + 46)],
    windowStart: view.getFloat64(at + 8, true),
    windowMs: view.getUint32(at + 20, true),
    magnitudeStd: view.getUint32(at + 28, true) / 1e4,
    cadenceHz: cadence === NO_CADENCE ? null : cadence / 1e3,
    readings: view.getUint32(at + 32, true),
    coverage: view.getUint16(at + 42, true) / 1e4,
    confidence: view.getUint16(at + 44, true) / 1e4,
    gravityRemoved: view.getUint8(at + 47) === 1,
    thresholdsVersion: view.getUint32(at + 36, true),
  };
}

/** What a window was decided by. */
export interface StoredFeatures {
  meanMs2: number;
  stdMs2: number;
  cadenceHz: number | null;
}

/** Reads them into an object that is there, since millions are read in a row. */
export function readFeatures(view: DataView, at: number, into: StoredFeatures): void {
  const cadence = view.getUint16(at + 40, true);
  into.meanMs2 = view.getUint32(at + 24, true) / 1e4;
  into.stdMs2 = view.getUint32(at + 28, true) / 1e4;
  into.cadenceHz = cadence === NO_CADENCE ? null : cadence / 1e3;
}

/** Writes what was decided into the record at `at`. */
export function writeVerdict(
  view: DataView,
  at: number,
  activityCode: number,
  confidence: number,
  thresholdsVersion: number,
): void {
  view.setUint32(at + 36, thresholdsVersion, true);
  view.setUint16(at + 44, Math.round(confidence * 1e4), true);
  view.setUint8(at + 46, activityCode);
}
