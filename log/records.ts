/**
 * The records of every topic, as the rest of the program sees them. Both log engines store and return these; how they rest
 * (columns in SQLite, JSON in Kafka) is the engine's business.
 *
 * @module
 */

/** The topics of the contract. `activity_state` and the dead-letter topic are the engine's own. */
export const TOPICS = ["raw_sensor_data", "processed_activity", "activity_control"] as const;

/** Whether a stream of accelerations still contains gravity, as far as the client's format tells. */
export type Gravity = "included" | "removed" | "unknown";

/** Which client format a batch came in; part of the raw record so that anyone can trace a reading. */
export type Source = "seed" | "sensor-logger" | "phyphox" | "phone" | "replay" | "mqtt";

/**
 * One accepted message: the accelerometer readings of one POST, as columns.
 *
 * `tMs[i]` is the reading's time in ms since the Unix epoch (may be fractional); `xyz[3*i .. 3*i+2]` are its axes exactly as
 * the phone sent them, in the unit the phone used (usually m/s²).
 */
export interface ReadingBatch {
  deviceId: string;
  sessionId: string;
  messageId: string;
  /** Server clock when the message arrived, ms since the Unix epoch. */
  receivedAtMs: number;
  source: Source;
  gravity: Gravity;
  /** Number of readings; the columns may be longer (pooled scratch space). */
  count: number;
  tMs: Float64Array;
  xyz: Float64Array;
}

/** A batch to be filled, whose columns have room for so many readings. */
export const emptyBatch = (capacity: number): ReadingBatch => ({
  deviceId: "",
  sessionId: "",
  messageId: "",
  receivedAtMs: 0,
  source: "seed",
  gravity: "unknown",
  count: 0,
  tMs: new Float64Array(capacity),
  xyz: new Float64Array(3 * capacity),
});

/** A copy that may be kept. */
export function copyBatch(batch: ReadingBatch): ReadingBatch {
  const { deviceId, sessionId, messageId, receivedAtMs, source, gravity, count } = batch;
  const columns = { tMs: batch.tMs.slice(0, count), xyz: batch.xyz.slice(0, 3 * count) };
  return { deviceId, sessionId, messageId, receivedAtMs, source, gravity, count, ...columns };
}

export const ACTIVITIES = ["stationary", "walking", "running", "unknown"] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** One window's result: the record of `processed_activity`, field names as in the contract. */
export interface ActivityRecord {
  /** Unique per window: `sessionId:timestamp`. */
  messageId: string;
  sessionId: string;
  deviceId: string;
  /** Window end, ms since the Unix epoch. */
  timestamp: number;
  /** Mean magnitude of the acceleration without gravity, m/s², to 0.0001. */
  magnitude: number;
  activity: Activity;
  windowStart: number;
  windowMs: number;
  /** Standard deviation of the magnitude, m/s², to 0.0001. */
  magnitudeStd: number;
  /** Step rate, Hz (both feet count); null when the magnitude has no rhythm. */
  cadenceHz: number | null;
  /** Readings in the window. */
  readings: number;
  /** Share of the window that holds readings, 0 to 1. */
  coverage: number;
  /** Calibrated probability that `activity` is right, 0 to 1; 0 for unknown. */
  confidence: number;
  /** Whether gravity was found in the stream and filtered out. */
  gravityRemoved: boolean;
  /** Version of the thresholds that decided. */
  thresholdsVersion: number;
}

/** Identifies a session: session ids are only unique per device. Ids hold no control characters. */
export const sessionKey = (deviceId: string, sessionId: string): string => `${deviceId}\n${sessionId}`;

/** The `messageId` of a window's record: unique, and the same however often the window is computed. */
export const activityMessageId = (sessionId: string, timestamp: number): string =>
  `${sessionId}:${timestamp}`;

/** What a span of a session can really have been; `unknown` is only ever an answer. */
export const LABEL_ACTIVITIES = ["stationary", "walking", "running"] as const;
export type LabelActivity = (typeof LABEL_ACTIVITIES)[number];

/** Who says so: a person, the phone's own activity sensor, or what recordings came with. */
export const LABEL_SOURCES = ["person", "phone", "import"] as const;
export type LabelSource = (typeof LABEL_SOURCES)[number];

/** The truth for a span of a session; `from` and `to` in ms since the Unix epoch. */
export interface Label {
  from: number;
  to: number;
  activity: LabelActivity;
  source: LabelSource;
}

/** An admin's change. The newest version per entity stands. */
export interface ControlEvent {
  /** For example `device:phone-1`. */
  entity: string;
  /** 1 for the first event of the entity, then one more each time. */
  version: number;
  type: string;
  atMs: number;
  by: string;
  data: Record<string, unknown>;
}
