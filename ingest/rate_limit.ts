/**
 * Token buckets, one a device.
 *
 * @module
 */

/** Ten times the phones one machine can serve. Past it the bucket used first is forgotten, which at worst grants one more burst. */
const MAX_BUCKETS = 100_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Lets each key act `perSecond` times a second on average and `burst` times at once. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    readonly perSecond: number,
    readonly burst: number,
    readonly maxBuckets: number = MAX_BUCKETS,
  ) {}

  /**
   * Takes one token.
   *
   * @param nowMs a clock, ms; when it is set back, refilling goes on from there
   * @returns 0 when there was one, else how long until there is, ms
   */
  take(key: string, nowMs: number): number {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.maxBuckets) this.#buckets.delete(this.#buckets.keys().next().value!);
      bucket = { tokens: this.burst, atMs: nowMs };
      this.#buckets.set(key, bucket);
    } else {
      const passedMs = Math.max(0, nowMs - bucket.atMs);
      bucket.tokens = Math.min(this.burst, bucket.tokens + passedMs / 1000 * this.perSecond);
      bucket.atMs = nowMs;
    }
    if (bucket.tokens < 1) return (1 - bucket.tokens) * 1000 / this.perSecond;
    bucket.tokens--;
    return 0;
  }
}
