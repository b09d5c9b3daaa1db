/**
 * The read model: sessions, segments and windows for the pages and the API, made from `processed_activity`. Fresh sessions are
 * in memory and are written a few at a time; the position is written when all that came before it has been. A window that is
 * read again after a crash is known by its time, so each is counted once. What admins say about sessions comes from
 * `activity_control`, all of it again at every start.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { sessionChange } from "../../control/session_state.ts";
import { type ActivityRecord, type ControlEvent, sessionKey } from "../../log/records.ts";
import { Queries } from "./queries.ts";
import { openReadModel } from "./schema.ts";
import { SessionMetas } from "./session_metas.ts";
import { SessionView } from "./session_view.ts";
import { Upkeep } from "./upkeep.ts";
import { type SegmentRow, type SessionRow, Writer } from "./writer.ts";

export interface ReadModelOptions {
  /** The database file. */
  path: string;
  /** Which log the records are from; a model made from another one is emptied. */
  logId: string;
  partitions: number;
  slideMs: number;
  /** Silence after which a session is not live any more, ms. */
  sessionIdleMs: number;
}

/** How often every changed session is written, ms: bounds what a restart reads again. */
const CYCLE_MS = 15_000;
/** Sessions written at one call: about 5 ms. */
const SLICE_SESSIONS = 200;
/**
 * Windows that may wait for their turn, about 150 MB; a quarter of a minute of 10,000 phones is half of them. Filling the model
 * from the log is faster than the slices: past this everything is written at once.
 */
const MAX_PENDING_WINDOWS = 500_000;

/** Where nobody tells that a session ended (another process has it), its last windows come at most this much later, ms. */
const IDLE_GRACE_MS = 5000;

/** See the module's text. Not to be shared between threads. */
export class ReadModel {
  readonly queries: Queries;
  readonly #options: ReadModelOptions;
  readonly #now: () => number;
  readonly #db: DatabaseSync;
  readonly #writer: Writer;
  readonly #metas: SessionMetas;
  readonly #upkeep: Upkeep;
  readonly #find;
  readonly #lastSegment;
  readonly #fresh = new Map<string, SessionView>();
  /** Changed sessions, in the order they are to be written. */
  #queue: SessionView[] = [];
  /** Position that holds when the sessions queued at the cycle's start have been written; null between cycles. */
  #cycleEnds: number[] | null = null;
  #cycleRest = 0;
  #cycleStartMs = 0;
  #ends: number[];
  /** Records come from the log's past: their sessions are not live for that. */
  catchingUp = false;
  #pendingWindows = 0;

  /** @param now the wall clock, ms since the Unix epoch */
  constructor(options: ReadModelOptions, now: () => number = Date.now) {
    this.#options = options;
    this.#now = now;
    this.#db = openReadModel(options.path, options.logId);
    this.#writer = new Writer(this.#db);
    this.#metas = new SessionMetas(this.#db);
    this.#find = this.#db.prepare("SELECT * FROM session WHERE session_id = ? AND device_id = ?");
    this.#lastSegment = this.#db.prepare(
      "SELECT * FROM segment WHERE session = ? ORDER BY from_ms DESC LIMIT 1",
    );
    this.#ends = new Array(options.partitions).fill(0);
    const rows = this.#db.prepare("SELECT partition, next_offset FROM position").all();
    for (const { partition, next_offset } of rows as { partition: number; next_offset: number }[]) {
      if (partition < options.partitions) this.#ends[partition] = next_offset;
    }
    this.#upkeep = new Upkeep(this.#db, this.#writer, this.#metas, {
      slideMs: options.slideMs,
      find: (deviceId, sessionId) =>
        this.#fresh.get(sessionKey(deviceId, sessionId)) ?? this.#stored(deviceId, sessionId),
      write: (views) => this.#write(views),
      lastWindow: ({ id, deviceId, sessionId }) =>
        this.queries.lastWindow({ id, device_id: deviceId, session_id: sessionId }),
      forget: (view) => this.#forget(view),
    });
    this.queries = new Queries(this.#db, {
      slideMs: options.slideMs,
      isHidden: (deviceId, sessionId) => this.isHidden(deviceId, sessionId),
      fresh: this.#fresh,
      metas: this.#metas,
      write: (views) => this.#write(views),
      isLive: (view) => view.isLive(this.#now(), options.sessionIdleMs + IDLE_GRACE_MS),
      changed: () => this.#queue,
      settle: (sessionId) => this.#upkeep.settle(sessionId),
    });
  }

  /** The offsets to read `processed_activity` from. */
  get position(): readonly number[] {
    return this.#ends;
  }

  /**
   * Takes an admin's event in; those about other things than sessions are passed over.
   *
   * @throws Error when it cannot be read: a session that someone deleted would be shown
   */
  fold(event: ControlEvent): void {
    const change = sessionChange(event);
    if (change === null || !this.#metas.fold(change)) return;
    const view = this.#fresh.get(sessionKey(change.deviceId, change.sessionId));
    if (view !== undefined) view.state = change.state;
    this.#upkeep.take(change);
  }

  /** Whether a session was deleted. */
  isHidden(deviceId: string, sessionId: string): boolean {
    const { deleted } = this.#metas;
    return deleted.size > 0 && deleted.has(sessionKey(deviceId, sessionId));
  }

  /** Takes records of one partition; `ends` is where the log stands after them. */
  apply(records: readonly ActivityRecord[], _partition: number, ends: readonly number[]): void {
    const nowMs = this.#now();
    for (const record of records) {
      const view = this.#view(record.deviceId, record.sessionId, nowMs);
      if (view === null) continue;
      const receivedMs = this.catchingUp ? record.timestamp : nowMs;
      if (!view.apply(record, this.#options.slideMs, receivedMs)) continue;
      this.#pendingWindows++;
      this.#enqueue(view);
      if (view.dueReclassification !== null) this.#upkeep.decideLater(view);
    }
    this.#ends = [...ends];
  }

  /** A session began or ended; it may have no window yet. */
  note(status: "opened" | "closed", deviceId: string, sessionId: string, atMs: number): void {
    const view = this.#view(deviceId, sessionId, this.#now());
    if (view === null) return;
    view.closed = status === "closed";
    if (status === "opened") view.receivedAt = Math.max(view.receivedAt, atMs);
  }

  /** Writes some of what changed, and forgets what is written and silent. To be called a few times a second. */
  advance(): void {
    const nowMs = this.#now();
    this.#metas.write();
    this.#upkeep.advance(nowMs);
    if (this.#cycleEnds === null && nowMs - this.#cycleStartMs >= CYCLE_MS) {
      this.#cycleStartMs = nowMs;
      this.#cycleEnds = this.#ends;
      this.#cycleRest = this.#queue.length;
      for (const [key, view] of this.#fresh) {
        if (!view.queued && !view.isLive(nowMs, this.#options.sessionIdleMs + IDLE_GRACE_MS)) {
          this.#fresh.delete(key);
        }
      }
    }
    if (this.#pendingWindows > MAX_PENDING_WINDOWS) return this.#writeAll();
    if (this.#cycleEnds === null) return;
    const count = Math.min(SLICE_SESSIONS, this.#cycleRest);
    const finished = count === this.#cycleRest;
    this.#write(this.#queue.slice(0, count), finished ? this.#cycleEnds : null);
    for (const view of this.#queue.splice(0, count)) view.queued = false;
    this.#cycleRest -= count;
    if (finished) this.#cycleEnds = null;
  }

  /** Writes everything and closes the database. */
  close(): void {
    this.#writeAll();
    this.#metas.write();
    this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    this.#db.close();
  }

  #enqueue(view: SessionView): void {
    if (view.queued) return;
    view.queued = true;
    this.#queue.push(view);
  }

  #writeAll(): void {
    this.#write(this.#queue, this.#ends);
    for (const view of this.#queue) view.queued = false;
    this.#queue = [];
    this.#cycleEnds = null;
  }

  #write(views: readonly SessionView[], ends: readonly number[] | null = null): void {
    const windows = views.reduce((sum, view) => sum + view.pending.length, 0);
    this.#db.exec("BEGIN IMMEDIATE");
    const done: (() => void)[] = [];
    try {
      for (const view of views) done.push(this.#writer.write(view));
      if (ends) this.#writer.writePosition(ends);
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
    for (const then of done) then();
    this.#pendingWindows -= windows;
  }

  /** @returns null for a session that was deleted for good: what still comes of it is not taken */
  #view(deviceId: string, sessionId: string, nowMs: number): SessionView | null {
    const key = sessionKey(deviceId, sessionId);
    const known = this.#fresh.get(key);
    if (known) return known;
    if (this.#metas.isGone(key, nowMs)) return null;
    return this.#stored(deviceId, sessionId) ?? this.#keep(new SessionView(deviceId, sessionId));
  }

  /** A session that is in the tables; from now on it is in memory too. */
  #stored(deviceId: string, sessionId: string): SessionView | null {
    const row = this.#find.get(sessionId, deviceId) as SessionRow | undefined;
    if (!row) return null;
    const view = new SessionView(deviceId, sessionId);
    this.#restore(view, row);
    return this.#keep(view);
  }

  #keep(view: SessionView): SessionView {
    view.state = this.#metas.of(view.key);
    this.#fresh.set(view.key, view);
    return view;
  }

  #forget(view: SessionView): void {
    this.#fresh.delete(view.key);
    this.#pendingWindows -= view.pending.length;
    // It may still stand in the queue: there is nothing to write of it.
    view.pending = [];
  }

  #restore(view: SessionView, row: SessionRow): void {
    this.queries.fill(view, row);
    view.last = this.queries.lastWindow(row);
    const segment = this.#lastSegment.get(row.id) as SegmentRow | undefined;
    if (!segment) return;
    const { activity, from_ms: from, to_ms: to, windows, magnitude_sum: magnitudeSum } = segment;
    view.segment = { activity, from, to, windows, magnitudeSum };
  }
}
