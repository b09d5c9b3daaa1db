/**
 * What a session's windows add up to.
 *
 * @module
 */
import type { Activity } from "../../log/records.ts";
import type { Segment, Totals } from "./answers.ts";

/** A segment that may still grow. */
export interface OpenSegment {
  activity: Activity;
  from: number;
  to: number;
  windows: number;
  magnitudeSum: number;
}

/** Takes a session's windows in order of their ends. */
export class SessionFigures {
  startedAt = 0;
  endedAt = -Infinity;
  totals: Totals = { stationary: 0, walking: 0, running: 0, unknown: 0 };
  windows = 0;
  gaps = 0;
  /** Segments so far, with the open one. */
  segments = 0;
  segment: OpenSegment | null = null;
  /** Segments that will not grow any more and are not yet written. */
  finished: OpenSegment[] = [];

  /**
   * Takes the next window.
   *
   * @param timestamp its end, ms since the Unix epoch; later than all before
   * @param slideMs time that a window adds to the totals
   */
  add(timestamp: number, activity: Activity, magnitudeMs2: number, slideMs: number): void {
    const from = timestamp - slideMs;
    const gap = this.windows > 0 && from > this.endedAt;
    if (this.windows === 0) this.startedAt = from;
    if (gap) this.gaps++;
    const { segment } = this;
    if (segment && !gap && segment.activity === activity) {
      segment.to = timestamp;
      segment.windows++;
      segment.magnitudeSum += magnitudeMs2;
    } else {
      if (segment) this.finished.push(segment);
      this.segment = { activity, from, to: timestamp, windows: 1, magnitudeSum: magnitudeMs2 };
      this.segments++;
    }
    this.totals[activity] += slideMs;
    this.windows++;
    this.endedAt = timestamp;
  }
}

/** A segment as the API shows it. */
export function toSegment({ activity, from, to, windows, magnitudeSum }: OpenSegment): Segment {
  return { activity, from, to, windows, magnitude: Math.round((magnitudeSum / windows) * 1e4) / 1e4 };
}
