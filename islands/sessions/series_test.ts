import assert from "node:assert/strict";
import type { Activity } from "../../log/records.ts";
import type { Series, SeriesPoint } from "../../web/services.ts";
import { pointAt, runsOf, stripPaths, summarize, thinned } from "./series.ts";

const point = (
  tMs: number,
  activity: Activity,
  mean = 2,
): SeriesPoint => [tMs, mean, mean - 1, mean + 1, activity, 1];

/** Two buckets of walking, a gap as long, one of running. */
const SERIES: Series = {
  from: 0,
  to: 5000,
  bucketMs: 1000,
  points: [point(500, "walking"), point(1500, "walking"), point(4500, "running", 11)],
};

Deno.test("buckets of one activity are a run, and missing ones a gap", () => {
  assert.deepEqual(runsOf(SERIES), [
    { activity: "walking", from: 0, to: 2000 },
    { activity: "gap", from: 2000, to: 4000 },
    { activity: "running", from: 4000, to: 5000 },
  ]);
});

Deno.test("buckets that are not quite where they would be are no gap", () => {
  const points = [point(500, "walking"), point(1700, "walking")];
  assert.deepEqual(runsOf({ ...SERIES, points }), [{ activity: "walking", from: 0, to: 2200 }]);
});

Deno.test("buckets that are put together keep mean, least and greatest, and gaps", () => {
  const { bucketMs, points } = thinned(SERIES, 2);
  assert.equal(bucketMs, 2000);
  assert.deepEqual(points, [[1000, 2, 1, 3, "walking", 1], [5000, 11, 10, 12, "running", 1]]);
  assert.equal(thinned(SERIES, 1), SERIES);
});

Deno.test("a summary counts what is in view", () => {
  assert.deepEqual(summarize(SERIES, { from: 1000, to: 4500 }), {
    totals: { stationary: 0, walking: 1000, running: 500, unknown: 0 },
    gaps: 1,
    gapMs: 2000,
    magnitude: { meanMs2: 6.5, minMs2: 1, maxMs2: 12 },
  });
  assert.equal(summarize(SERIES, { from: 2000, to: 4000 }).magnitude, null);
});

Deno.test("a time has the bucket that it lies in, and none in a gap", () => {
  assert.equal(pointAt(SERIES, 1200)?.[0], 1500);
  assert.equal(pointAt(SERIES, 3000), null);
  assert.equal(pointAt(SERIES, 4900)?.[4], "running");
  assert.equal(pointAt(SERIES, -1), null);
  assert.equal(pointAt(SERIES, 6000), null);
});

Deno.test("a strip has one path per activity, and none for gaps", () => {
  assert.deepEqual(stripPaths(runsOf(SERIES), { from: 0, to: 5000 }), {
    walking: "M0 0h400v1h-400z",
    running: "M800 0h200v1h-200z",
  });
  assert.deepEqual(stripPaths(runsOf(SERIES), { from: 1000, to: 3000 }), { walking: "M0 0h500v1h-500z" });
});
