import assert from "node:assert/strict";
import fc from "fast-check";
import { ACTIVITIES, type Activity } from "../log/records.ts";
import { classify, confidence, type Features } from "./classifier.ts";
import { anyValues } from "./testing/tuning.ts";
import { DEFAULT_THRESHOLDS as T } from "./thresholds.ts";

const decide = (
  meanMs2: number,
  cadenceHz: number | null = null,
  stdMs2 = 3,
  previous: Activity = "unknown",
) => classify({ meanMs2, stdMs2, cadenceHz }, T, previous);

Deno.test("classify() orders the activities by mean magnitude when there is no step rate", () => {
  assert.deepEqual([0, 1.89, 1.9, 8.49, 8.5, 30].map((mean) => decide(mean)), [
    "stationary",
    "stationary",
    "walking",
    "walking",
    "running",
    "running",
  ]);
});

Deno.test("classify() returns stationary when the magnitude hardly varies, whatever its mean", () => {
  assert.equal(decide(2.3, null, 0.1), "stationary");
  assert.equal(decide(2.3, null, 0.8), "walking");
});

Deno.test("classify() lets the step rate decide between 7 and 16 m/s² only", () => {
  assert.deepEqual([decide(10, 2), decide(7.2, 2.7)], ["walking", "running"]);
  assert.deepEqual([decide(16, 2), decide(6.9, 2.7)], ["running", "walking"]);
  assert.deepEqual([decide(10, 2.34), decide(10, 2.35)], ["walking", "running"]);
});

Deno.test("classify() ignores the step rate when the thresholds say so", () => {
  assert.equal(
    classify({ meanMs2: 10, stdMs2: 3, cadenceHz: 2 }, { ...T, cadence: null }, "unknown"),
    "running",
  );
});

Deno.test("classify() stays with the previous activity within the hysteresis", () => {
  const near = (mean: number) => ACTIVITIES.map((previous) => decide(mean, null, 3, previous));
  assert.deepEqual(near(1.95), ["stationary", "walking", "walking", "walking"]);
  assert.deepEqual(near(1.85), ["stationary", "walking", "walking", "stationary"]);
  assert.deepEqual(near(8.55), ["walking", "walking", "running", "running"]);
  assert.deepEqual(near(8.45), ["walking", "walking", "running", "walking"]);
});

const features: fc.Arbitrary<Features> = fc.record({
  meanMs2: fc.double({ min: 0, max: 700, noNaN: true }),
  stdMs2: fc.double({ min: 0, max: 300, noNaN: true }),
  cadenceHz: fc.option(fc.double({ min: 1, max: 4, noNaN: true })),
});

Deno.test("confidence() is a probability for whatever classify() answers", () => {
  fc.assert(
    fc.property(features, fc.constantFrom(...ACTIVITIES), (f, previous) => {
      const p = confidence(f, T, classify(f, T, previous));
      assert.ok(p > 0 && p <= 1, `${p}`);
    }),
    { seed: 1 },
  );
});

Deno.test("confidence() is 0 for unknown", () => {
  assert.equal(confidence({ meanMs2: 5, stdMs2: 3, cadenceHz: null }, T, "unknown"), 0);
});

Deno.test("confidence() falls towards a threshold and with a step rate that disagrees", () => {
  const sure = (meanMs2: number, activity: Activity, cadenceHz: number | null = null) =>
    confidence({ meanMs2, stdMs2: 3, cadenceHz }, T, activity);
  assert.ok(sure(0.1, "stationary") > sure(1.5, "stationary"));
  assert.ok(sure(4, "walking") > sure(2, "walking"));
  assert.ok(sure(4, "walking") > sure(8, "walking"));
  assert.ok(sure(20, "running") > sure(9, "running"));
  assert.ok(sure(12, "running", 2.8) > sure(12, "running", 2.4));
  assert.ok(sure(20, "running", 2.8) > sure(20, "running") && sure(20, "running") > sure(20, "running", 1.9));
  assert.ok(sure(6, "walking", 1.9) > sure(6, "walking") && sure(6, "walking") > sure(6, "walking", 2.8));
});

Deno.test("a confidence is a probability, whatever the thresholds and the window", () => {
  const feature = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 400, noNaN: true }));
  const features = fc.record({
    meanMs2: feature,
    stdMs2: feature,
    cadenceHz: fc.option(fc.double({ min: 0.5, max: 4, noNaN: true })),
  });
  fc.assert(fc.property(features, anyValues, (features, values) => {
    const probability = confidence(features, values, classify(features, values, "unknown"));
    assert.ok(probability >= 0 && probability <= 1, `${probability}`);
  }));
});
