import assert from "node:assert/strict";
import fc from "fast-check";
import { Cadence } from "./cadence.ts";

const BINS = 50, BIN_S = 0.1;

function measure(magnitude: (tS: number) => number, maxHz?: number, bins = BINS): number | null {
  const cadence = new Cadence(bins, 1000 * BIN_S);
  for (let i = 0; i < bins; i++) cadence.values[i] = magnitude(i * BIN_S);
  return cadence.measure(maxHz);
}
const wave = (hz: number, phase = 0) => (tS: number) => Math.sin(2 * Math.PI * hz * tS + phase);

Deno.test("measure() finds the rate of steps within 0.1 Hz", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1.7, max: 3, noNaN: true }),
      fc.double({ min: 0, max: 6, noNaN: true }),
      (hz, phase) => {
        const found = measure((t) => 10 + 3 * wave(hz, phase)(t))!;
        assert.ok(Math.abs(found - hz) < 0.1, `${found} for ${hz}`);
      },
    ),
    { seed: 1 },
  );
});

Deno.test("measure() finds the rate of steps when the stride is stronger", () => {
  for (const stepHz of [1.8, 2.2, 2.6, 2.9]) {
    const found = measure((t) => 10 + 3 * wave(stepHz / 2)(t) + wave(stepHz, 1)(t))!;
    assert.ok(Math.abs(found - stepHz) < 0.15, `${found} for ${stepHz}`);
  }
});

Deno.test("measure() does not take a stroller's harmonic for running when none is expected", () => {
  const stroll = (t: number) => 4 + 2 * wave(1.5)(t) + wave(3)(t);
  assert.ok(measure(stroll)! > 2.5);
  assert.ok(Math.abs(measure(stroll, 2.5)! - 1.5) < 0.1);
});

Deno.test("measure() returns null for silence and for rates nobody walks at", () => {
  assert.equal(measure(() => 9.81), null);
  assert.equal(measure(wave(0.2)), null);
  assert.equal(measure(wave(4.5)), null);
});

Deno.test("measure() finds a rhythm in one of four windows of noise, not more", () => {
  let state = 1, found = 0;
  const noise = () => (state = state * 16_807 % 2_147_483_647) / 2_147_483_647;
  for (let window = 0; window < 500; window++) {
    if (measure(noise) !== null) found++;
  }
  assert.ok(found < 140, `${found} of 500`);
});

Deno.test("measure() uses the newest ten seconds of a long window", () => {
  const found = measure((t) => wave(t < 50 ? 1.8 : 2.8)(t), undefined, 600)!;
  assert.ok(Math.abs(found - 2.8) < 0.1, `${found}`);
});
