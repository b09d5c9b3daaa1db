import assert from "node:assert/strict";
import { Linger } from "./linger.ts";

Deno.test("few phones never wait longer than at first", () => {
  const linger = new Linger();
  for (let group = 0; group < 100; group++) {
    assert.equal(linger.ms, 5);
    linger.ended(1);
  }
});

Deno.test("the wait grows while batches keep coming, up to its limit", () => {
  const linger = new Linger();
  const waits = Array.from({ length: 4 }, () => {
    linger.ended(30);
    return linger.ms;
  });
  assert.deepEqual(waits, [10, 20, 20, 20]);
});

Deno.test("clients that wait for their answers are waited for in vain once in many groups only", () => {
  const linger = new Linger();
  // All of them are there after 5 ms; nobody comes after that.
  const waits = Array.from({ length: 90 }, () => {
    const { ms } = linger;
    linger.ended(ms === 5 ? 40 : 0);
    return ms;
  });
  assert.equal(waits[1], 10);
  assert.equal(waits.filter((ms) => ms > 5).length, 5);
});
