import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_STRIP_PIECES, stripOf } from "./strip.ts";

const ends = (...seconds: number[]) => Float64Array.from(seconds, (s) => 1_767_225_600_000 + 1000 * s);

Deno.test("equal neighbours are one piece, and time without windows is a gap", () => {
  const strip = stripOf(ends(1, 2, 3, 7, 8), Uint8Array.of(1, 1, 2, 2, 3), 1000);
  assert.deepEqual(strip, [["walking", 2000], ["running", 1000], ["gap", 3000], ["running", 1000], [
    "unknown",
    1000,
  ]]);
});

Deno.test("a session with more changes than can be told apart shows what most of each part is", () => {
  const count = 4 * MAX_STRIP_PIECES;
  const codes = Uint8Array.from({ length: count }, (_, i) => i % 4 === 0 ? 0 : i < count / 2 ? 1 : 2);
  const strip = stripOf(ends(...codes.keys()), codes, 1000);
  assert.deepEqual(strip, [["walking", 1000 * count / 2], ["running", 1000 * count / 2]]);
});

Deno.test("a strip is bounded and as long as its session, whatever it holds", () => {
  const window = fc.tuple(fc.constantFrom(1, 1, 2, 60), fc.integer({ min: 0, max: 3 }));
  fc.assert(fc.property(fc.array(window, { minLength: 1, maxLength: 400 }), (windows) => {
    let at = 0;
    const endMs = ends(...windows.map(([afterS]) => at += afterS));
    const strip = stripOf(endMs, Uint8Array.from(windows, ([, code]) => code), 1000);
    assert.ok(strip.length <= MAX_STRIP_PIECES);
    assert.ok(strip.every(([name], i) => name !== strip[i - 1]?.[0]), "neighbours differ");
    const lengthMs = endMs[endMs.length - 1] - endMs[0] + 1000;
    assert.ok(Math.abs(strip.reduce((sum, [, ms]) => sum + ms, 0) - lengthMs) < 1);
  }));
});

Deno.test("a session without windows has no pieces", () => {
  assert.deepEqual(stripOf(ends(), new Uint8Array(), 1000), []);
});
