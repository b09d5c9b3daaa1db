/**
 * What sinks have in common: what they read of the log, and what they tell of themselves.
 *
 * @module
 */
import type { Log } from "../log/port.ts";

/** The log, as a sink uses it. */
export type SinkLog = Pick<
  Log,
  "id" | "partitions" | "extents" | "readRaw" | "readActivity" | "setAside" | "share"
>;

/** How a sink is doing; counted since the process started. */
export interface SinkStatus {
  /** What keeps records from being delivered now and how to mend it; null when all is well. */
  trouble: string | null;
  /** Records in the log that are not delivered yet, per topic, of the partitions this process has; null while that is not known. */
  lagRecords: Record<"raw_sensor_data" | "processed_activity", number> | null;
  deliveredRecords: number;
  /** Of the records as they were sent. */
  deliveredBytes: number;
  /** Transactions. */
  deliveries: number;
  /** Records the target refused, which are among the dead letters now. */
  refusedRecords: number;
  /** Records that retention deleted before they were delivered. */
  lostRecords: number;
  /** When the last delivery ended, ms since the Unix epoch; null: none yet. */
  lastDeliveryAtMs: number | null;
}

/** Of a sink that has not begun. */
export const newSinkStatus = (): SinkStatus => ({
  trouble: null,
  lagRecords: null,
  deliveredRecords: 0,
  deliveredBytes: 0,
  deliveries: 0,
  refusedRecords: 0,
  lostRecords: 0,
  lastDeliveryAtMs: null,
});
