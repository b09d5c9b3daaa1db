/**
 * What admins say about sessions, in memory for answers and in a table for filters. The table lags behind until it is written.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { type SessionChange, type SessionState, UNDO_MS, UNTOUCHED } from "../../control/session_state.ts";
import { type Label, LABEL_ACTIVITIES, type LabelActivity, sessionKey } from "../../log/records.ts";

/**
 * A deleted session's windows are removed when it cannot be restored any more, and a minute later: another process may restore it
 * in the last moment, by its own clock.
 */
export const PURGE_AFTER_MS = UNDO_MS + 60_000;

export class SessionMetas {
  readonly #db: DatabaseSync;
  readonly #save;
  readonly #known = new Map<string, SessionChange>();
  readonly #unwritten = new Set<SessionChange>();
  readonly #deleted = new Map<string, SessionChange>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#save = db.prepare(
      "INSERT INTO meta(session_id, device_id, version, name, labelled, deleted) VALUES(?, ?, ?, ?, ?, ?) " +
        "ON CONFLICT(session_id, device_id) DO UPDATE SET version = excluded.version, name = excluded.name, " +
        "labelled = excluded.labelled, deleted = excluded.deleted WHERE excluded.version > version",
    );
  }

  /** Takes a change in; versions of the session that it has are passed over. @returns whether it is new */
  fold(change: SessionChange): boolean {
    const key = sessionKey(change.deviceId, change.sessionId);
    const before = this.#known.get(key);
    if (before !== undefined && change.version <= before.version) return false;
    this.#known.set(key, change);
    if (before !== undefined) this.#unwritten.delete(before);
    this.#unwritten.add(change);
    if (change.state.deletedAtMs === null) this.#deleted.delete(key);
    else this.#deleted.set(key, change);
    return true;
  }

  of(key: string): Readonly<SessionState> {
    return this.#known.get(key)?.state ?? UNTOUCHED;
  }

  /** It was deleted so long ago that its windows are, or are to be, removed: new ones are not taken. */
  isGone(key: string, nowMs: number): boolean {
    const deletedAtMs = this.#deleted.get(key)?.state.deletedAtMs ?? Infinity;
    return nowMs >= deletedAtMs + PURGE_AFTER_MS;
  }

  /** Sessions that are deleted, each by its key. */
  get deleted(): ReadonlyMap<string, SessionChange> {
    return this.#deleted;
  }

  /** Brings the table up to date. */
  write(): void {
    if (this.#unwritten.size === 0) return;
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      for (const { sessionId, deviceId, version, state } of this.#unwritten) {
        const { name, labels, deletedAtMs } = state;
        const isDeleted = deletedAtMs === null ? 0 : 1;
        this.#save.run(sessionId, deviceId, version, foldCase(name ?? ""), labelBits(labels), isDeleted);
      }
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
    this.#unwritten.clear();
  }
}

/** A text as it is searched: SQLite's own `lower` knows ASCII only. */
export const foldCase = (text: string): string => text.toLowerCase();

/** One bit for each activity that a session may be labelled with. */
export const labelBit = (activity: LabelActivity): number => 1 << LABEL_ACTIVITIES.indexOf(activity);
export const ANY_LABEL = (1 << LABEL_ACTIVITIES.length) - 1;

const labelBits = (labels: readonly Label[]): number =>
  labels.reduce((bits, { activity }) => bits | labelBit(activity), 0);
