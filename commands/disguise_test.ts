import assert from "node:assert/strict";
import { disguised } from "./disguise.ts";
import { type Readings, readRecording } from "./recordings.ts";

const G = 9.80665;
const walking = await readRecording(new URL("../stream/testdata/walking.csv", import.meta.url).pathname);

const meanOf = ({ xyz, count }: Readings) =>
  [0, 1, 2].map((axis) =>
    Array.from({ length: count }, (_, i) => xyz[3 * i + axis]).reduce((a, b) => a + b) / count
  );

Deno.test("disguised() in g divides by one g and leaves the times alone", () => {
  const { readings, gravity } = disguised(walking, "included", { unit: "g", gravity: null });
  assert.equal(gravity, "included");
  assert.deepEqual(readings.tMs, walking.tMs);
  assert.ok(readings.xyz.every((value, i) => Math.abs(value * G - walking.xyz[i]) < 1e-9));
});

for (const known of ["included", "unknown"] as const) {
  Deno.test(`disguised() takes gravity away and leaves the steps, where it was ${known}`, () => {
    const { readings, gravity } = disguised(walking, known, { unit: "ms2", gravity: "removed" });
    assert.equal(gravity, "removed");
    assert.ok(Math.hypot(...meanOf(walking)) > 8);
    assert.ok(Math.hypot(...meanOf(readings)) < 0.2, String(meanOf(readings)));
    const swing = (xyz: Float64Array) => Math.max(...xyz) - Math.min(...xyz);
    assert.ok(swing(readings.xyz) > 5, "the steps are still there");
  });
}

Deno.test("disguised() takes exactly the gravity of a phone that lies still, from the first reading to the last", () => {
  const tMs = Float64Array.from({ length: 1000 }, (_, i) => 20 * i);
  const still = {
    count: 1000,
    tMs,
    xyz: Float64Array.from({ length: 3000 }, (_, i) => i % 3 === 2 ? G : 0.5),
  };
  const { readings: { xyz } } = disguised(still, "included", { unit: "ms2", gravity: "removed" });
  assert.ok(xyz.every((value) => Math.abs(value) < 1e-9));
});

Deno.test("disguised() adds gravity along z only where it was removed", () => {
  const wanted = { unit: "ms2", gravity: "included" } as const;
  const lain = disguised(walking, "removed", wanted);
  assert.equal(lain.gravity, "included");
  assert.ok(lain.readings.xyz.every((value, i) => value === walking.xyz[i] + (i % 3 === 2 ? G : 0)));
  assert.deepEqual(disguised(walking, "included", wanted).readings.xyz, walking.xyz);
  assert.throws(() => disguised(walking, "unknown", wanted), RangeError);
});

Deno.test("disguised() removes what is not there no second time", () => {
  const { readings } = disguised(walking, "removed", { unit: "ms2", gravity: "removed" });
  assert.equal(readings.xyz, walking.xyz);
});
