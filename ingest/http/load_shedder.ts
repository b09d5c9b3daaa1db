/**
 * Refuses what the server could only take late. Without it every request is accepted and all of them get slow, until clients give up
 * on answers that still come. A refusal costs less than half of an accepted request, and the phone sends its readings again later.
 *
 * A surge is not overload: phones that connect all at once are served within a second, and to refuse them makes it worse
 * (measured). So nothing is refused until requests have been slow for a while, as CoDel does (RFC 8289); from then on only as many
 * are admitted as are answered in time at the present rate (Little's law).
 *
 * @module
 */

/** An answer that takes longer is late, ms. */
const TARGET_MS = 500;
/** Slow for so long is overload, ms; a surge of 5,000 phones, or a broker's new leader, takes less. */
const SUSTAINED_MS = 2500;
/** Without a refusal for so long the overload is over, ms. */
const CALM_MS = 2000;
const INTERVAL_MS = 100;
/** The rate is averaged over about this many intervals. */
const AVERAGED = 10;
/** As many are admitted at any rate, or nobody would find out that answers are fast again. */
const MIN_IN_FLIGHT = 100;

export class LoadShedder {
  readonly #nowMs: () => number;
  readonly #timer: ReturnType<typeof setInterval>;
  #inFlight = 0;
  #answered = 0;
  #waitedMs = 0;
  #answeredMs: number;
  #perInterval = 0;
  /** When answers were last in time. */
  #inTimeMs: number;
  #refusedMs = -Infinity;
  #bound = MIN_IN_FLIGHT;
  #isOverloaded = false;

  /** @param nowMs a clock that never goes back, ms */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#answeredMs = this.#inTimeMs = nowMs();
    this.#timer = setInterval(() => this.measure(), INTERVAL_MS);
  }

  /** Whether requests may be refused now. */
  get isOverloaded(): boolean {
    return this.#isOverloaded;
  }

  /** Whether to take one more request. */
  admit(): boolean {
    if (!this.#isOverloaded || this.#inFlight < this.#bound) return true;
    this.#refusedMs = this.#nowMs();
    return false;
  }

  /** A request is here as a whole: how long it was under way is the network's business. @returns what `leave` is told */
  enter(): number {
    this.#inFlight++;
    return this.#nowMs();
  }

  /** It is answered. */
  leave(enteredMs: number): void {
    this.#inFlight--;
    this.#answered++;
    this.#answeredMs = this.#nowMs();
    this.#waitedMs += this.#answeredMs - enteredMs;
  }

  /** Looks at the last interval; the timer does so all the time. */
  measure(): void {
    const nowMs = this.#nowMs();
    this.#perInterval += (this.#answered - this.#perInterval) / AVERAGED;
    this.#bound = Math.max(MIN_IN_FLIGHT, this.#perInterval * TARGET_MS / INTERVAL_MS);
    const isInTime = this.#inFlight === 0 || this.#waitMs(nowMs) <= TARGET_MS;
    if (isInTime) this.#inTimeMs = nowMs;
    this.#answered = this.#waitedMs = 0;
    if (nowMs - this.#inTimeMs >= SUSTAINED_MS) this.#isOverloaded = true;
    else if (isInTime && nowMs - this.#refusedMs >= CALM_MS) this.#isOverloaded = false;
  }

  /** Ends the timer. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** How long requests wait: those answered in this interval, or, when none was, for the first answer. */
  #waitMs(nowMs: number): number {
    return this.#answered > 0 ? this.#waitedMs / this.#answered : nowMs - this.#answeredMs;
  }
}
