/**
 * Which messages of a session were already stored. Most phones count their messages, so a session's ids are one range; other
 * ids are kept as they are, the newest in memory and the rest in a table. What is newer than `seen_through` is found again in
 * the segments after a crash, so nothing is written on the way of a commit.
 *
 * Measured against a UNIQUE index on every message: that dirties a page a message (16 kB written for 1 kB of readings).
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { numberOf } from "../message_number.ts";

/** Ranges a session may have before further counted ids are kept one by one. */
const MAX_RANGES = 32;
/** Ids kept in memory a session before they are written to the table at the next fold. */
const MAX_RECENT = 512;
/** Ids above it are kept as text: a counter does not get there. */
const MAX_COUNTED = 2 ** 31;
/** Sessions kept in memory; the others are read when a message comes. */
const MAX_SESSIONS = 200_000;

class SeenSession {
  /** Ends included, ascending: lo, hi, lo, hi … */
  ranges: number[] = [];
  recent = new Set<string>();
  /** Those of `recent` that the table does not have yet. */
  fresh: string[] = [];
  /** Some ids are in the table only. */
  spilled = false;

  has(id: string, counted: number): boolean {
    if (counted >= 0) {
      const { ranges } = this;
      for (let i = ranges.length - 2; i >= 0; i -= 2) {
        if (counted >= ranges[i]) {
          if (counted <= ranges[i + 1]) return true;
          break;
        }
      }
    }
    return this.recent.has(id);
  }

  add(id: string, counted: number): void {
    if (counted >= 0 && this.#addCounted(counted)) return;
    this.recent.add(id);
    this.fresh.push(id);
  }

  #addCounted(n: number): boolean {
    const { ranges } = this;
    let i = ranges.length;
    while (i > 0 && ranges[i - 2] > n) i -= 2;
    const joinsLeft = i > 0 && ranges[i - 1] === n - 1;
    const joinsRight = i < ranges.length && ranges[i] === n + 1;
    if (joinsLeft && joinsRight) ranges.splice(i - 1, 2);
    else if (joinsLeft) ranges[i - 1] = n;
    else if (joinsRight) ranges[i] = n;
    else if (ranges.length >= 2 * MAX_RANGES) return false;
    else ranges.splice(i, 0, n, n);
    return true;
  }
}

/** The number a counted id stands for, else -1. */
function countedId(id: string): number {
  const n = numberOf(id);
  // "007" is another id than "7".
  return n !== null && n < MAX_COUNTED && (id.length === 1 || id[0] !== "0") ? n : -1;
}

/** Answers "was this message stored before" for all sessions. */
export class Seen {
  readonly #sessions = new Map<number, SeenSession>();
  readonly #dirty = new Set<number>();
  readonly #loadRanges;
  readonly #countMessages;
  readonly #findMessage;
  readonly #saveRanges;
  readonly #saveMessage;
  readonly #untouched;
  readonly #expireMessages;
  readonly #expireRanges;

  constructor(db: DatabaseSync) {
    this.#loadRanges = db.prepare("SELECT ranges FROM seen_range WHERE sid = ?");
    this.#countMessages = db.prepare("SELECT 1 FROM seen_message WHERE sid = ? LIMIT 1");
    this.#findMessage = db.prepare("SELECT 1 FROM seen_message WHERE sid = ? AND id = ?");
    this.#saveRanges = db.prepare(
      "INSERT OR REPLACE INTO seen_range(sid, ranges, touched_ms) VALUES(?, ?, ?)",
    );
    this.#saveMessage = db.prepare("INSERT OR IGNORE INTO seen_message(sid, id) VALUES(?, ?)");
    this.#untouched = db.prepare("SELECT sid FROM seen_range WHERE touched_ms < ?");
    this.#expireMessages = db.prepare(
      "DELETE FROM seen_message WHERE sid IN (SELECT sid FROM seen_range WHERE touched_ms < ?)",
    );
    this.#expireRanges = db.prepare("DELETE FROM seen_range WHERE touched_ms < ?");
  }

  /** Whether the message was stored. */
  has(sid: number, id: string): boolean {
    const session = this.#session(sid);
    if (session.has(id, countedId(id))) return true;
    return session.spilled && this.#findMessage.get(sid, id) !== undefined;
  }

  /** Notes a message as stored: after the commit, or when a segment is read again. */
  add(sid: number, id: string): void {
    this.#session(sid).add(id, countedId(id));
    this.#dirty.add(sid);
  }

  /** Writes what changed; inside a transaction. @returns a function to call once it is committed */
  fold(nowMs: number): () => void {
    for (const sid of this.#dirty) {
      const session = this.#session(sid);
      for (const id of session.fresh) this.#saveMessage.run(sid, id);
      this.#saveRanges.run(sid, JSON.stringify(session.ranges), nowMs);
    }
    return () => this.#folded();
  }

  /** Forgets sessions not touched since `beforeMs`; inside a transaction. @returns their row ids */
  expire(beforeMs: number): number[] {
    const rows = this.#untouched.all(beforeMs) as { sid: number }[];
    this.#expireMessages.run(beforeMs);
    this.#expireRanges.run(beforeMs);
    return rows.map(({ sid }) => sid);
  }

  #folded(): void {
    for (const sid of this.#dirty) {
      const session = this.#session(sid);
      session.fresh = [];
      if (session.recent.size <= MAX_RECENT) continue;
      session.recent = new Set();
      session.spilled = true;
    }
    this.#dirty.clear();
    if (this.#sessions.size > MAX_SESSIONS) this.#sessions.clear();
  }

  #session(sid: number): SeenSession {
    const known = this.#sessions.get(sid);
    if (known) return known;
    const session = new SeenSession();
    const row = this.#loadRanges.get(sid) as { ranges: string } | undefined;
    if (row) {
      session.ranges = JSON.parse(row.ranges);
      session.spilled = this.#countMessages.get(sid) !== undefined;
    }
    this.#sessions.set(sid, session);
    return session;
  }
}
