import assert from "node:assert/strict";
import { DEFAULT_THRESHOLDS, sameValues, valuesOf } from "./thresholds.ts";
import { thresholdsSchema, thresholdValuesSchema } from "./thresholds_schema.ts";

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
  assert.deepEqual(problems({ walkingMs2: 0 }), ["walkingMs2"]);
  assert.deepEqual(problems({ runningMs2: 401 }), ["runningMs2"]);
  assert.deepEqual(problems({ version: 0 }), ["version"]);
  assert.deepEqual(problems({ walkingMs: 2 }), [""]);
});

Deno.test("thresholdValuesSchema is the same without the version", () => {
  const values = valuesOf(DEFAULT_THRESHOLDS);
  assert.deepEqual(thresholdValuesSchema.parse(values), values);
  assert.equal(thresholdValuesSchema.safeParse(DEFAULT_THRESHOLDS).success, false);
  assert.equal(thresholdValuesSchema.safeParse({ ...values, walkingMs2: 9 }).success, false);
});

Deno.test("sameValues() compares every value, not the objects", () => {
  const values = valuesOf(DEFAULT_THRESHOLDS), cadence = values.cadence!;
  assert.equal(sameValues(values, structuredClone(values)), true);
  const others = [
    { walkingMs2: 1 },
    { runningMs2: 9 },
    { stillStdMs2: 0 },
    { hysteresisMs2: 0 },
    { cadence: null },
    { cadence: { ...cadence, runningHz: 2 } },
    { cadence: { ...cadence, fromMs2: 6 } },
    { cadence: { ...cadence, toMs2: 17 } },
  ];
  for (const other of others) {
    assert.equal(sameValues(values, { ...values, ...other }), false, JSON.stringify(other));
  }
  assert.equal(sameValues({ ...values, cadence: null }, { ...values, cadence: null }), true);
});
