/**
 * Posts what waits in the outbox, oldest first, one request at a time: the server judges windows in the order in which readings come.
 *
 * @module
 */
import { type Entry, MAX_AGE_MS, type Outbox } from "./outbox.ts";

/** Messages in a request when many wait: at 200 readings a second, each with and without gravity, fewer than the 20,000 it takes. */
const MAX_MESSAGES = 40;
/** Bytes of a request before compression, under half of what the server takes. */
const MAX_BYTES = 1_000_000;
/** The first and the longest pause after a failure, ms. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** How it goes. */
export type SenderState =
  | { kind: "idle" }
  | { kind: "sending" }
  /** The server cannot be reached or has no room: what waits is kept. */
  | { kind: "waiting"; sinceMs: number; why: string }
  /** The key is not in force any more: someone has to pair the phone again. */
  | { kind: "locked"; why: string };

/** What became of a request. */
export type Outcome =
  | { kind: "taken" }
  /** Never to be taken, such as a message that is too large. */
  | { kind: "refused"; why: string }
  | { kind: "locked"; why: string }
  | { kind: "later"; why: string; afterMs: number | null };

export interface SenderParts {
  outbox: Outbox;
  /** Posts messages, one a line. */
  post: (bodies: string[]) => Promise<Outcome>;
  /** Resolves after so many ms, or when the signal says so. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  nowMs: () => number;
  onState: (state: SenderState) => void;
  /** A message that the server will never take was given up. */
  onRefused: (why: string) => void;
  /** So many grew too old for the server. */
  onTooOld: (messages: number) => void;
}

/** See the module's text. */
export class Sender {
  readonly #parts: SenderParts;
  #added = Promise.withResolvers<void>();
  #retry = new AbortController();
  /** Since the last request began. */
  #isRetryAsked = false;
  #isStopped = false;
  #sinceMs: number | null = null;
  #pauseMs = 0;
  /** A request of several was refused: which of them, only single ones tell. */
  #oneByOne = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Something new waits. During a pause that is no reason to try sooner: it happens every second. */
  notify(): void {
    this.#added.resolve();
  }

  /** The network is back, or the phone has a new key: try at once. */
  retry(): void {
    this.#isRetryAsked = true;
    this.#retry.abort();
  }

  stop(): void {
    this.#isStopped = true;
    this.notify();
    this.retry();
  }

  /** Goes on until it is stopped. */
  async run(): Promise<void> {
    const { outbox, onState, onTooOld, nowMs } = this.#parts;
    while (!this.#isStopped) {
      const added = this.#added.promise;
      const tooOld = await outbox.dropBefore(nowMs() - MAX_AGE_MS);
      if (tooOld > 0) onTooOld(tooOld);
      const entries = await outbox.oldest(this.#oneByOne > 0 ? 1 : MAX_MESSAGES, MAX_BYTES);
      if (entries.length > 0) {
        await this.#send(entries);
        continue;
      }
      this.#sinceMs = null;
      onState({ kind: "idle" });
      await added;
      this.#added = Promise.withResolvers();
    }
  }

  async #send(entries: Entry[]): Promise<void> {
    const { outbox, post, onState, onRefused } = this.#parts;
    this.#isRetryAsked = false;
    if (this.#sinceMs === null) onState({ kind: "sending" });
    const outcome = await post(entries.map(({ body }) => body));
    switch (outcome.kind) {
      case "taken":
        await outbox.remove(entries);
        this.#oneByOne = Math.max(0, this.#oneByOne - 1);
        this.#sinceMs = null;
        this.#pauseMs = 0;
        return;
      case "refused":
        if (entries.length > 1) {
          this.#oneByOne = entries.length;
          return;
        }
        await outbox.remove(entries);
        this.#oneByOne = Math.max(0, this.#oneByOne - 1);
        return onRefused(outcome.why);
      case "locked":
        onState({ kind: "locked", why: outcome.why });
        return await this.#rest(null);
      case "later":
        this.#sinceMs ??= this.#parts.nowMs();
        onState({ kind: "waiting", sinceMs: this.#sinceMs, why: outcome.why });
        this.#pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * this.#pauseMs));
        return await this.#rest(outcome.afterMs ?? this.#pauseMs);
    }
  }

  /** @param ms how long at most; null: until it may work again */
  async #rest(ms: number | null): Promise<void> {
    this.#retry = new AbortController();
    const { signal } = this.#retry;
    if (this.#isRetryAsked) return;
    if (ms !== null) return await this.#parts.sleep(ms, signal);
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
}
