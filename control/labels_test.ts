import assert from "node:assert/strict";
import fc from "fast-check";
import { type Label, LABEL_ACTIVITIES, LABEL_SOURCES } from "../log/records.ts";
import { cutLabels, putLabel } from "./labels.ts";

const SPAN = 60;
const span = fc.tuple(fc.nat(SPAN), fc.nat(SPAN)).filter(([a, b]) => a !== b)
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const label = fc.record({
  span,
  activity: fc.constantFrom(...LABEL_ACTIVITIES),
  source: fc.constantFrom(...LABEL_SOURCES),
}).map(({ span, activity, source }): Label => ({ ...span, activity, source }));
const step = fc.oneof({ arbitrary: label, weight: 3 }, { arbitrary: span, weight: 1 });

/** What every unit of time is labelled with: the plain way to say what labels mean. */
function painted(steps: readonly (Label | { from: number; to: number })[]): (string | null)[] {
  const units: (string | null)[] = Array(SPAN).fill(null);
  for (const step of steps) {
    units.fill("activity" in step ? `${step.activity} ${step.source}` : null, step.from, step.to);
  }
  return units;
}

const applied = (steps: readonly (Label | { from: number; to: number })[]) =>
  steps.reduce<Label[]>(
    (labels, step) => "activity" in step ? putLabel(labels, step) : cutLabels(labels, step.from, step.to),
    [],
  );

Deno.test("labels put and cut in any order mean what painting them one after the other does", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    assert.deepEqual(painted(applied(steps)), painted(steps));
  }));
});

Deno.test("labels stay in order, never overlap, and none is empty", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const labels = applied(steps);
    labels.forEach(({ from, to }, i) => {
      assert.ok(from < to);
      if (i > 0) assert.ok(labels[i - 1].to <= from);
    });
  }));
});

Deno.test("a label that is put touches no label of the same activity and source", () => {
  fc.assert(fc.property(fc.array(label, { maxLength: 30 }), (put) => {
    const labels = applied(put);
    for (let i = 1; i < labels.length; i++) {
      const [a, b] = [labels[i - 1], labels[i]];
      assert.ok(a.to !== b.from || a.activity !== b.activity || a.source !== b.source);
    }
  }));
});

Deno.test("putting the same label again changes nothing, and the given labels stay as they were", () => {
  fc.assert(fc.property(fc.array(label, { minLength: 1, maxLength: 10 }), (put) => {
    const labels = applied(put), before = structuredClone(labels);
    const once = putLabel(labels, put[0]);
    assert.deepEqual(labels, before);
    assert.deepEqual(putLabel(once, put[0]), once);
  }));
});

Deno.test("putLabel() cuts a label it lies in into two, and grows together with its own kind", () => {
  const walking: Label = { from: 0, to: 30, activity: "walking", source: "person" };
  const running: Label = { from: 10, to: 20, activity: "running", source: "person" };
  const cut = putLabel([walking], running);
  assert.deepEqual(cut, [{ ...walking, to: 10 }, running, { ...walking, from: 20 }]);
  assert.deepEqual(putLabel(cut, { ...walking, from: 10, to: 20 }), [walking]);
});

Deno.test("neighbours from different sources stay apart", () => {
  const person: Label = { from: 0, to: 10, activity: "walking", source: "person" };
  const phone: Label = { from: 10, to: 20, activity: "walking", source: "phone" };
  assert.deepEqual(putLabel([person], phone), [person, phone]);
});
