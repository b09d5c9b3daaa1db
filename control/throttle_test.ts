import assert from "node:assert/strict";
import { Throttle } from "./throttle.ts";

function setup() {
  const clock = { nowMs: 1000 };
  return { clock, throttle: new Throttle({ burst: 3, refillMs: 1000 }, () => clock.nowMs) };
}

Deno.test("so many attempts pass at once, then one in every refill time", () => {
  const { clock, throttle } = setup();
  for (let i = 0; i < 3; i++) {
    assert.equal(throttle.waitMs("a"), 0);
    throttle.take("a");
  }
  assert.equal(throttle.waitMs("a"), 1000);
  assert.equal(throttle.waitMs("b"), 0);
  clock.nowMs += 400;
  assert.equal(throttle.waitMs("a"), 600);
  clock.nowMs += 600;
  assert.equal(throttle.waitMs("a"), 0);
  throttle.take("a");
  assert.equal(throttle.waitMs("a"), 1000);
});

Deno.test("what is given back counts no more, and no key gets more than it began with", () => {
  const { clock, throttle } = setup();
  for (let i = 0; i < 3; i++) throttle.take("a");
  throttle.giveBack("a");
  assert.equal(throttle.waitMs("a"), 0);
  clock.nowMs += 1e9;
  throttle.giveBack("a");
  for (let i = 0; i < 3; i++) throttle.take("a");
  assert.equal(throttle.waitMs("a"), 1000);
});

Deno.test("a clock that goes back gives nothing", () => {
  const { clock, throttle } = setup();
  for (let i = 0; i < 3; i++) throttle.take("a");
  clock.nowMs -= 500;
  assert.equal(throttle.waitMs("a"), 1000);
});

Deno.test("the key that was used longest ago is forgotten when there are too many", () => {
  const { throttle } = setup();
  for (const key of ["a", "b"]) for (let i = 0; i < 3; i++) throttle.take(key);
  for (let i = 0; i < 8191; i++) throttle.take(String(i));
  assert.equal(throttle.waitMs("a"), 0);
  assert.equal(throttle.waitMs("b"), 1000);
});
