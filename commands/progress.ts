/**
 * Progress of long work: one line that is redrawn on a terminal, a plain line now and then elsewhere.
 *
 * @module
 */

/** Faster redraws cannot be read and cost time. */
const REDRAW_MS = 100;
/** In a log file every line stays; one each 5 s shows that the work goes on without filling it. */
const LOG_LINE_MS = 5000;
const BAR_CELLS = 24;
/** With less done, what is left is a guess nobody should be shown. */
const MIN_SHARE = 0.01;
const ENCODER = new TextEncoder();

/** Where progress is written. */
export interface Terminal {
  /** Whether a line can be redrawn. */
  interactive: boolean;
  columns(): number;
  write(text: string): void;
}

/** Standard error, so that a command's result on standard output stays clean. */
export const STDERR: Terminal = {
  interactive: Deno.stderr.isTerminal(),
  columns: () => Deno.consoleSize().columns,
  write: (text) => void Deno.stderr.writeSync(ENCODER.encode(text)),
};

/**
 * Shows how far some work is and how long the rest will take.
 *
 * ```ts
 * import { Progress } from "./progress.ts";
 *
 * const progress = new Progress("reading", 3);
 * for (const _file of ["a", "b", "c"]) progress.add(1);
 * progress.end();
 * ```
 */
export class Progress {
  #done = 0;
  #note = "";
  #shownAtMs = -Infinity;
  readonly #startMs: number;

  /**
   * @param label what is being done
   * @param total how many steps there are
   * @param terminal where to write
   * @param nowMs clock, ms
   */
  constructor(
    readonly label: string,
    readonly total: number,
    readonly terminal: Terminal = STDERR,
    readonly nowMs: () => number = Date.now,
  ) {
    this.#startMs = nowMs();
  }

  /** Counts steps as done. `note` stays behind the bar until the next one. */
  add(steps: number, note = this.#note): void {
    this.#done += steps;
    this.#note = note;
    const now = this.nowMs();
    if (now - this.#shownAtMs < (this.terminal.interactive ? REDRAW_MS : LOG_LINE_MS)) return;
    this.#shownAtMs = now;
    this.#show(now);
  }

  /** Shows the last state and leaves the line. */
  end(): void {
    this.#show(this.nowMs());
    if (this.terminal.interactive) this.terminal.write("\n");
  }

  #show(nowMs: number): void {
    const share = this.total > 0 ? Math.min(1, this.#done / this.total) : 1;
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    const took = nowMs - this.#startMs;
    const rest = share >= MIN_SHARE && share < 1 ? `${duration(took / share - took)} left` : duration(took);
    const text = [percent, rest, this.#note].filter((part) => part !== "").join("  ");
    if (!this.terminal.interactive) {
      this.terminal.write(`${this.label}  ${text.trimStart()}\n`);
      return;
    }
    const full = Math.round(share * BAR_CELLS);
    const line = `${this.label}  ${"█".repeat(full)}${"░".repeat(BAR_CELLS - full)} ${text}`;
    // One cell short of the width: a full line makes some terminals wrap. \x1b[K clears what a longer line
    // left behind.
    this.terminal.write(`\r${line.slice(0, this.terminal.columns() - 1)}\x1b[K`);
  }
}

/** Writes a duration for people: "4 s", "3 min 20 s", "2 h 5 min". */
export function duration(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
}
