/**
 * What a session table gives out.
 *
 * @module
 */
import type { ActivityRecord } from "../log/records.ts";

/** One window's result. The table reuses one object: copy what must outlive the callback. */
export type WindowResult = Omit<ActivityRecord, "messageId" | "sessionId" | "deviceId">;

/** Receives windows in order of their end. It must not call the table: a batch is still on its way in. */
export type Emit = (window: WindowResult) => void;

/** What became of a session's readings; counted since its clock's run began. */
export interface Counters {
  /** Readings that went into a window. */
  readings: number;
  /** Readings dropped because their last window had been emitted. */
  late: number;
  /** Readings dropped because their time was already taken. */
  duplicates: number;
  /** Readings at the end of the sensor's range, where the true value was probably larger. */
  clipped: number;
}
