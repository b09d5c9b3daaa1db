import type { Clock } from "../clock.ts";

/** More turns than any test needs; a condition that never holds fails instead of hanging. */
const MAX_TURNS = 100_000;

/** A clock that jumps to the next sleeper as soon as nothing else can run, so that hours pass in milliseconds. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #sleepers: { atMs: number; wake: () => void }[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs = (): number => this.#nowMs;

  sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((wake) => {
      this.#sleepers.push({ atMs: this.#nowMs + ms, wake });
      signal.addEventListener("abort", () => wake(), { once: true });
    });
  };

  /** Lets everything run that is not asleep. */
  turn(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** Moves time from sleeper to sleeper until a condition holds. */
  async runUntil(condition: () => boolean): Promise<void> {
    for (let turns = 0; !condition(); turns++) {
      if (turns === MAX_TURNS) throw new Error("the condition never held");
      await this.turn();
      if (condition()) return;
      const next = this.#sleepers.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) continue;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
  }

  /** Moves time until a promise is settled, and answers with its value. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = promise.finally(() => settled = true);
    // The caller sees the rejection below; without this, one that comes early counts as unhandled.
    done.catch(() => {});
    await this.runUntil(() => settled);
    return done;
  }
}
