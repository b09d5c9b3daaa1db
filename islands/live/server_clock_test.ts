import assert from "node:assert/strict";
import { clockOffsetMs } from "./server_clock.ts";

Deno.test("a computer that is minutes off goes by the server's clock, one that agrees by its own", () => {
  const receivedMs = 1_764_000_000_000;
  assert.equal(clockOffsetMs(receivedMs - 300, receivedMs), 0);
  assert.equal(clockOffsetMs(receivedMs + 180_000, receivedMs), 180_000);
  assert.equal(clockOffsetMs(receivedMs - 180_000, receivedMs), -180_000);
});
