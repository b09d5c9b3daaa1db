/**
 * The sessions that the log's blobs speak of, by row id.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { SessionRef } from "../activity_codec.ts";
import { sessionKey } from "../records.ts";

export interface Session extends SessionRef {
  /** Identifies the session everywhere outside the database. */
  key: string;
  /** The group that last held batches of the session, and the ids of its messages in it. */
  groupNo: number;
  groupIds: string[];
  /** Its row was deleted or rolled back: whoever holds the session looks it up again. */
  isGone: boolean;
}

/** Sessions kept in memory; past it the older half is forgotten and read again when asked for. About 300 B each. */
const CACHE_SESSIONS = 200_000;

/** A map of two generations: a bounded cache that forgets what was not used for a generation. */
export class BoundedMap<K, V> {
  #young = new Map<K, V>();
  #old = new Map<K, V>();
  constructor(readonly limit: number) {}

  get(key: K): V | undefined {
    const found = this.#young.get(key);
    if (found !== undefined) return found;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.limit / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  delete(key: K): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}

/** Finds sessions by key or row id; makes new ones. */
export class Sessions {
  readonly #byKey = new BoundedMap<string, Session>(CACHE_SESSIONS);
  readonly #bySid = new BoundedMap<number, Session>(CACHE_SESSIONS);
  readonly #find;
  readonly #load;
  readonly #insert;
  readonly #delete;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare("SELECT sid FROM session WHERE device_id = ? AND session_id = ?");
    this.#load = db.prepare("SELECT device_id, session_id FROM session WHERE sid = ?");
    this.#insert = db.prepare("INSERT INTO session(device_id, session_id) VALUES(?, ?)");
    this.#delete = db.prepare("DELETE FROM session WHERE sid = ?");
  }

  /** The session, made when it is new; to be called inside a transaction. */
  of(deviceId: string, sessionId: string): Session {
    const key = sessionKey(deviceId, sessionId);
    const known = this.#byKey.get(key);
    if (known) return known;
    const row = this.#find.get(deviceId, sessionId) as { sid: number } | undefined;
    const sid = row?.sid ?? Number(this.#insert.run(deviceId, sessionId).lastInsertRowid);
    return this.#keep({ sid, deviceId, sessionId, key, groupNo: 0, groupIds: [], isGone: false });
  }

  /** The session of a row id found in a blob. */
  bySid(sid: number): Session {
    const known = this.#bySid.get(sid);
    if (known) return known;
    const row = this.#load.get(sid) as { device_id: string; session_id: string } | undefined;
    if (!row) {
      throw new Error(`the log names session row ${sid}, which does not exist: the database is damaged`);
    }
    return this.#keep({
      sid,
      deviceId: row.device_id,
      sessionId: row.session_id,
      key: sessionKey(row.device_id, row.session_id),
      groupNo: 0,
      groupIds: [],
      isGone: false,
    });
  }

  /** Deletes a session that nothing in the log speaks of any more; inside a transaction. */
  remove(sid: number): void {
    const session = this.#bySid.get(sid);
    if (session) this.forget(session);
    this.#delete.run(sid);
  }

  /** Forgets a session whose insertion was rolled back. */
  forget(session: Session): void {
    session.isGone = true;
    this.#byKey.delete(session.key);
    this.#bySid.delete(session.sid);
  }

  #keep(session: Session): Session {
    this.#byKey.set(session.key, session);
    this.#bySid.set(session.sid, session);
    return session;
  }
}
