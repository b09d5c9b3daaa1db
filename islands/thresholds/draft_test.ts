import assert from "node:assert/strict";
import { DEFAULT_THRESHOLDS, valuesOf as withoutVersion } from "../../stream/thresholds.ts";
import { draftOf, faultsOf, fieldAt, moved, valuesOf } from "./draft.ts";

const VALUES = withoutVersion(DEFAULT_THRESHOLDS);
const DRAFT = draftOf(VALUES);

Deno.test("a draft of values gives the same values, with and without the step rate", () => {
  for (const values of [VALUES, { ...VALUES, cadence: null, walkingMs2: 0.55 }]) {
    assert.deepEqual(valuesOf(draftOf(values)), values);
    assert.deepEqual(faultsOf(draftOf(values)), {});
  }
});

Deno.test("the step rate that is switched on begins with the program's own values", () => {
  const draft = { ...draftOf({ ...VALUES, cadence: null }), hasCadence: true };
  assert.deepEqual(valuesOf(draft).cadence, DEFAULT_THRESHOLDS.cadence);
});

Deno.test("a text that is no number is a fault of its field, unless the field does not count", () => {
  for (const text of ["", " ", "1e", "two", "Infinity"]) {
    assert.match(faultsOf({ ...DRAFT, walkingMs2: text }).walkingMs2!, /Type a number/, text);
    assert.match(faultsOf({ ...DRAFT, toMs2: text }).toMs2!, /Type a number/, text);
    assert.deepEqual(faultsOf({ ...DRAFT, toMs2: text, hasCadence: false }), {});
  }
});

Deno.test("what is not in order is said at the field that has to change, with what it goes by", () => {
  const faults = (change: Record<string, string>) => faultsOf({ ...DRAFT, ...change });
  assert.match(faults({ runningMs2: "1.9" }).runningMs2!, /above the one for walking, 1\.9/);
  assert.deepEqual(Object.keys(faults({ walkingMs2: "7.5" })), ["fromMs2"]);
  assert.match(faults({ walkingMs2: "7.5" }).fromMs2!, /below the threshold for walking, 7\.5/);
  assert.match(faults({ toMs2: "7" }).toMs2!, /above 7/);
  assert.match(faults({ hysteresisMs2: "3.5" }).hysteresisMs2!, /At most 3\.3,/);
  assert.deepEqual(Object.keys(faults({ runningMs2: "1" })), ["runningMs2"]);
});

Deno.test("the server's pointers lead to fields", () => {
  assert.equal(fieldAt("/values/walkingMs2"), "walkingMs2");
  assert.equal(fieldAt("/values/cadence/toMs2"), "toMs2");
  assert.equal(fieldAt("/values/cadence"), "fromMs2");
  assert.equal(fieldAt("/message"), null);
  assert.equal(fieldAt("/values/nothing"), null);
});

Deno.test("moving a value makes no noise of fractions and stops at 0", () => {
  assert.equal(moved("1.9", 0.1), "2");
  assert.equal(moved("0.3", -0.1), "0.2");
  assert.equal(moved("0.05", -0.1), "0");
  assert.equal(moved("x", 0.1), "x");
});
