import assert from "node:assert/strict";
import type { WindowResult } from "./session_table.ts";
import { newTable, part, type Readings, sampled, START_MS } from "./testing/signals.ts";

const flat = (seconds: number, stepMs = 20) => sampled(seconds, stepMs, () => [0, 0, 9.81]);

/** Feeds one table and collects what it emits. */
function session(settings: Parameters<typeof newTable>[0] = {}) {
  const table = newTable(settings), slot = table.open(), windows: WindowResult[] = [];
  const keep = (window: WindowResult) => void windows.push({ ...window });
  return {
    table,
    slot,
    windows,
    keep,
    feed: ({ tMs, xyz, count }: Readings) => table.feed(slot, tMs, xyz, count, "unknown", keep),
    ends: () => windows.map((w) => w.timestamp - START_MS),
  };
}

/** Readings at the given times, ms from the start, flat on a table. */
function at(...times: number[]): Readings {
  return {
    count: times.length,
    tMs: Float64Array.from(times, (t) => START_MS + t),
    xyz: Float64Array.from(times.flatMap(() => [0, 0, 9.81])),
  };
}

Deno.test("feed() emits a window when the newest reading is latenessMs past its end", () => {
  const s = session();
  s.feed(at(0, 100, 2999.9));
  assert.deepEqual(s.ends(), []);
  s.feed(at(3000));
  assert.deepEqual(s.ends(), [1000]);
  s.feed(at(4999));
  assert.deepEqual(s.ends(), [1000, 2000]);
  assert.equal(s.table.frontierMs(s.slot), START_MS + 2000);
  assert.equal(s.table.maxMs(s.slot), START_MS + 4999);
});

Deno.test("the first windows of a session are unknown with confidence 0 until enough of one is covered", () => {
  const s = session();
  s.feed(flat(10));
  assert.deepEqual(s.windows.map((w) => [w.coverage, w.activity, w.confidence > 0]).slice(0, 4), [
    [0.2, "unknown", false],
    [0.4, "unknown", false],
    [0.6, "stationary", true],
    [0.8, "stationary", true],
  ]);
});

Deno.test("a window tells its span, its readings and the version of the thresholds", () => {
  const s = session();
  s.feed(flat(10));
  const { timestamp, windowStart, windowMs, readings, magnitude, magnitudeStd, cadenceHz, gravityRemoved } =
    s.windows[4];
  assert.deepEqual([timestamp, windowStart, windowMs], [START_MS + 5000, START_MS, 5000]);
  assert.deepEqual([readings, magnitude, magnitudeStd, cadenceHz, gravityRemoved], [250, 0, 0, null, true]);
  assert.equal(s.windows[4].thresholdsVersion, 1);
});

Deno.test("magnitude, deviation, rate, coverage and confidence have the decimals that storage keeps", () => {
  const s = session();
  s.feed(sampled(20, 17, (t) => [3 * Math.sin(12 * t), 1 / 3, 9.81 + 5 * Math.sin(11.9 * t)]));
  const isRounded = (value: number, decimals: number) => Number(value.toFixed(decimals)) === value;
  for (const w of s.windows) {
    for (const value of [w.magnitude, w.magnitudeStd, w.coverage, w.confidence]) {
      assert.ok(isRounded(value, 4), `${value}`);
    }
    assert.ok(isRounded(w.cadenceHz ?? 0, 3));
  }
});

Deno.test("flush() emits through the pane of the newest reading, once", () => {
  const s = session();
  s.feed(at(0, 1500));
  s.table.flush(s.slot, s.keep);
  assert.deepEqual(s.ends(), [1000, 2000]);
  s.table.flush(s.slot, s.keep);
  assert.deepEqual(s.ends(), [1000, 2000]);
});

Deno.test("flush() of a session without readings emits nothing", () => {
  const s = session();
  s.table.flush(s.slot, s.keep);
  assert.deepEqual(s.windows, []);
  assert.equal(s.table.frontierMs(s.slot), -Infinity);
});

Deno.test("an empty batch changes nothing", () => {
  const s = session();
  const before = s.table.save(s.slot);
  s.feed(at());
  assert.deepEqual(s.table.save(s.slot), before);
});

Deno.test("a year of silence gives no windows of its own", () => {
  const s = session(), yearMs = 365 * 86_400_000;
  s.feed(at(0));
  s.feed(at(yearMs, yearMs + 3000));
  assert.deepEqual(s.ends(), [1000, 2000, 3000, 4000, 5000, yearMs + 1000]);
  assert.ok(s.windows.every((w) => w.readings === 1));
});

Deno.test("readings older than the next window are dropped and counted as late", () => {
  const s = session();
  s.feed(at(0, 10_000));
  assert.equal(s.table.frontierMs(s.slot), START_MS + 8000);
  s.feed(at(3999, 4000));
  assert.deepEqual(s.table.counters(s.slot), { readings: 3, late: 1, duplicates: 0, clipped: 0 });
});

Deno.test("the second batch may come first, also at the very start", () => {
  const whole = session(), swapped = session(), readings = flat(10);
  whole.feed(readings);
  swapped.feed(part(readings, 50, 100));
  swapped.feed(part(readings, 0, 50));
  swapped.feed(part(readings, 100, 500));
  assert.deepEqual(swapped.ends(), whole.ends());
  assert.deepEqual(swapped.windows.map((w) => w.readings), whole.windows.map((w) => w.readings));
});

Deno.test("a batch in any order counts as if sorted, its repeated times once", () => {
  const sorted = session(), shuffled = session();
  sorted.feed(at(0, 40, 500, 9000));
  shuffled.feed(at(500, 9000, 0, 40, 500));
  assert.deepEqual(shuffled.windows, sorted.windows);
  assert.equal(shuffled.table.counters(shuffled.slot).duplicates, 1);
});

Deno.test("a repeated batch counts as duplicates, one that fills a gap is taken", () => {
  const s = session(), readings = flat(3);
  s.feed(part(readings, 0, 50));
  s.feed(part(readings, 100, 150));
  s.feed(part(readings, 100, 150));
  assert.deepEqual(s.table.counters(s.slot), { readings: 100, late: 0, duplicates: 50, clipped: 0 });
  s.feed(part(readings, 50, 100));
  assert.deepEqual(s.table.counters(s.slot), { readings: 150, late: 0, duplicates: 50, clipped: 0 });
});

Deno.test("more readings than a bin can count are dropped, not wrapped", () => {
  const s = session();
  s.feed(at(...Array.from({ length: 300 }, (_, i) => i / 10)));
  assert.deepEqual(s.table.counters(s.slot), { readings: 255, late: 0, duplicates: 45, clipped: 0 });
});

Deno.test("readings at the end of the sensor's range count as clipped, hard running does not", () => {
  const jog = (limit: number) =>
    sampled(
      10,
      20,
      (t) => [0, Math.max(-limit, Math.min(limit, 40 * Math.sin(17 * t) + Math.sin(3.1 * t))), 9.81],
    );
  const clipping = session(), free = session();
  clipping.feed(jog(19.6));
  free.feed(jog(400));
  const share = (s: typeof free) => s.table.counters(s.slot).clipped / 500;
  assert.ok(share(clipping) > 0.5, `${share(clipping)}`);
  assert.ok(share(free) < 0.1, `${share(free)}`);
});

Deno.test("a phone that is turned over stays stationary after one window", () => {
  const s = session();
  s.feed(sampled(40, 20, (t) => t < 20 ? [0, 0, 9.81] : [9.81, 0, 0]));
  const moving = s.windows.filter((w) => w.activity === "walking" || w.activity === "running");
  assert.ok(moving.length <= 5, `${moving.length}`);
  assert.equal(s.windows.at(-1)!.activity, "stationary");
});

Deno.test("a wrong sensor name is overruled by clear data, with the reason", () => {
  const table = newTable(), slot = table.open();
  const { tMs, xyz, count } = flat(10);
  let last = "";
  table.feed(slot, tMs, xyz, 1, "removed", () => {});
  assert.deepEqual(table.gravityVerdict(slot), {
    included: false,
    unit: "m/s2",
    reason: "the sensor's name says so",
    decided: true,
  });
  table.feed(slot, tMs, xyz, count, "removed", (w) => last = w.activity);
  assert.deepEqual(table.gravityVerdict(slot), {
    included: true,
    unit: "m/s2",
    reason: "measured: the mean vector contradicts the sensor's name",
    decided: true,
  });
  assert.equal(last, "stationary");
});

Deno.test("gravity is undecided until the first covered window", () => {
  const s = session();
  assert.equal(s.table.gravityVerdict(s.slot).decided, false);
  s.feed(flat(4));
  assert.equal(s.table.gravityVerdict(s.slot).decided, false);
  s.feed(flat(10));
  assert.deepEqual(s.table.gravityVerdict(s.slot), {
    included: true,
    unit: "m/s2",
    reason: "measured: the mean vector of the first full window",
    decided: true,
  });
});

Deno.test("a measured gravity verdict changes after three contrary windows, not before", () => {
  const s = session();
  // The phone rested in g at first, then the app was switched to linear acceleration in m/s².
  s.feed(sampled(40, 20, (t) => t < 20 ? [0, 0, 1] : [0, 0, 0.01]));
  assert.deepEqual(s.table.gravityVerdict(s.slot), {
    included: false,
    unit: "m/s2",
    reason: "measured: the mean vector changed during the session",
    decided: true,
  });
  const changedAt = s.windows.findIndex((w) => !w.gravityRemoved);
  assert.ok(s.windows[changedAt].timestamp - START_MS >= 24_000);
});

Deno.test("restore() of a closed session gives no window twice when its batches are sent again", () => {
  const s = session(), readings = flat(20);
  s.feed(readings);
  s.table.flush(s.slot, s.keep);
  const given = s.windows.length;
  const state = s.table.saveClosed(s.slot);
  assert.ok(state.length <= 80);
  s.table.release(s.slot);
  const again = s.table.restore(state), twice: number[] = [];
  const keep = (w: WindowResult) => void twice.push(w.timestamp);
  s.table.feed(again, readings.tMs, readings.xyz, readings.count, "unknown", keep);
  s.table.flush(again, keep);
  assert.equal(given, 20);
  assert.deepEqual(twice, []);
  assert.equal(s.table.counters(again).readings, 1000 + 200);
  assert.equal(s.table.gravityVerdict(again).included, true);
});

Deno.test("restore() of other window settings keeps frontier, counters and verdicts and empties the panes", () => {
  const s = session();
  s.feed(flat(10));
  const other = newTable({ windowMs: 6000, slideMs: 3000 });
  const slot = other.restore(s.table.save(s.slot));
  assert.equal(s.table.frontierMs(s.slot), START_MS + 7000);
  assert.equal(other.frontierMs(slot), START_MS + 9000);
  assert.deepEqual(other.counters(slot), s.table.counters(s.slot));
  assert.deepEqual(other.gravityVerdict(slot), s.table.gravityVerdict(s.slot));
  const windows: WindowResult[] = [];
  const { tMs, xyz } = sampled(25, 20, () => [0, 0, 9.81]);
  other.feed(slot, tMs.subarray(500), xyz.subarray(1500), 750, "unknown", (w) => windows.push({ ...w }));
  assert.deepEqual(windows.map((w) => [w.timestamp - START_MS, w.readings]), [[12_000, 100], [15_000, 250], [
    18_000,
    300,
  ], [
    21_000,
    300,
  ]]);
});

Deno.test("restore() of another version keeps the frontier", () => {
  const s = session();
  s.feed(flat(10));
  const state = s.table.save(s.slot);
  new Uint32Array(state.buffer)[0] = 999;
  const slot = s.table.restore(state);
  assert.equal(s.table.frontierMs(slot), s.table.frontierMs(s.slot));
  assert.notDeepEqual(s.table.save(slot), s.table.save(s.slot));
});

Deno.test("restore() of version 1, whose prefix was shorter, keeps what it had and counts no messages", () => {
  const s = session();
  s.feed(flat(10));
  // 24 bytes of the filter stood where the prefix goes on now.
  const state = s.table.save(s.slot).fill(0xff, 56);
  new Uint32Array(state.buffer)[0] = 1;
  for (const old of [state, state.slice(0, 56)]) {
    const slot = s.table.restore(old);
    assert.equal(s.table.frontierMs(slot), s.table.frontierMs(s.slot));
    assert.deepEqual(s.table.counters(slot), s.table.counters(s.slot));
    assert.equal(s.table.runs.of(slot), 0);
    assert.equal(s.table.runs.place(slot, 0, Float64Array.of(START_MS), 1), "same");
  }
});

Deno.test("restore() refuses a state that is cut short", () => {
  assert.throws(
    () => newTable().restore(new Uint8Array(10)),
    /state of 10 bytes is cut short: expected 80 or 672/,
  );
});

Deno.test("release() gives the slot to the next session, fresh", () => {
  const table = newTable(), slot = table.open(), fresh = table.save(slot);
  const { tMs, xyz, count } = flat(10);
  table.feed(slot, tMs, xyz, count, "included", () => {});
  assert.equal(table.size, 1);
  table.release(slot);
  assert.equal(table.size, 0);
  assert.equal(table.open(), slot);
  assert.deepEqual(table.save(slot), fresh);
});

Deno.test("release() refuses a slot that is not open", () => {
  const table = newTable(), slot = table.open();
  table.release(slot);
  assert.throws(() => table.release(slot), /slot 0 is not open/);
  assert.throws(() => table.release(7), /slot 7 is not open/);
});

Deno.test("sessions keep apart while the table grows", () => {
  const table = newTable(), { tMs, xyz } = flat(10);
  const slots = Array.from({ length: 200 }, () => table.open());
  slots.forEach((slot, n) => table.feed(slot, tMs, xyz, n + 1, "unknown", () => {}));
  for (let more = 0; more < 200; more++) table.open();
  slots.forEach((slot, n) => assert.equal(table.counters(slot).readings, n + 1));
});

Deno.test("setThresholds() decides the windows that close afterwards", () => {
  const s = session(), readings = sampled(20, 20, (t) => [0, 0, 9.81 + 4 * Math.sin(12 * t)]);
  s.feed(part(readings, 0, 500));
  s.table.setThresholds({
    version: 2,
    walkingMs2: 6,
    runningMs2: 8.5,
    stillStdMs2: 0.8,
    cadence: null,
    hysteresisMs2: 0.1,
  });
  s.feed(part(readings, 500, 1000));
  assert.deepEqual(
    s.windows.filter((w) => w.coverage === 1).map((w) => `${w.thresholdsVersion} ${w.activity}`),
    [...Array<string>(3).fill("1 walking"), ...Array<string>(10).fill("2 stationary")],
  );
});

Deno.test("window settings that do not fit together are refused", () => {
  assert.throws(() => newTable({ slideMs: 3000 }), /slideMs 3000 must divide windowMs 5000/);
  assert.throws(() => newTable({ slideMs: 0 }), /slideMs 0 must divide/);
  assert.throws(() => newTable({ windowMs: 1000.5, slideMs: 1000.5 }), /whole numbers/);
  assert.throws(() => newTable({ latenessMs: -1 }), /latenessMs -1 must be a whole number from 0/);
});

for (const [windowMs, slideMs, latenessMs] of [[2000, 250, 0], [10_000, 10_000, 500], [4000, 2000, 3000]]) {
  Deno.test(`windows of ${windowMs} ms every ${slideMs} ms, ${latenessMs} ms late, count every reading`, () => {
    const s = session({ windowMs, slideMs, latenessMs });
    s.feed(flat(30));
    s.table.flush(s.slot, s.keep);
    assert.deepEqual(s.ends(), Array.from({ length: 30_000 / slideMs }, (_, i) => (i + 1) * slideMs));
    const full = s.windows.filter((w) => w.windowStart >= START_MS);
    assert.ok(full.length > 0 && full.every((w) => w.readings === windowMs / 20 && w.coverage === 1));
  });
}
