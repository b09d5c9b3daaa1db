import assert from "node:assert/strict";
import { Movement, TRACE_MS } from "./movement.ts";

const START = 1_700_000_000_000;

function feed(movement: Movement, seconds: number, magnitude: (s: number) => number): number {
  for (let i = 0; i < seconds * 60; i++) {
    movement.add({ tMs: START + i * 1000 / 60, linear: [0, 0, magnitude(i / 60)], total: null });
  }
  return START + seconds * 1000;
}

Deno.test("the rate is of the last seconds and the line no longer than it is drawn", () => {
  const movement = new Movement();
  const nowMs = feed(movement, 100, () => 0.1);
  assert.equal(movement.rateHz(nowMs), 60);
  assert.equal(movement.points(nowMs).length, TRACE_MS * 60 / 1000);
  assert.equal(movement.rateHz(nowMs + 5000), 0);
});

Deno.test("a phone on a table has not moved, one that swings has, and stays so", () => {
  const still = new Movement();
  assert.equal(still.hasMoved(feed(still, 5, (s) => 0.1 + 0.05 * Math.sin(s))), false);
  assert.equal(new Movement().hasMoved(START), false);
  const moving = new Movement();
  const nowMs = feed(moving, 5, (s) => 2 + 2 * Math.sin(s * 9));
  assert.equal(moving.hasMoved(nowMs), true);
  assert.equal(moving.hasMoved(nowMs + 60_000), true);
});
