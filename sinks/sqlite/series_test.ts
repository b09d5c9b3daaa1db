import assert from "node:assert/strict";
import fc from "fast-check";
import { ACTIVITIES } from "../../log/records.ts";
import { ModelHarness, SLIDE_MS, START_MS, windowOf } from "./testing/model_harness.ts";

const at = (seconds: number) => START_MS + SLIDE_MS * seconds;

Deno.test("every window whose middle is asked for is in the one bucket that its middle is in", () => {
  const window = fc.record({
    gapS: fc.constantFrom(1, 1, 1, 2, 90),
    activity: fc.constantFrom(...ACTIVITIES),
    magnitude: fc.integer({ min: 0, max: 40 }).map((n) => n / 2),
  });
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
  const time = fc.integer({ min: -5000, max: 400_000 }).map((ms) => START_MS + ms);
  fc.assert(
    fc.property(
      fc.array(window, { minLength: 1, maxLength: 60 }),
      optional(time),
      optional(time),
      fc.integer({ min: 1, max: 50 }),
      (made, from, to, points) => {
        fc.pre(from === null || to === null || from < to);
        using harness = new ModelHarness();
        let second = 0;
        const windows = made.map(({ gapS, activity, magnitude }) =>
          windowOf("phone-1", "run-1", at(second += gapS), activity, magnitude)
        );
        harness.commit(...windows);
        const series = harness.model.queries.series("run-1", "phone-1", from, to, points)!;
        assert.ok(series.points.length <= points);
        assert.equal(series.bucketMs % SLIDE_MS, 0);
        const middles = windows.map((window) => ({ ...window, middle: window.timestamp - SLIDE_MS / 2 }))
          .filter(({ middle }) => middle >= (from ?? -Infinity) && middle < (to ?? Infinity));
        let counted = 0;
        for (const [tMs, meanMs2, minMs2, maxMs2, activity] of series.points) {
          const own = middles.filter(({ middle }) =>
            middle >= tMs - series.bucketMs / 2 && middle < tMs + series.bucketMs / 2
          );
          counted += own.length;
          const magnitudes = own.map(({ magnitude }) => magnitude);
          assert.equal(minMs2, Math.min(...magnitudes));
          assert.equal(maxMs2, Math.max(...magnitudes));
          assert.ok(Math.abs(meanMs2 - magnitudes.reduce((a, b) => a + b) / own.length) < 1e-3);
          const count = (name: string) => own.filter((window) => window.activity === name).length;
          assert.equal(count(activity), Math.max(...ACTIVITIES.map(count)));
        }
        assert.equal(counted, middles.length);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("as many points as windows give every window as it is", () => {
  using harness = new ModelHarness();
  harness.commit(
    windowOf("phone-1", "run-1", at(1), "walking", 2.5),
    windowOf("phone-1", "run-1", at(4), "running", 9),
  );
  assert.deepEqual(harness.model.queries.series("run-1", undefined, null, null, 2000), {
    from: at(0),
    to: at(4),
    bucketMs: 1000,
    points: [[at(0.5), 2.5, 2.5, 2.5, "walking", 1], [at(3.5), 9, 9, 9, "running", 1]],
  });
});

Deno.test("there is no series of what is not there, and an empty one of a time without windows", () => {
  using harness = new ModelHarness();
  const { queries } = harness.model;
  assert.equal(queries.series("run-1", "phone-1", null, null, 10), null);
  harness.model.note("opened", "phone-1", "run-1", START_MS);
  assert.equal(queries.series("run-1", "phone-1", null, null, 10), null);
  harness.commit(windowOf("phone-1", "run-1", at(1)));
  assert.equal(queries.series("run-1", "phone-2", null, null, 10), null);
  const before = queries.series("run-1", "phone-1", at(-20), at(-10), 10)!;
  const after = queries.series("run-1", "phone-1", at(10), at(20), 10)!;
  assert.deepEqual([before.points, after.points], [[], []]);
  assert.ok(before.from <= before.to && after.from <= after.to);
});
