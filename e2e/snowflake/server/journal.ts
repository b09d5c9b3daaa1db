/**
 * What was executed and refused, for tests and measurements.
 *
 * @module
 */
import type { Counters, Entry, FailedLogin } from "../control.ts";

/** Statements that are kept; the counters go on. */
const KEPT_ENTRIES = 20_000;
/** Failed logins that are kept. */
const KEPT_LOGINS = 100;
/** Longer ones are cut, characters: binds are not part of it, and ours are shorter. */
const MAX_TEXT_LENGTH = 4000;

export class Journal {
  readonly counters: Counters = { statements: {}, requestBytes: {}, rows: {}, logins: 0 };
  readonly failedLogins: FailedLogin[] = [];
  readonly #entries: Entry[] = [];
  #lastNumber = 0;

  /** @param now ms since the epoch */
  constructor(readonly now: () => number) {}

  add(entry: Omit<Entry, "number" | "endMs">): void {
    const text = entry.text.slice(0, MAX_TEXT_LENGTH);
    this.#entries.push({ ...entry, text, number: ++this.#lastNumber, endMs: this.now() });
    if (this.#entries.length > KEPT_ENTRIES) this.#entries.splice(0, KEPT_ENTRIES / 2);
    const { statements, requestBytes, rows } = this.counters;
    increase(statements, entry.kind, 1);
    increase(requestBytes, entry.kind, entry.requestBytes);
    increase(rows, entry.kind, entry.rows);
  }

  addFailedLogin(login: FailedLogin): void {
    this.failedLogins.push(login);
    if (this.failedLogins.length > KEPT_LOGINS) this.failedLogins.shift();
  }

  /** @param after entries with higher numbers */
  since(after: number): Entry[] {
    return this.#entries.filter(({ number }) => number > after);
  }
}

function increase(counts: Record<string, number>, key: string, by: number): void {
  counts[key] = (counts[key] ?? 0) + by;
}
