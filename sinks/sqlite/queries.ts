/**
 * The read model's answers: what is in the tables, with what is still only in memory written first.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { ACTIVITY_BYTES, readActivity } from "../../log/activity_codec.ts";
import { type ActivityRecord, sessionKey } from "../../log/records.ts";
import { ActivityScan } from "./activity_scan.ts";
import type {
  ActivityFilter,
  LiveFilter,
  LiveSession,
  Page,
  RecentWindow,
  SessionDetail,
  SessionFilter,
  SessionSummary,
} from "./answers.ts";
import { SessionView, toSegment } from "./session_view.ts";
import { minuteOf, type SegmentRow, type SessionRow } from "./writer.ts";

/** What the queries need of the read model. */
export interface Memory {
  fresh: ReadonlyMap<string, SessionView>;
  /** Sessions with windows that are not in the tables. */
  changed: () => readonly SessionView[];
  write: (views: readonly SessionView[]) => void;
  isLive: (view: SessionView) => boolean;
}

/** Segments of one session in an answer: a day of changing every 10 s. */
const MAX_SEGMENTS = 10_000;

export class Queries {
  readonly #db: DatabaseSync;
  readonly #memory: Memory;
  readonly #scan: ActivityScan;
  readonly #bySession;
  readonly #segments;
  readonly #chunks;
  readonly #lastChunk;

  constructor(db: DatabaseSync, memory: Memory) {
    this.#db = db;
    this.#memory = memory;
    this.#scan = new ActivityScan(db);
    this.#bySession = db.prepare(
      "SELECT * FROM session WHERE session_id = ? AND device_id = ifnull(?, device_id) ORDER BY started_at DESC LIMIT 1",
    );
    this.#segments = db.prepare("SELECT * FROM segment WHERE session = ? ORDER BY from_ms LIMIT ?");
    this.#chunks = db.prepare("SELECT body FROM chunk WHERE session = ? AND minute >= ? ORDER BY minute");
    this.#lastChunk = db.prepare("SELECT body FROM chunk WHERE session = ? ORDER BY minute DESC LIMIT 1");
  }

  /** Newest first. */
  sessions(filter: SessionFilter): Page<SessionSummary> {
    const { deviceId, limit } = filter;
    this.#memory.write(this.#memory.changed().filter((view) => view.id === 0));
    const [startedAt, id] = filter.cursor ? parseCursor(filter.cursor, 2) : [Number.MAX_SAFE_INTEGER, 0];
    const rows = this.#db.prepare(
      "SELECT * FROM session WHERE (started_at, id) < (?, ?) AND device_id = ifnull(?, device_id) " +
        "ORDER BY started_at DESC, id DESC LIMIT ?",
    ).all(startedAt, id, deviceId ?? null, limit + 1) as unknown as SessionRow[];
    const more = rows.length > limit;
    if (more) rows.pop();
    const last = rows.at(-1);
    const items = rows.map((row) => this.#summary(row));
    return { items, nextCursor: more && last ? `${last.started_at}.${last.id}` : null };
  }

  /** The newest session of that id. */
  session(sessionId: string, deviceId?: string): SessionDetail | null {
    this.#writeSession(sessionId);
    const row = this.#bySession.get(sessionId, deviceId ?? null) as SessionRow | undefined;
    if (!row) return this.#waiting(sessionId, deviceId);
    const rows = this.#segments.all(row.id, MAX_SEGMENTS) as unknown as SegmentRow[];
    const segments = rows.map((
      { activity, from_ms: from, to_ms: to, windows, magnitude_sum: magnitudeSum },
    ) => toSegment({ activity, from, to, windows, magnitudeSum }));
    return { ...this.#summary(row), segments };
  }

  activity(filter: ActivityFilter): Page<ActivityRecord> {
    if (filter.sessionId) this.#writeSession(filter.sessionId);
    else this.#memory.write(this.#memory.changed());
    return this.#scan.page(filter);
  }

  /** The live session of each device, most recently changed first. */
  live({ deviceId, recentMs, limit }: LiveFilter): { sessions: LiveSession[]; total: number } {
    // A phone that begins anew says nothing of its last session, which therefore stays live until it has been idle.
    const newest = new Map<string, SessionView>();
    for (const view of this.#memory.fresh.values()) {
      if (!this.#memory.isLive(view) || (deviceId !== undefined && view.deviceId !== deviceId)) continue;
      const other = newest.get(view.deviceId);
      if (!other || isNewer(view, other)) newest.set(view.deviceId, view);
    }
    const live = [...newest.values()];
    live.sort((a, b) => b.changedAt - a.changedAt || (a.deviceId < b.deviceId ? -1 : 1));
    const sessions = live.slice(0, limit).map((view) => ({
      ...view.summary(true),
      recent: this.#recent(view, recentMs),
    }));
    return { sessions, total: live.length };
  }

  /** Puts a row's figures into a view. */
  fill(view: SessionView, row: SessionRow): void {
    view.id = row.id;
    view.name = row.name;
    view.startedAt = row.started_at;
    view.endedAt = row.ended_at;
    view.receivedAt = row.received_at;
    view.totals = {
      stationary: row.stationary_ms,
      walking: row.walking_ms,
      running: row.running_ms,
      unknown: row.unknown_ms,
    };
    view.windows = row.windows;
    view.gaps = row.gaps;
  }

  lastWindow({ id, device_id: deviceId, session_id: sessionId }: SessionRow): ActivityRecord | null {
    const chunk = this.#lastChunk.get(id) as { body: Uint8Array } | undefined;
    if (!chunk) return null;
    const { body } = chunk;
    return readActivity(viewOf(body), body.length - ACTIVITY_BYTES, { sid: id, deviceId, sessionId });
  }

  #summary(row: SessionRow): SessionSummary {
    const fresh = this.#memory.fresh.get(sessionKey(row.device_id, row.session_id));
    if (fresh) return fresh.summary(this.#memory.isLive(fresh));
    const view = new SessionView(row.device_id, row.session_id);
    this.fill(view, row);
    view.last = this.lastWindow(row);
    return view.summary(false);
  }

  /** A session that is heard from but has no window yet. */
  #waiting(sessionId: string, deviceId?: string): SessionDetail | null {
    for (const view of this.#memory.fresh.values()) {
      if (view.sessionId !== sessionId || (deviceId && view.deviceId !== deviceId)) continue;
      return { ...view.summary(this.#memory.isLive(view)), segments: [] };
    }
    return null;
  }

  #writeSession(sessionId: string): void {
    this.#memory.write(this.#memory.changed().filter((view) => view.sessionId === sessionId));
  }

  #recent(view: SessionView, recentMs: number): RecentWindow[] {
    const from = view.endedAt - recentMs;
    const recent: RecentWindow[] = [];
    const session = { sid: view.id, deviceId: view.deviceId, sessionId: view.sessionId };
    if (view.id !== 0) {
      for (
        const { body } of this.#chunks.iterate(view.id, minuteOf(from)) as Iterable<{ body: Uint8Array }>
      ) {
        const bytes = viewOf(body);
        for (let at = 0; at < body.length; at += ACTIVITY_BYTES) push(readActivity(bytes, at, session));
      }
    }
    view.pending.forEach(push);
    return recent;

    function push({ timestamp, activity, magnitude, confidence }: ActivityRecord): void {
      if (timestamp > from) recent.push([timestamp, activity, magnitude, confidence]);
    }
  }
}

/** Heard from later; after a restart, which hears from all at once, begun later. */
function isNewer(a: SessionView, b: SessionView): boolean {
  return (a.receivedAt - b.receivedAt || a.startedAt - b.startedAt) > 0;
}

/** The numbers of a cursor. @throws RangeError when it is not one of ours */
export function parseCursor(cursor: string, parts: number): number[] {
  const numbers = cursor.split(".").map(Number);
  if (numbers.length !== parts || !numbers.every(Number.isSafeInteger)) {
    throw new RangeError(`cursor is "${cursor.slice(0, 40)}", expected the nextCursor of the page before`);
  }
  return numbers;
}

const viewOf = (body: Uint8Array) => new DataView(body.buffer, body.byteOffset, body.byteLength);
