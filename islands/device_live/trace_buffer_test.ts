import assert from "node:assert/strict";
import { describeFigures, formatAxis, scaleOf, TraceBuffer } from "./trace_buffer.ts";

/** Readings every 20 ms; x counts seconds. */
function readings(fromMs: number, count: number) {
  const tMs = Array.from({ length: count }, (_, i) => fromMs + 20 * i);
  return { tMs, xyz: tMs.flatMap((t) => [t / 1000, -1, 9.81]), every: 1 };
}

Deno.test("lines() has the ten seconds up to the edge, in seconds before it", () => {
  const buffer = new TraceBuffer();
  assert.equal(buffer.add(readings(0, 1000)), 19_980);
  const [x, y] = buffer.lines(15_000);
  assert.deepEqual([x.length, x[0], x.at(-1), y[0].y], [500, { x: -9.98, y: 5.02 }, { x: 0, y: 15 }, -1]);
});

Deno.test("lines() breaks where readings are missing", () => {
  const buffer = new TraceBuffer();
  buffer.add(readings(0, 3));
  buffer.add(readings(2000, 2));
  assert.deepEqual(buffer.lines(2020)[0].map(({ y }) => y), [0, 0.02, 0.04, null, 2, 2.02]);
});

Deno.test("add() puts readings that come late in their place, and keeps a bounded number", () => {
  const buffer = new TraceBuffer();
  buffer.add(readings(1000, 2));
  assert.equal(buffer.add(readings(900, 2)), 1020);
  assert.deepEqual(buffer.lines(1020)[0].map(({ y }) => y), [0.9, 0.92, 1, 1.02]);
  for (let i = 0; i < 20; i++) {
    buffer.add({ ...readings(0, 0), tMs: Array(1000).fill(2000), xyz: Array(3000).fill(i) });
  }
  assert.equal(buffer.lines(2000)[0].length, 7000);
  buffer.clear();
  assert.equal(buffer.add(readings(0, 0)), null);
});

Deno.test("figures() sums up what is drawn, in words too", () => {
  const buffer = new TraceBuffer();
  assert.equal(buffer.figures(0), null);
  buffer.add(readings(1000, 101));
  const figures = buffer.figures(2000)!;
  assert.deepEqual(figures.axes[0], { now: 2, mean: figures.axes[0].mean, min: 1, max: 2 });
  assert(Math.abs(figures.axes[0].mean - 1.5) < 1e-9);
  assert.equal(Math.round(figures.ratePerS), 50);
  assert.equal(
    describeFigures(figures),
    "x 2.00 (1.00 to 2.00), y −1.00 (−1.00 to −1.00), z 9.81 (9.81 to 9.81)",
  );
  assert.equal(describeFigures(null), "no readings");
});

Deno.test("scaleOf() holds all values, moves by steps and suits both m/s² and g", () => {
  const line = (...ys: (number | null)[]) => ys.map((y) => ({ x: 0, y }));
  assert.deepEqual(scaleOf([line(-3, 9.81), line(null, 2)]), { min: -5, max: 10 });
  assert.deepEqual(scaleOf([line(-0.2, 1.02)]), { min: -1, max: 2 });
  assert.deepEqual(scaleOf([line(-61, 30)]), { min: -80, max: 40 });
  assert.deepEqual(scaleOf([[], []]), { min: -1, max: 1 });
});

Deno.test("formatAxis() writes no negative zero", () => {
  assert.deepEqual([-0.001, -9.806, 3].map(formatAxis), ["0.00", "−9.81", "3.00"]);
});
