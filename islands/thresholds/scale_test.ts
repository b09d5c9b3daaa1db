import assert from "node:assert/strict";
import { magnitudeAt, placeOf, pressed, TICKS_MS2 } from "./scale.ts";

Deno.test("a place gives back the magnitude that it is of, in steps of a tenth", () => {
  for (const ms2 of [...TICKS_MS2, 0.1, 1.9, 8.5]) assert.equal(magnitudeAt(placeOf(ms2)), ms2);
  assert.equal(magnitudeAt(placeOf(1.94)), 1.9);
});

Deno.test("thresholds that are far off are on the axis and far from its ends", () => {
  assert.ok(placeOf(0.5) > 0.1);
  assert.ok(placeOf(20) < 0.75);
  assert.deepEqual([placeOf(-1), placeOf(400)], [0, 1]);
  assert.deepEqual([magnitudeAt(-0.2), magnitudeAt(1.2)], [0, 40]);
});

Deno.test("keys move a handle by a tenth, by one, and to its ends, and never past them", () => {
  const bounds = { min: 0.1, max: 8.4 };
  const press = (key: string, nowMs2 = 1.9) => pressed(key, nowMs2, bounds);
  assert.deepEqual(
    ["ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "PageUp", "PageDown", "Home", "End"].map((key) =>
      press(key)
    ),
    [2, 2, 1.8, 1.8, 2.9, 0.9, 0.1, 8.4],
  );
  assert.equal(press("PageDown", 0.5), 0.1);
  assert.equal(press("PageUp", 8), 8.4);
  assert.equal(press("ArrowRight", 1.85), 2);
  assert.equal(press("a"), null);
});
