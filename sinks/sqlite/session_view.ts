/**
 * A session as the read model holds it while it is fresh: its figures, the windows not yet written, and what admins say of it.
 *
 * @module
 */
import { type Reclassification, type SessionState, UNTOUCHED } from "../../control/session_state.ts";
import { type ActivityRecord, sessionKey } from "../../log/records.ts";
import type { SessionSummary } from "./answers.ts";
import { SessionFigures } from "./session_figures.ts";

export class SessionView extends SessionFigures {
  readonly key: string;
  /** Row in the database; 0 before the first write. */
  id = 0;
  receivedAt = 0;
  /** Server clock when the activity last changed. */
  changedAt = 0;
  /** The session has ended; its last windows may still follow. */
  closed = false;
  last: ActivityRecord | null = null;
  /** Windows not yet in a chunk. */
  pending: ActivityRecord[] = [];
  /** Waits to be written. */
  queued = false;
  state: Readonly<SessionState> = UNTOUCHED;
  /** Which reclassification the windows are decided by, as {@linkcode markOf} says; null: none. */
  reclassified: string | null = null;

  constructor(readonly deviceId: string, readonly sessionId: string) {
    super();
    this.key = sessionKey(deviceId, sessionId);
  }

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
    if (this.last?.activity !== activity) this.changedAt = receivedMs;
    this.add(timestamp, activity, record.magnitude, slideMs);
    this.receivedAt = Math.max(this.receivedAt, receivedMs);
    this.last = record;
    this.pending.push(record);
    return true;
  }

  /** A reclassification that is not in yet although all its windows are here, or null. */
  get dueReclassification(): Reclassification | null {
    const { reclassifiedWith } = this.state;
    if (reclassifiedWith === null || this.endedAt < reclassifiedWith.untilMs) return null;
    return this.reclassified === markOf(reclassifiedWith) ? null : reclassifiedWith;
  }

  /** Takes over figures that were counted anew. */
  recount(figures: SessionFigures): void {
    const { totals, windows, gaps, segments, segment, startedAt, endedAt } = figures;
    Object.assign(this, { totals, windows, gaps, segments, segment, startedAt, endedAt, finished: [] });
  }

  isLive(nowMs: number, idleMs: number): boolean {
    return !this.closed && nowMs - this.receivedAt < idleMs;
  }

  summary(live: boolean): SessionSummary {
    const started = this.windows > 0;
    const { name, note, labels } = this.state;
    return {
      sessionId: this.sessionId,
      deviceId: this.deviceId,
      name,
      startedAt: started ? this.startedAt : null,
      endedAt: started ? this.endedAt : null,
      receivedAt: this.receivedAt,
      live,
      totals: { ...this.totals },
      windows: this.windows,
      gaps: this.gaps,
      current: this.last,
      note,
      labels,
      strip: [],
    };
  }
}

/** Names a reclassification: two with the same thresholds up to the same window give the same. */
export const markOf = ({ version, untilMs }: Reclassification): string => `${version}@${untilMs}`;
