import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { atMost } from "./at_most.ts";

/** Far more than work that has settled takes, ms. */
const LONG_MS = 60_000;

Deno.test("work that ends in time is not waited for any longer, and leaves no timer", async () => {
  const startedMs = performance.now();
  await atMost(LONG_MS, Promise.resolve());
  assert.ok(performance.now() - startedMs < LONG_MS);
});

Deno.test("work that never ends is left", async () => {
  await atMost(1, new Promise(() => {}));
});

Deno.test("an error in time is thrown, and a later one is nobody's", async () => {
  await assert.rejects(atMost(LONG_MS, Promise.reject(new Error("at once"))), /at once/);
  const late = delay(5).then(() => Promise.reject(new Error("late")));
  await atMost(1, late);
  await late.catch(() => {});
});
