import assert from "node:assert/strict";
import { Calibration, Tally } from "./score.ts";

Deno.test("scores() counts unknown as wrong and means F1 over the labels that occur", () => {
  const tally = new Tally();
  tally.add("walking", "walking");
  tally.add("walking", "walking");
  tally.add("walking", "running");
  tally.add("stationary", "stationary");
  tally.add("stationary", "unknown");
  assert.deepEqual(tally.scores(), {
    windows: 5,
    accuracy: 3 / 5,
    // stationary: 1 right of 2, none wrongly: 2/3; walking: 2 right of 3, none wrongly: 4/5; running is no
    // label here.
    macroF1: (2 / 3 + 4 / 5) / 2,
    unknown: 1,
    confusion: {
      stationary: { stationary: 1, walking: 0, running: 0, unknown: 1 },
      walking: { stationary: 0, walking: 2, running: 1, unknown: 0 },
    },
  });
});

Deno.test("scores() lowers the F1 of a label that was answered wrongly", () => {
  const tally = new Tally();
  tally.add("running", "running");
  tally.add("walking", "running");
  assert.equal(tally.scores().macroF1, (2 / 3 + 0) / 2);
});

Deno.test("scores() without windows are 0", () => {
  assert.deepEqual(new Tally().scores(), { windows: 0, accuracy: 0, macroF1: 0, unknown: 0, confusion: {} });
});

Deno.test("reliability() compares confidence with the share of right answers", () => {
  const calibration = new Calibration();
  for (let i = 0; i < 10; i++) calibration.add(0.9, i < 7);
  for (let i = 0; i < 10; i++) calibration.add(1, true);
  const { bins, ece } = calibration.reliability();
  assert.deepEqual(bins.map(({ from, to, windows, accuracy }) => [from, to, windows, accuracy]), [
    [0.9, 0.95, 10, 0.7],
    [0.98, 1, 10, 1],
  ]);
  assert.ok(Math.abs(bins[0].meanConfidence - 0.9) < 1e-9);
  assert.ok(Math.abs(ece - 0.1) < 1e-9);
});

Deno.test("reliability() without answers has no bins", () => {
  assert.deepEqual(new Calibration().reliability(), { bins: [], ece: 0 });
});
