/**
 * What a live viewer that comes back has missed.
 *
 * @module
 */
import type { ActivityRecord } from "../../log/records.ts";
import { formatActivity, type LiveQuery, parsePosition } from "../../web/live_channels.ts";

/** Records sent to one that comes back; past it the page loads its snapshot again. About 2 MB: half of what may wait for one. */
const MAX_MISSED_RECORDS = 5_000;
/** Tells the viewer to load its snapshot again. */
const RESET = "event: reset\ndata: {}\n\n";

/** The part of the log that a viewer resumes from. */
export interface ActivityReader {
  readActivitySync(partition: number, from: number, limit: number): { records: { record: ActivityRecord }[] };
}

/**
 * @param lastEventId the position after the last event the viewer got; null for a first visit
 * @param ends the log's end now
 * @returns frames to send before the channel's
 */
export function missedFrames(
  log: ActivityReader,
  { deviceId, batchMs }: LiveQuery,
  lastEventId: string | null,
  ends: readonly number[],
): Uint8Array {
  return new TextEncoder().encode(missed());

  function missed(): string {
    if (lastEventId === null) return "";
    const from = parsePosition(lastEventId, ends.length);
    if (!from || from.some((offset, partition) => offset > ends[partition])) return RESET;
    const behind = ends.reduce((sum, end, partition) => sum + end - from[partition], 0);
    if (behind === 0) return "";
    if (behind > MAX_MISSED_RECORDS) return RESET;
    const records: ActivityRecord[] = [];
    let events = "";
    for (const [partition, offset] of from.entries()) {
      const count = ends[partition] - offset;
      const found = log.readActivitySync(partition, offset, count).records;
      // Retention has deleted some.
      if (found.length < count) return RESET;
      for (const { record } of found) {
        from[partition]++;
        if (deviceId !== null && record.deviceId !== deviceId) continue;
        if (batchMs > 0) records.push(record);
        else events += formatActivity(JSON.stringify(record), from);
      }
    }
    if (records.length === 0) return events;
    records.sort((a, b) => a.timestamp - b.timestamp);
    return formatActivity(JSON.stringify(records), ends);
  }
}
