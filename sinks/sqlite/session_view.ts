/**
 * A session as the read model holds it while it is fresh: totals, the open segment, and the windows not yet written.
 *
 * @module
 */
import type { Activity, ActivityRecord } from "../../log/records.ts";
import type { Segment, SessionSummary, Totals } from "./answers.ts";

/** A segment that may still grow. */
export interface OpenSegment {
  activity: Activity;
  from: number;
  to: number;
  windows: number;
  magnitudeSum: number;
}

export class SessionView {
  /** Row in the database; 0 before the first write. */
  id = 0;
  name: string | null = null;
  startedAt = 0;
  endedAt = -Infinity;
  receivedAt = 0;
  /** Server clock when the activity last changed. */
  changedAt = 0;
  /** The session has ended; its last windows may still follow. */
  closed = false;
  totals: Totals = { stationary: 0, walking: 0, running: 0, unknown: 0 };
  windows = 0;
  gaps = 0;
  last: ActivityRecord | null = null;
  /** Windows not yet in a chunk. */
  pending: ActivityRecord[] = [];
  segment: OpenSegment | null = null;
  /** Segments that will not grow any more and are not yet written. */
  finished: OpenSegment[] = [];
  /** Waits to be written. */
  queued = false;

  constructor(readonly deviceId: string, readonly sessionId: string) {}

  /**
   * Takes the next window. Ends of a session's windows only grow, so one that does not was taken before: reading the log
   * again from an earlier position changes nothing.
   *
   * @param slideMs time that a window adds to the totals
   * @param receivedMs server clock when the readings came
   * @returns false when it was taken before
   */
  apply(record: ActivityRecord, slideMs: number, receivedMs: number): boolean {
    const { timestamp, activity } = record;
    if (timestamp <= this.endedAt) return false;
    const from = timestamp - slideMs;
    const gap = this.windows > 0 && from > this.endedAt;
    if (this.windows === 0) this.startedAt = from;
    if (gap) this.gaps++;
    if (this.last?.activity !== activity) this.changedAt = receivedMs;
    const { segment } = this;
    if (segment && !gap && segment.activity === activity) {
      segment.to = timestamp;
      segment.windows++;
      segment.magnitudeSum += record.magnitude;
    } else {
      if (segment) this.finished.push(segment);
      this.segment = { activity, from, to: timestamp, windows: 1, magnitudeSum: record.magnitude };
    }
    this.totals[activity] += slideMs;
    this.windows++;
    this.endedAt = timestamp;
    this.receivedAt = Math.max(this.receivedAt, receivedMs);
    this.last = record;
    this.pending.push(record);
    return true;
  }

  isLive(nowMs: number, idleMs: number): boolean {
    return !this.closed && nowMs - this.receivedAt < idleMs;
  }

  summary(live: boolean): SessionSummary {
    const started = this.windows > 0;
    return {
      sessionId: this.sessionId,
      deviceId: this.deviceId,
      name: this.name,
      startedAt: started ? this.startedAt : null,
      endedAt: started ? this.endedAt : null,
      receivedAt: this.receivedAt,
      live,
      totals: { ...this.totals },
      windows: this.windows,
      gaps: this.gaps,
      current: this.last,
    };
  }
}

/** A segment as the API shows it. */
export function toSegment({ activity, from, to, windows, magnitudeSum }: OpenSegment): Segment {
  return { activity, from, to, windows, magnitude: Math.round((magnitudeSum / windows) * 1e4) / 1e4 };
}
