/**
 * Where a trace that is received in pieces stands, so that it moves evenly: phones upload once a second or so, each time the
 * readings of that second. The trace runs behind what has come by as much as the pieces are late, as a player of sound does.
 *
 * @module
 */

/** Arrivals whose lateness is looked at. */
const REMEMBERED = 8;
/** Assumed before two pieces have come, ms: most phones upload every second. */
const FIRST_PIECE_MS = 1000;
/** A longer wait is a silence, not a piece; the trace does not run that far behind, ms. */
const LONGEST_PIECE_MS = 6000;

export class Playhead {
  #newestMs: number | null = null;
  #arrivedMs = 0;
  /** The browser's clock minus the phone's time at the trace's edge, as the last arrivals needed it, ms. */
  readonly #needed: number[] = [];

  /**
   * Readings have come.
   *
   * @param newestMs Time of the newest, by the phone's clock
   * @param nowMs The browser's clock
   */
  arrive(newestMs: number, nowMs: number): void {
    const isSilence = this.#newestMs === null || nowMs - this.#arrivedMs > LONGEST_PIECE_MS ||
      Math.abs(newestMs - this.#newestMs) > LONGEST_PIECE_MS;
    if (isSilence) {
      this.#needed.length = 0;
      this.#needed.push(nowMs - newestMs + FIRST_PIECE_MS);
    } else {
      // Right before, all that was there ended at the newest reading until then.
      this.#needed.push(nowMs - this.#newestMs!);
      if (this.#needed.length > REMEMBERED) this.#needed.shift();
    }
    this.#newestMs = isSilence ? newestMs : Math.max(newestMs, this.#newestMs!);
    this.#arrivedMs = nowMs;
  }

  /** The phone's time at the trace's right edge; null before the first reading. */
  edgeMs(nowMs: number): number | null {
    return this.#newestMs === null ? null : nowMs - Math.max(...this.#needed);
  }

  /** The newest reading's time; null before the first. */
  get newestMs(): number | null {
    return this.#newestMs;
  }
}
