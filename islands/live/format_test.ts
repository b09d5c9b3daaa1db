import assert from "node:assert/strict";
import {
  formatAge,
  formatAgo,
  formatBytes,
  formatConfidence,
  formatCount,
  formatLag,
  formatMagnitude,
  formatMinutes,
  formatOffset,
  formatRate,
  stepsPerMinute,
} from "./format.ts";

const spaced = (text: string) => text.replaceAll("\u00a0", " ");

Deno.test("formatAge() uses one unit and never runs ahead", () => {
  const ages: [number, string][] = [
    [-50, "0 s"],
    [999, "0 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [3_599_999, "59 min"],
    [7_200_000, "2 h"],
    [172_800_000, "2 d"],
  ];
  for (const [ms, text] of ages) assert.equal(spaced(formatAge(ms)), text);
});

Deno.test("formatOffset() is the nearest of its unit", () => {
  const offsets: [number, string][] = [
    [1499, "1 s"],
    [44_600, "45 s"],
    [59_700, "1 min"],
    [178_000, "3 min"],
    [182_400, "3 min"],
    [3_590_000, "1 h"],
    [3_605_000, "1 h"],
    [86_500_000, "1 d"],
  ];
  for (const [ms, text] of offsets) assert.equal(spaced(formatOffset(ms)), text);
});

Deno.test("formatLag() shows tenths only where they matter", () => {
  assert.equal(spaced(formatLag(2640)), "2.6 s");
  assert.equal(spaced(formatLag(-3)), "0.0 s");
  assert.equal(spaced(formatLag(12_600)), "12 s");
});

Deno.test("formatMagnitude() is always three digits", () => {
  assert.deepEqual([0, 2.8, 9.994, 9.995, 12.44].map(formatMagnitude), [
    "0.00",
    "2.80",
    "9.99",
    "10.0",
    "12.4",
  ]);
});

Deno.test("formatMinutes() rounds", () => {
  assert.equal(spaced(formatMinutes(59_400)), "59 s");
  assert.equal(spaced(formatMinutes(100_000)), "2 min");
});

Deno.test("formatConfidence() never claims to be certain", () => {
  assert.equal(spaced(formatConfidence(0.974)), "97 %");
  assert.equal(spaced(formatConfidence(1)), "99 %");
});

Deno.test("stepsPerMinute() is the step rate, however slow", () => {
  assert.equal(stepsPerMinute("running", 2.8), 168);
  assert.equal(stepsPerMinute("walking", 1.9), 114);
  assert.equal(stepsPerMinute("walking", 0.95), 57);
});

Deno.test("stepsPerMinute() is silent when nobody steps", () => {
  assert.equal(stepsPerMinute("stationary", 1.9), null);
  assert.equal(stepsPerMinute("unknown", 1.9), null);
  assert.equal(stepsPerMinute("walking", null), null);
});

Deno.test("formatCount() groups digits", () => {
  assert.equal(formatCount(999), "999");
  assert.equal(formatCount(1_240_000), "1,240,000");
});

Deno.test("formatBytes() keeps at most three digits before the unit", () => {
  const sizes: [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [2048, "2.0 kB"],
    [999_949, "999.9 kB"],
    [999_950, "1.0 MB"],
    [2_097_152, "2.1 MB"],
  ];
  for (const [bytes, text] of sizes) assert.equal(spaced(formatBytes(bytes)), text);
});

Deno.test("formatRate() has one decimal below ten readings a second", () => {
  assert.deepEqual([260, 49, 49.9, 0].map((readings) => formatRate(readings, 5000)), [
    "52",
    "9.8",
    "10",
    "0.0",
  ]);
});

Deno.test("formatAgo() does not count the seconds between uploads", () => {
  assert.deepEqual([-500, 2999, 3000, 90_000].map(formatAgo), [
    "now",
    "now",
    "3\u00a0s ago",
    "1\u00a0min ago",
  ]);
});
