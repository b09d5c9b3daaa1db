/**
 * How long the first batch of a group waits for others. A commit and its hand-over cost about 0.1 ms of both threads however many
 * batches it holds: at 5,000 phones 20 ms instead of 5 saves a tenth of the server's time and a quarter of what it writes, and a
 * phone does not notice. But where clients wait for their answers before they send again, waiting for them is waiting for
 * nobody: 64 busy connections would get no further than 3,000 messages a second. So it grows while batches keep coming until
 * the end, and falls back once they do not.
 *
 * @module
 */
const MIN_MS = 5;
const MAX_MS = 20;
/** The end of the wait, in which batches must still come, ms. */
export const TAIL_MS = 3;
/** Batches in the tail from which on more are expected: 2,000 a second. */
const BUSY_BATCHES = 6;
/** Groups after a wait in vain before the next try: it costs under a tenth of the throughput. */
const HOLD_GROUPS = 16;

export class Linger {
  /** How long the next group waits, ms. */
  ms = MIN_MS;
  #hold = 0;

  /** A wait is over. @param late batches that came in its last TAIL_MS */
  ended(late: number): void {
    if (late < BUSY_BATCHES) {
      if (this.ms > MIN_MS) this.#hold = HOLD_GROUPS;
      this.ms = MIN_MS;
    } else if (this.#hold > 0) {
      this.#hold--;
    } else {
      this.ms = Math.min(MAX_MS, this.ms * 2);
    }
  }
}
