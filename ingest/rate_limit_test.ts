import assert from "node:assert/strict";
import { RateLimiter } from "./rate_limit.ts";

/** How many of `tries` get a token at this time. */
function taken(limiter: RateLimiter, key: string, nowMs: number, tries: number): number {
  let count = 0;
  for (let i = 0; i < tries; i++) if (limiter.take(key, nowMs) === 0) count++;
  return count;
}

Deno.test("take() allows the burst at once and the rate afterwards, each device by itself", () => {
  const limiter = new RateLimiter(20, 60);
  assert.equal(taken(limiter, "a", 0, 100), 60);
  assert.equal(taken(limiter, "b", 0, 1), 1);
  assert.equal(taken(limiter, "a", 1000, 100), 20);
  assert.equal(taken(limiter, "a", 1_000_000, 100), 60);
});

Deno.test("take() tells how long until the next token", () => {
  const limiter = new RateLimiter(20, 1);
  assert.equal(limiter.take("a", 0), 0);
  assert.equal(limiter.take("a", 0), 50);
  assert.equal(limiter.take("a", 25), 25);
  assert.equal(limiter.take("a", 50), 0);
});

Deno.test("take() goes on refilling after the clock was set back", () => {
  const limiter = new RateLimiter(20, 1);
  limiter.take("a", 3_600_000);
  assert.equal(limiter.take("a", 0), 50);
  assert.equal(limiter.take("a", 50), 0);
});

Deno.test("take() forgets the device seen first rather than keep more than it may", () => {
  const limiter = new RateLimiter(20, 1, 2);
  for (const key of ["a", "b", "c"]) assert.equal(limiter.take(key, 0), 0);
  assert.equal(limiter.take("a", 0), 0);
  assert.equal(limiter.take("c", 0), 50);
});
