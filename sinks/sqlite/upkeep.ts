/**
 * What admins' changes make of sessions that are here: windows are decided again, deleted sessions removed. A session at a time,
 * since the log's commits wait meanwhile.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { SessionChange } from "../../control/session_state.ts";
import { type ActivityRecord, sessionKey } from "../../log/records.ts";
import { Reclassifier } from "./reclassify.ts";
import type { SessionMetas } from "./session_metas.ts";
import { markOf, type SessionView } from "./session_view.ts";
import type { Writer } from "./writer.ts";

/** Sessions looked up at one call, about 5 ms: after a start, all that were ever decided again are. */
const MAX_LOOKUPS = 500;

/** What upkeep needs of the read model. */
export interface Sessions {
  slideMs: number;
  /** The session as it is held in memory, from the tables if need be; null when there is none. */
  find: (deviceId: string, sessionId: string) => SessionView | null;
  write: (views: readonly SessionView[]) => void;
  /** As the tables have it. */
  lastWindow: (view: SessionView) => ActivityRecord | null;
  /** Drops what is held of a session. */
  forget: (view: SessionView) => void;
}

export class Upkeep {
  readonly #db: DatabaseSync;
  readonly #writer: Writer;
  readonly #metas: SessionMetas;
  readonly #sessions: Sessions;
  readonly #reclassifier: Reclassifier;
  readonly #removals;
  /** Sessions that may have to be decided again, by their keys. */
  readonly #toDecide = new Map<string, { deviceId: string; sessionId: string }>();
  /** Deleted sessions that may be here. */
  readonly #toRemove = new Map<string, { deviceId: string; sessionId: string }>();

  constructor(db: DatabaseSync, writer: Writer, metas: SessionMetas, sessions: Sessions) {
    this.#db = db;
    this.#writer = writer;
    this.#metas = metas;
    this.#sessions = sessions;
    this.#reclassifier = new Reclassifier(db);
    this.#removals = ["chunk WHERE session", "segment WHERE session", "session WHERE id"]
      .map((where) => db.prepare(`DELETE FROM ${where} = ?`));
  }

  /** An admin has changed a session. */
  take({ deviceId, sessionId, state }: SessionChange): void {
    const key = sessionKey(deviceId, sessionId);
    if (state.reclassifiedWith !== null) this.#toDecide.set(key, { deviceId, sessionId });
    if (state.deletedAtMs !== null) this.#toRemove.set(key, { deviceId, sessionId });
  }

  /** A session has all windows that are to be decided again. */
  decideLater({ key, deviceId, sessionId }: SessionView): void {
    this.#toDecide.set(key, { deviceId, sessionId });
  }

  /** Does what is due for sessions of this id. */
  settle(sessionId: string): void {
    for (const [key, id] of this.#toDecide) {
      if (id.sessionId === sessionId) this.#decide(key, id.deviceId, sessionId);
    }
  }

  /** Does some of what is due. To be called a few times a second. */
  advance(nowMs: number): void {
    let lookups = 0;
    for (const [key, { deviceId, sessionId }] of this.#toDecide) {
      if (lookups++ === MAX_LOOKUPS || this.#decide(key, deviceId, sessionId)) break;
    }
    for (const [key, { deviceId, sessionId }] of this.#toRemove) {
      if (!this.#metas.deleted.has(key)) this.#toRemove.delete(key);
      else if (this.#metas.isGone(key, nowMs)) {
        if (lookups++ >= MAX_LOOKUPS || this.#remove(key, deviceId, sessionId)) break;
      }
    }
  }

  /** @returns whether there was anything to decide */
  #decide(key: string, deviceId: string, sessionId: string): boolean {
    const view = this.#sessions.find(deviceId, sessionId);
    const due = view?.dueReclassification ?? null;
    if (view !== null && due !== null) {
      this.#sessions.write([view]);
      const figures = this.#inTransaction(() => {
        const figures = this.#reclassifier.run(view.id, due, this.#sessions.slideMs);
        this.#writer.rewrite(view.id, figures, markOf(due));
        return figures;
      });
      view.recount(figures);
      view.reclassified = markOf(due);
      view.last = this.#sessions.lastWindow(view);
    }
    // Where its last windows have not come yet, it comes back with them.
    this.#toDecide.delete(key);
    return due !== null;
  }

  /** @returns whether there was anything to remove */
  #remove(key: string, deviceId: string, sessionId: string): boolean {
    const view = this.#sessions.find(deviceId, sessionId);
    if (view !== null) {
      this.#inTransaction(() => this.#removals.forEach((statement) => statement.run(view.id)));
      this.#sessions.forget(view);
    }
    this.#toRemove.delete(key);
    return view !== null;
  }

  #inTransaction<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}
