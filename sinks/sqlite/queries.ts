/**
 * The read model's answers: what is in the tables, with what is still only in memory written first.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { ACTIVITY_BYTES, readActivity } from "../../log/activity_codec.ts";
import { type Activity, type ActivityRecord, sessionKey } from "../../log/records.ts";
import { ActivityScan } from "./activity_scan.ts";
import type {
  ActivityFilter,
  LiveFilter,
  LiveSession,
  Page,
  RecentWindow,
  Series,
  SessionFilter,
  SessionSummary,
  StoredSession,
} from "./answers.ts";
import { SeriesReader } from "./series.ts";
import { toSegment } from "./session_figures.ts";
import { SessionList } from "./session_list.ts";
import type { SessionMetas } from "./session_metas.ts";
import { SessionView } from "./session_view.ts";
import { StripReader } from "./strips.ts";
import { minuteOf, type SegmentRow, type SessionRow } from "./writer.ts";

/** What the queries need of the read model. */
export interface Memory {
  slideMs: number;
  metas: SessionMetas;
  fresh: ReadonlyMap<string, SessionView>;
  /** Whether a session was deleted. */
  isHidden: (deviceId: string, sessionId: string) => boolean;
  /** Sessions with windows that are not in the tables. */
  changed: () => readonly SessionView[];
  write: (views: readonly SessionView[]) => void;
  isLive: (view: SessionView) => boolean;
  /** Does what is due for sessions of this id. */
  settle: (sessionId: string) => void;
}

/** Segments of one session in an answer: a day of changing every 10 s. */
const MAX_SEGMENTS = 10_000;

export class Queries {
  readonly #memory: Memory;
  readonly #scan: ActivityScan;
  readonly #list: SessionList;
  readonly #strips: StripReader;
  readonly #series: SeriesReader;
  readonly #bySession;
  readonly #segments;
  readonly #chunks;
  readonly #lastChunk;

  constructor(db: DatabaseSync, memory: Memory) {
    this.#memory = memory;
    this.#scan = new ActivityScan(db, memory.isHidden);
    this.#list = new SessionList(db);
    this.#strips = new StripReader(db);
    this.#series = new SeriesReader(db, memory.slideMs);
    this.#bySession = db.prepare(
      "SELECT session.* FROM session LEFT JOIN meta USING(session_id, device_id) WHERE session_id = ? " +
        "AND device_id = ifnull(?, device_id) AND deleted IS NOT 1 ORDER BY started_at DESC LIMIT 1",
    );
    this.#segments = db.prepare("SELECT * FROM segment WHERE session = ? ORDER BY from_ms LIMIT ?");
    this.#chunks = db.prepare("SELECT body FROM chunk WHERE session = ? AND minute >= ? ORDER BY minute");
    this.#lastChunk = db.prepare("SELECT body FROM chunk WHERE session = ? ORDER BY minute DESC LIMIT 1");
  }

  /** Newest first. */
  sessions(filter: SessionFilter): Page<SessionSummary> {
    const { metas, changed, write, slideMs } = this.#memory;
    metas.write();
    write(changed().filter((view) => view.id === 0 || isNewIn(view, filter.activity, slideMs)));
    const { rows, nextCursor } = this.#list.page(filter);
    const items = rows.map((row) => this.#summary(row));
    if (filter.strips) this.#addStrips(rows, items);
    return { items, nextCursor };
  }

  /** The newest session of that id. */
  session(sessionId: string, deviceId?: string): StoredSession | null {
    const row = this.#row(sessionId, deviceId);
    if (!row) return this.#waiting(sessionId, deviceId);
    const rows = this.#segments.all(row.id, MAX_SEGMENTS) as unknown as SegmentRow[];
    const segments = rows.map((
      { activity, from_ms: from, to_ms: to, windows, magnitude_sum: magnitudeSum },
    ) => toSegment({ activity, from, to, windows, magnitudeSum }));
    return { ...this.#summary(row), segments };
  }

  /** A session's windows for a chart; null when there are none. */
  series(
    sessionId: string,
    deviceId: string | undefined,
    from: number | null,
    to: number | null,
    points: number,
  ): Series | null {
    const row = this.#row(sessionId, deviceId);
    if (!row) return null;
    const fromMs = Math.max(from ?? -Infinity, row.started_at), toMs = Math.min(to ?? Infinity, row.ended_at);
    return this.#series.read(row.id, Math.min(fromMs, row.ended_at), Math.max(toMs, row.started_at), points);
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
      if (view.state.deletedAtMs !== null || !this.#memory.isLive(view)) continue;
      if (deviceId !== undefined && view.deviceId !== deviceId) continue;
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
    view.segments = row.segments;
    view.reclassified = row.reclassified;
  }

  lastWindow(row: Pick<SessionRow, "id" | "device_id" | "session_id">): ActivityRecord | null {
    const { id, device_id: deviceId, session_id: sessionId } = row;
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
    view.state = this.#memory.metas.of(view.key);
    return view.summary(false);
  }

  /** A session that is heard from but has no window yet. */
  #waiting(sessionId: string, deviceId?: string): StoredSession | null {
    for (const view of this.#memory.fresh.values()) {
      if (view.sessionId !== sessionId || (deviceId && view.deviceId !== deviceId)) continue;
      if (view.state.deletedAtMs !== null) continue;
      return { ...view.summary(this.#memory.isLive(view)), segments: [] };
    }
    return null;
  }

  /** The newest session of that id that is not deleted, with all its windows in the tables. */
  #row(sessionId: string, deviceId?: string): SessionRow | undefined {
    this.#memory.metas.write();
    this.#writeSession(sessionId);
    return this.#bySession.get(sessionId, deviceId ?? null) as SessionRow | undefined;
  }

  #writeSession(sessionId: string): void {
    this.#memory.write(this.#memory.changed().filter((view) => view.sessionId === sessionId));
    this.#memory.settle(sessionId);
  }

  #addStrips(rows: readonly SessionRow[], items: readonly SessionSummary[]): void {
    const shown = new Set(rows.map(({ id }) => id));
    this.#memory.write(this.#memory.changed().filter(({ id }) => shown.has(id)));
    const strips = this.#strips.read(rows);
    rows.forEach(({ id }, i) => items[i].strip = strips.get(id)!);
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

/** All the time that a session spent in the activity is still in memory only. */
function isNewIn(view: SessionView, activity: Activity | undefined, slideMs: number): boolean {
  if (activity === undefined || view.totals[activity] === 0) return false;
  const pending = view.pending.filter((window) => window.activity === activity).length;
  return pending * slideMs === view.totals[activity];
}

/** Heard from later; after a restart, which hears from all at once, begun later. */
function isNewer(a: SessionView, b: SessionView): boolean {
  return (a.receivedAt - b.receivedAt || a.startedAt - b.startedAt) > 0;
}

const viewOf = (body: Uint8Array) => new DataView(body.buffer, body.byteOffset, body.byteLength);
