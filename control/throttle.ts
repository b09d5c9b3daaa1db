/**
 * Attempts that are let through: so many at once, then one now and again.
 *
 * @module
 */

/** How many attempts one key has. */
export interface Rate {
  /** Attempts at once. */
  burst: number;
  /** Time in which one more is given, ms. */
  refillMs: number;
}

/**
 * Keys that are counted at once, 100 bytes each. Past it the one that was used longest ago is forgotten: whoever wants that must
 * use so many others first.
 */
const MAX_KEYS = 8192;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets by key, for example by name or address. */
export class Throttle {
  readonly #rate: Rate;
  readonly #now: () => number;
  /** Oldest use first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  /** How long to wait until an attempt is let through, ms; 0: none. */
  waitMs(key: string): number {
    return Math.max(0, Math.ceil((1 - this.#filled(key).tokens) * this.#rate.refillMs));
  }

  /** Counts an attempt. */
  take(key: string): void {
    this.#put(key, -1);
  }

  /** Takes the last attempt back, which was none to be counted. */
  giveBack(key: string): void {
    this.#put(key, 1);
  }

  #put(key: string, change: number): void {
    const bucket = this.#filled(key);
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + change);
    this.#buckets.delete(key);
    if (this.#buckets.size >= MAX_KEYS) this.#buckets.delete(this.#buckets.keys().next().value!);
    this.#buckets.set(key, bucket);
  }

  #filled(key: string): Bucket {
    const { burst, refillMs } = this.#rate;
    const atMs = this.#now();
    const before = this.#buckets.get(key);
    if (before === undefined) return { tokens: burst, atMs };
    const tokens = Math.min(burst, before.tokens + Math.max(0, atMs - before.atMs) / refillMs);
    return { tokens, atMs };
  }
}
