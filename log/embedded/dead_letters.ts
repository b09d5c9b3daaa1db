/**
 * Records that a sink's target refused. Kept is what tells which they are and why: the record itself is in the log at that
 * offset, for as long as any other of its age.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { excerptOf, MAX_REASON_CHARS } from "../dead_letter.ts";
import type { DeadLetter, LetterPlace, SetAside } from "../port.ts";

/** The oldest go beyond it: about 20 MB, and far more than anyone looks through. */
export const MAX_DEAD_LETTERS = 10_000;

const COLUMNS = "at_ms, topic, partition, offset, key, reason, bytes, excerpt";
const WHERE_PLACE = "WHERE topic = ? AND partition = ? AND offset = ?";

type Row = Omit<DeadLetter, "atMs" | "isRefused"> & { at_ms: number };

/** Nobody else writes to this log, so every record in it can be read: a letter is a refused one. */
const letterOf = ({ at_ms: atMs, ...rest }: Row): DeadLetter => ({ ...rest, atMs, isRefused: true });

const utf8 = new TextEncoder();

export class DeadLetters {
  readonly #insert;
  readonly #trim;
  readonly #expire;
  readonly #read;
  readonly #find;
  readonly #remove;
  #count: number;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      "INSERT INTO dead_letter(at_ms, topic, partition, offset, key, reason, bytes, excerpt) VALUES(?, ?, ?, ?, ?, ?, ?, ?) " +
        "ON CONFLICT DO NOTHING",
    );
    this.#trim = db.prepare(
      "DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter ORDER BY id DESC LIMIT -1 OFFSET ?)",
    );
    this.#expire = db.prepare("DELETE FROM dead_letter WHERE at_ms < ?");
    this.#read = db.prepare(`SELECT ${COLUMNS} FROM dead_letter ORDER BY id DESC LIMIT ?`);
    this.#find = db.prepare(`SELECT ${COLUMNS} FROM dead_letter ${WHERE_PLACE}`);
    this.#remove = db.prepare(`DELETE FROM dead_letter ${WHERE_PLACE}`);
    this.#count = (db.prepare("SELECT count(*) AS count FROM dead_letter").get() as { count: number }).count;
  }

  /** How many are kept. */
  get count(): number {
    return this.#count;
  }

  /**
   * Adds those that are not there yet; inside a transaction.
   *
   * @returns a function to call once it is committed
   */
  add(letters: readonly SetAside[], atMs: number): () => void {
    let change = 0;
    for (const { topic, partition, offset, key, value, reason } of letters) {
      const bytes = utf8.encode(value);
      const cut = reason.slice(0, MAX_REASON_CHARS);
      change += Number(
        this.#insert.run(atMs, topic, partition, offset, key, cut, bytes.length, excerptOf(bytes)).changes,
      );
    }
    if (this.#count + change > MAX_DEAD_LETTERS) change -= Number(this.#trim.run(MAX_DEAD_LETTERS).changes);
    return () => this.#count += change;
  }

  /**
   * Deletes those that were set aside before; inside a transaction.
   *
   * @returns a function to call once it is committed
   */
  expire(beforeMs: number): () => void {
    const change = Number(this.#expire.run(beforeMs).changes);
    return () => this.#count -= change;
  }

  /** The newest first. */
  read(limit: number): DeadLetter[] {
    return (this.#read.all(limit) as unknown as Row[]).map(letterOf);
  }

  /** @returns null when there is none of that place */
  find({ topic, partition, offset }: LetterPlace): DeadLetter | null {
    const row = this.#find.get(topic, partition, offset) as unknown as Row | undefined;
    return row === undefined ? null : letterOf(row);
  }

  /**
   * Deletes one; inside a transaction.
   *
   * @returns a function to call once it is committed; null when there was none
   */
  remove({ topic, partition, offset }: LetterPlace): (() => void) | null {
    return this.#remove.run(topic, partition, offset).changes === 0 ? null : () => this.#count--;
  }
}
