/** Takes the place of the global timers until disposed of: time goes on only when a test says so. */
export class ManualTimers implements Disposable {
  nowMs = 1000;
  #timers = new Map<number, { atMs: number; everyMs: number | null; run: () => void }>();
  #lastId = 0;
  readonly #real = { setTimeout, clearTimeout, setInterval, clearInterval };

  constructor() {
    const start = (run: () => void, ms: number, everyMs: number | null) => {
      this.#timers.set(++this.#lastId, { atMs: this.nowMs + ms, everyMs, run });
      return this.#lastId;
    };
    const stop = (id: number) => this.#timers.delete(id);
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms = 0) => start(run, ms, null),
      setInterval: (run: () => void, ms: number) => start(run, ms, ms),
      clearTimeout: stop,
      clearInterval: stop,
    });
  }

  /** Timers that are set. */
  get size(): number {
    return this.#timers.size;
  }

  now = (): number => this.nowMs;

  /** Moves time and runs what becomes due, in order. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers].sort(([, a], [, b]) => a.atMs - b.atMs);
      if (!next || next[1].atMs > untilMs) break;
      const [id, timer] = next;
      this.nowMs = timer.atMs;
      if (timer.everyMs === null) this.#timers.delete(id);
      else timer.atMs += timer.everyMs;
      timer.run();
    }
    this.nowMs = untilMs;
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
  }
}
