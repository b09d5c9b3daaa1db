import assert from "node:assert/strict";
import fc from "fast-check";
import { ACTIVITIES } from "../../log/records.ts";
import { describeStrip, extendStrip, joinStrips, STRIP_MS, stripPaths, type StripSegment } from "./strip.ts";

const SLIDE_MS = 1000;

function strip(...windows: [number, StripSegment[2]][]): StripSegment[] {
  return windows.reduce<StripSegment[]>(
    (all, [endMs, activity]) => extendStrip(all, endMs, activity, SLIDE_MS),
    [],
  );
}

Deno.test("extendStrip() merges neighbouring windows with the same activity", () => {
  assert.deepEqual(strip([1000, "walking"], [2000, "walking"], [3000, "running"]), [
    [0, 2000, "walking"],
    [2000, 3000, "running"],
  ]);
});

Deno.test("extendStrip() bridges one lost window and leaves a longer pause open", () => {
  assert.deepEqual(strip([1000, "walking"], [3000, "walking"]), [[0, 3000, "walking"]]);
  assert.deepEqual(strip([1000, "walking"], [9000, "walking"]), [[0, 1000, "walking"], [
    8000,
    9000,
    "walking",
  ]]);
});

Deno.test("extendStrip() drops segments older than ten minutes and changes no strip it was given", () => {
  const before = strip([1000, "walking"], [5000, "running"]);
  const copy = structuredClone(before);
  assert.deepEqual(extendStrip(before, 3000 + STRIP_MS, "walking", SLIDE_MS).map(([from]) => from), [
    4000,
    602_000,
  ]);
  assert.deepEqual(before, copy);
});

Deno.test("extendStrip() always gives ordered segments that do not overlap, whatever arrives", () => {
  const windows = fc.array(fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.constantFrom(...ACTIVITIES)), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(windows, (steps) => {
      let atMs = 1e12;
      let segments: StripSegment[] = [];
      for (const [stepMs, activity] of steps) {
        atMs += stepMs;
        segments = extendStrip(segments, atMs, activity, SLIDE_MS);
        let lastMs = -Infinity;
        for (const [from, to] of segments) {
          assert(from < to && from >= lastMs);
          lastMs = to;
        }
        assert.equal(lastMs, atMs);
        assert(segments[0][1] >= atMs - STRIP_MS);
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("stripPaths() draws seconds from the left edge, cut at both edges", () => {
  const segments: StripSegment[] = [[-5000, 10_000, "walking"], [10_000, 12_500, "running"]];
  assert.deepEqual(stripPaths(segments, STRIP_MS), {
    walking: "M0 0h10v1h-10z",
    running: "M10 0h2.5v1h-2.5z",
  });
  assert.deepEqual(stripPaths([[0, 1000, "walking"]], 1000 + STRIP_MS), {});
});

Deno.test("describeStrip() says minutes per activity in a fixed order", () => {
  const segments: StripSegment[] = [[0, 240_000, "running"], [240_000, 280_000, "stationary"]];
  assert.equal(describeStrip(segments, 280_000), "stationary\u00a040\u00a0s, running\u00a04\u00a0min");
  assert.equal(describeStrip([], 0), "");
});

Deno.test("joinStrips() puts older segments before newer ones, whether they overlap, touch or leave a gap", () => {
  const older: StripSegment[] = [[0, 10_000, "walking"], [10_000, 20_000, "running"]];
  assert.deepEqual(joinStrips(older, [[5000, 15_000, "walking"], [15_000, 30_000, "running"]]), [
    [0, 10_000, "walking"],
    [10_000, 30_000, "running"],
  ]);
  assert.deepEqual(joinStrips(older, [[20_000, 25_000, "walking"]]), [...older, [20_000, 25_000, "walking"]]);
  assert.deepEqual(joinStrips(older, [[40_000, 45_000, "running"]]), [...older, [40_000, 45_000, "running"]]);
  assert.deepEqual(joinStrips(older, [[0, 20_000, "unknown"]]), older);
  assert.deepEqual(joinStrips([], older), older);
});
