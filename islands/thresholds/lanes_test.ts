import assert from "node:assert/strict";
import { DEFAULT_THRESHOLDS, type ThresholdValues, valuesOf } from "../../stream/thresholds.ts";
import type { Histogram } from "../../web/services.ts";
import { lanesOf, summaryOf, tableOf, zonesOf } from "./lanes.ts";

const VALUES = valuesOf(DEFAULT_THRESHOLDS);
const BINS = 160;

/** @param windows label, magnitude in m/s² and how many */
function histogramOf(windows: [kind: keyof Histogram["counts"], ms2: number, count: number][]): Histogram {
  const empty = () => Array<number>(BINS).fill(0);
  const counts = { stationary: empty(), walking: empty(), running: empty(), unlabelled: empty() };
  let total = 0;
  for (const [kind, ms2, count] of windows) {
    counts[kind][Math.min(BINS - 1, Math.floor(ms2 / 0.25))] += count;
    total += count;
  }
  const labelledSessions = windows.some(([kind]) => kind !== "unlabelled") ? 2 : 0;
  return { binMs2: 0.25, counts, sessions: 3, labelledSessions, leftOutSessions: 0, windows: total };
}

Deno.test("there is a lane for each label, also one that does not occur, and one for the rest if there is a rest", () => {
  const kinds = (histogram: Histogram) => lanesOf(histogram).map(({ kind, windows }) => [kind, windows]);
  assert.deepEqual(kinds(histogramOf([["walking", 3, 8]])), [["stationary", 0], ["walking", 8], [
    "running",
    0,
  ]]);
  assert.deepEqual(kinds(histogramOf([["walking", 3, 8], ["unlabelled", 1, 2]])).at(-1), ["unlabelled", 2]);
  assert.deepEqual(kinds(histogramOf([["unlabelled", 1, 2]])), [["unlabelled", 2]]);
});

Deno.test("bars stand at their magnitude and are as high as the root of their count", () => {
  const { path } = lanesOf(histogramOf([["walking", 0, 100], ["walking", 39.9, 25]]))[1];
  assert.match(path, /^M0 100V0H79\.1V100H/);
  assert.match(path, /V50H1000V100Z$/);
  assert.equal(lanesOf(histogramOf([["walking", 1, 1]]))[0].path, "");
});

Deno.test("zones are where the classifier gives a label, the step rate's apart", () => {
  const zones = (truth: "stationary" | "walking" | "running", change: Partial<ThresholdValues> = {}) =>
    zonesOf(truth, { ...VALUES, ...change }).map(({ from, to, byCadence }) => [from, to, byCadence]);
  assert.deepEqual(zones("stationary"), [[0, 1.9, false]]);
  assert.deepEqual(zones("walking"), [[1.9, 7, false], [7, 16, true]]);
  assert.deepEqual(zones("running"), [[7, 16, true], [16, Infinity, false]]);
  assert.deepEqual(zones("walking", { cadence: null }), [[1.9, 8.5, false]]);
  assert.deepEqual(zones("running", { cadence: null }), [[8.5, Infinity, false]]);
  // A threshold past the rule's end: between them windows are walking again.
  assert.deepEqual(zones("walking", { runningMs2: 20 }), [[1.9, 7, false], [7, 16, true], [16, 20, false]]);
  // One below its beginning.
  assert.deepEqual(zones("running", { runningMs2: 5 }), [[5, 7, false], [7, 16, true], [
    16,
    Infinity,
    false,
  ]]);
});

Deno.test("the summary says how much lies on the right side", () => {
  const labelled = histogramOf([["stationary", 0.3, 97], ["stationary", 3, 3], ["walking", 3, 50], [
    "walking",
    8,
    50,
  ]]);
  assert.equal(
    summaryOf(labelled, VALUES),
    "200 windows of 3 sessions, 2 labelled. By the mean alone about so many are on the right side: " +
      "stationary 97\u00a0%; walking 50\u00a0% and 50\u00a0% where the step rate decides.",
  );
  assert.equal(summaryOf(labelled, null), "200 windows of 3 sessions, 2 labelled.");
  const none = histogramOf([["unlabelled", 0.3, 1], ["unlabelled", 3, 2], ["unlabelled", 39.9, 1]]);
  assert.match(
    summaryOf(none, { ...VALUES, cadence: null }),
    /none labelled\. By the mean alone about 25\s% stationary, 50\s% walking, 25\s% running\.$/,
  );
  assert.equal(summaryOf(histogramOf([]), VALUES), "There are no windows yet.");
});

Deno.test("a bin that a threshold cuts counts on either side by where it is cut", () => {
  const cut = histogramOf([["stationary", 1.8, 100]]);
  assert.match(summaryOf(cut, { ...VALUES, walkingMs2: 1.9 }), /stationary 60\s%/);
});

Deno.test("the table has a row for each m/s², and the last holds all beyond", () => {
  const rows = tableOf(histogramOf([["walking", 3.9, 8], ["running", 20, 1], ["running", 39, 2]]));
  assert.equal(rows.length, 21);
  assert.deepEqual([rows[3].fromMs2, rows[3].toMs2, rows[3].counts.walking], [3, 4, 8]);
  assert.deepEqual([rows[20].toMs2, rows[20].counts.running], [null, 3]);
});
