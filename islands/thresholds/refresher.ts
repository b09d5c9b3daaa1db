/**
 * An answer that follows a question that keeps changing.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";

/** Asks a moment after the last change; an answer to an older question is never shown. */
export class Refresher<Q, A> {
  /** The newest answer; it stays while the next one is on its way, and when that fails. */
  readonly answer: Signal<A | null> = signal(null);
  /** Whether the answer is not that of the newest question. */
  readonly isBusy = signal(false);
  /** Why the newest question has no answer. */
  readonly failure: Signal<Error | null> = signal(null);
  readonly #ask: (question: Q, signal: AbortSignal) => Promise<A>;
  readonly #waitMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = new AbortController();
  #last: Q | undefined;

  /** @param waitMs how long a question has to stand, ms */
  constructor(ask: (question: Q, signal: AbortSignal) => Promise<A>, waitMs: number) {
    this.#ask = ask;
    this.#waitMs = waitMs;
  }

  /** Asks this from now on. */
  want(question: Q): void {
    this.stop();
    this.#last = question;
    this.isBusy.value = true;
    // The first one is what the page is opened for.
    const waitMs = this.answer.peek() === null ? 0 : this.#waitMs;
    this.#timer = setTimeout(() => this.#run(question), waitMs);
  }

  /** Asks the newest question once more. */
  retry(): void {
    if (this.#last !== undefined) this.want(this.#last);
  }

  /** Asks no more until something is wanted again. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#asking.abort();
    this.#last = undefined;
    this.isBusy.value = false;
    this.failure.value = null;
  }

  async #run(question: Q): Promise<void> {
    const { signal } = this.#asking = new AbortController();
    try {
      const answer = await this.#ask(question, signal);
      if (signal.aborted) return;
      this.answer.value = answer;
    } catch (error) {
      if (signal.aborted) return;
      this.failure.value = error as Error;
    }
    this.isBusy.value = false;
  }
}
