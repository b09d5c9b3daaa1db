import assert from "node:assert/strict";
import { DEFAULT_THRESHOLDS } from "./thresholds.ts";
import { thresholdsSchema } from "./thresholds_schema.ts";

const problems = (change: Record<string, unknown>) =>
  thresholdsSchema.safeParse({ ...DEFAULT_THRESHOLDS, ...change }).error?.issues.map((i) =>
    i.path.join(".")
  ) ?? [];

Deno.test("thresholdsSchema accepts the shipped thresholds and magnitude alone", () => {
  assert.deepEqual(thresholdsSchema.parse(DEFAULT_THRESHOLDS), DEFAULT_THRESHOLDS);
  assert.deepEqual(problems({ cadence: null }), []);
});

Deno.test("thresholdsSchema refuses thresholds that are not ordered", () => {
  assert.deepEqual(problems({ walkingMs2: 8.5 }), ["runningMs2", "cadence", "hysteresisMs2"]);
  assert.deepEqual(problems({ cadence: { runningHz: 2.35, fromMs2: 16, toMs2: 7 } }), ["cadence"]);
  assert.deepEqual(problems({ cadence: { runningHz: 2.35, fromMs2: 1, toMs2: 7 } }), ["cadence"]);
  assert.deepEqual(problems({ hysteresisMs2: 3.4 }), ["hysteresisMs2"]);
});

Deno.test("thresholdsSchema refuses missing, unknown and impossible fields", () => {
  assert.deepEqual(problems({ runningMs2: undefined }), ["runningMs2"]);
  assert.deepEqual(problems({ walkingMs2: -1 }), ["walkingMs2"]);
  assert.deepEqual(problems({ version: 0 }), ["version"]);
  assert.deepEqual(problems({ walkingMs: 2 }), [""]);
});
