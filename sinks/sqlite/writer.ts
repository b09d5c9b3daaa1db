/**
 * Writes sessions into the read model's tables.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { ACTIVITY_BYTES, writeActivity } from "../../log/activity_codec.ts";
import type { Activity, ActivityRecord } from "../../log/records.ts";
import type { OpenSegment, SessionFigures } from "./session_figures.ts";
import { foldCase } from "./session_metas.ts";
import type { SessionView } from "./session_view.ts";

export const MINUTE_MS = 60_000;

/** The chunk a window belongs to. */
export const minuteOf = (timestamp: number): number => Math.floor(timestamp / MINUTE_MS);

/** A row of the `session` table. */
export interface SessionRow {
  id: number;
  device_id: string;
  session_id: string;
  started_at: number;
  ended_at: number;
  received_at: number;
  stationary_ms: number;
  walking_ms: number;
  running_ms: number;
  unknown_ms: number;
  windows: number;
  gaps: number;
  segments: number;
  reclassified: string | null;
}

/** A row of the `segment` table. */
export interface SegmentRow {
  from_ms: number;
  to_ms: number;
  activity: Activity;
  windows: number;
  magnitude_sum: number;
}

export class Writer {
  readonly #insert;
  readonly #update;
  readonly #replace;
  readonly #chunk;
  readonly #saveChunk;
  readonly #saveSegment;
  readonly #savePosition;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      "INSERT INTO session(device_id, session_id, search, started_at, ended_at, received_at, stationary_ms, walking_ms, " +
        "running_ms, unknown_ms, windows, gaps, segments) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#update = db.prepare(
      "UPDATE session SET ended_at = ?, received_at = ?, stationary_ms = ?, walking_ms = ?, running_ms = ?, " +
        "unknown_ms = ?, windows = ?, gaps = ?, segments = ? WHERE id = ?",
    );
    this.#replace = db.prepare(
      "UPDATE session SET stationary_ms = ?, walking_ms = ?, running_ms = ?, unknown_ms = ?, windows = ?, gaps = ?, " +
        "segments = ?, reclassified = ? WHERE id = ?",
    );
    this.#chunk = db.prepare("SELECT body FROM chunk WHERE session = ? AND minute = ?");
    this.#saveChunk = db.prepare("INSERT OR REPLACE INTO chunk(session, minute, body) VALUES(?, ?, ?)");
    this.#saveSegment = db.prepare(
      "INSERT OR REPLACE INTO segment(session, from_ms, to_ms, activity, windows, magnitude_sum) VALUES(?, ?, ?, ?, ?, ?)",
    );
    this.#savePosition = db.prepare("INSERT OR REPLACE INTO position(partition, next_offset) VALUES(?, ?)");
  }

  /** Writes everything new of a session; inside a transaction. @returns what to do once it is committed */
  write(view: SessionView): () => void {
    const { pending, finished } = view;
    if (pending.length === 0) return () => {};
    const figures = countsOf(view);
    let { id } = view;
    if (id === 0) {
      const { deviceId, sessionId, startedAt, endedAt, receivedAt } = view;
      const search = foldCase(`${sessionId}\n${deviceId}`);
      const row = this.#insert.run(deviceId, sessionId, search, startedAt, endedAt, receivedAt, ...figures);
      id = Number(row.lastInsertRowid);
    } else {
      this.#update.run(view.endedAt, view.receivedAt, ...figures, id);
    }
    this.#writeChunks(id, pending);
    for (const segment of finished) this.#writeSegment(id, segment);
    if (view.segment) this.#writeSegment(id, view.segment);
    return () => {
      view.id = id;
      view.pending = [];
      view.finished = [];
    };
  }

  /**
   * Writes figures that were counted anew, with their segments, of which there are none in the tables; inside a transaction.
   *
   * @param mark what the windows are decided by now
   */
  rewrite(id: number, figures: SessionFigures, mark: string): void {
    this.#replace.run(...countsOf(figures), mark, id);
    for (const segment of figures.finished) this.#writeSegment(id, segment);
    if (figures.segment) this.#writeSegment(id, figures.segment);
  }

  writePosition(ends: readonly number[]): void {
    ends.forEach((end, partition) => this.#savePosition.run(partition, end));
  }

  #writeChunks(id: number, pending: ActivityRecord[]): void {
    for (let first = 0; first < pending.length;) {
      const minute = minuteOf(pending[first].timestamp);
      let end = first + 1;
      while (end < pending.length && minuteOf(pending[end].timestamp) === minute) end++;
      const old = (this.#chunk.get(id, minute) as { body: Uint8Array } | undefined)?.body;
      this.#saveChunk.run(id, minute, append(old, id, pending, first, end));
      first = end;
    }
  }

  #writeSegment(id: number, { from, to, activity, windows, magnitudeSum }: OpenSegment): void {
    this.#saveSegment.run(id, from, to, activity, windows, magnitudeSum);
  }
}

/** In the order of the statements. */
function countsOf({ totals, windows, gaps, segments }: SessionFigures): number[] {
  return [totals.stationary, totals.walking, totals.running, totals.unknown, windows, gaps, segments];
}

function append(
  old: Uint8Array | undefined,
  id: number,
  records: ActivityRecord[],
  first: number,
  end: number,
) {
  const kept = old?.length ?? 0;
  const body = new Uint8Array(kept + (end - first) * ACTIVITY_BYTES);
  if (old) body.set(old);
  const view = new DataView(body.buffer);
  for (let i = first; i < end; i++) {
    writeActivity(view, kept + (i - first) * ACTIVITY_BYTES, id, 0, records[i]);
  }
  return body;
}
