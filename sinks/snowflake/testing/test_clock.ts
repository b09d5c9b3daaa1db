/**
 * A clock for tests of the loader.
 *
 * @module
 */
import type { Clock } from "../loader.ts";

/** Time goes on when the test says so, and only when the loader waits. */
export class TestClock implements Clock {
  #nowMs = 1_767_225_600_000;
  /** How long each wait was to be, ms. */
  readonly waits: number[] = [];
  #wait: { untilMs: number; end: () => void } | null = null;
  #onWait: (() => void) | null = null;

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.waits.push(ms);
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        this.#wait = null;
        resolve();
      };
      this.#wait = { untilMs: this.#nowMs + ms, end };
      signal.addEventListener("abort", end, { once: true });
      this.#onWait?.();
    });
  }

  /** Lets so much time pass, with all that the loader does in it. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const wait = await this.#waiting();
      if (wait.untilMs > untilMs) break;
      this.#nowMs = Math.max(this.#nowMs, wait.untilMs);
      wait.end();
    }
    this.#nowMs = untilMs;
  }

  async #waiting() {
    if (this.#wait === null) await new Promise<void>((resolve) => this.#onWait = resolve);
    this.#onWait = null;
    return this.#wait!;
  }
}
