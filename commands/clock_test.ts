import assert from "node:assert/strict";
import { SYSTEM_CLOCK } from "./clock.ts";

const AN_HOUR_MS = 3_600_000;

Deno.test("The system clock's sleep ends at once, and leaves no timer, when it is aborted", async () => {
  const stop = new AbortController();
  const sleeping = SYSTEM_CLOCK.sleep(AN_HOUR_MS, stop.signal);
  stop.abort();
  await sleeping;
  await SYSTEM_CLOCK.sleep(AN_HOUR_MS, stop.signal);
});

Deno.test("The system clock does not sleep for a time that has passed", async () => {
  const before = performance.now();
  await SYSTEM_CLOCK.sleep(-AN_HOUR_MS, new AbortController().signal);
  assert.ok(performance.now() - before < 1000);
});
