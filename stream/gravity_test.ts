import assert from "node:assert/strict";
import { byName, describe, judge, REASON, revise, STREAM } from "./gravity.ts";

Deno.test("judge() tells gravity and unit from the mean vector", () => {
  assert.equal(judge(9.81, 9.81), STREAM.included);
  assert.equal(judge(1, 1), STREAM.includedG);
  assert.equal(judge(0.1, 0.2), STREAM.removed);
});

Deno.test("judge() sees gravity in a clipped jog and none in a hard run without it", () => {
  assert.equal(judge(5.8, 10.1), STREAM.included);
  assert.equal(judge(4.1, 21.7), STREAM.removed);
  assert.equal(judge(1, 1.9), STREAM.includedG);
  assert.equal(judge(1, 6), STREAM.removed);
});

Deno.test("judge() calls a stream that holds only zeros gravity-free", () => {
  assert.equal(judge(0, 0), STREAM.removed);
});

Deno.test("revise() keeps a gravity-free verdict when the phone's gravity estimate drifts", () => {
  assert.equal(revise(STREAM.removed, 1, 1), STREAM.removed);
  assert.equal(revise(STREAM.removed, 2.3, 2.3), STREAM.removed);
  assert.equal(revise(STREAM.removed, 9, 12.2), STREAM.removed);
});

Deno.test("revise() keeps gravity when clipping or turning shortens the mean", () => {
  assert.equal(revise(STREAM.included, 4.1, 11.6), STREAM.included);
  assert.equal(revise(STREAM.includedG, 0.6, 1.1), STREAM.includedG);
});

Deno.test("revise() gives in to what cannot be otherwise", () => {
  assert.equal(revise(STREAM.included, 1, 1), STREAM.includedG);
  assert.equal(revise(STREAM.included, 0.5, 12), STREAM.removed);
  assert.equal(revise(STREAM.included, 0.2, 0.3), STREAM.removed);
  assert.equal(revise(STREAM.includedG, 0.1, 0.2), STREAM.removed);
  assert.equal(revise(STREAM.includedG, 9.8, 9.8), STREAM.included);
  assert.equal(revise(STREAM.removed, 9.8, 9.81), STREAM.included);
});

Deno.test("byName() trusts the sensor's name", () => {
  assert.deepEqual(["included", "removed", "unknown"].map((g) => byName(g as "included")), [
    STREAM.included,
    STREAM.removed,
    STREAM.undecided,
  ]);
});

Deno.test("describe() is undecided before anything is known", () => {
  assert.deepEqual(describe(STREAM.undecided, REASON.none), {
    included: false,
    unit: "m/s2",
    reason: "waiting for the first full window",
    decided: false,
  });
  assert.deepEqual(describe(STREAM.includedG, REASON.data).unit, "g");
});
