import assert from "node:assert/strict";
import fc from "fast-check";
import type { SessionTable, WindowResult } from "./session_table.ts";
import { STANDARD_GRAVITY } from "./gravity.ts";
import {
  activities,
  batches,
  newTable,
  part,
  type Readings,
  recording,
  resampled,
  sampled,
  scaled,
  START_MS,
  windowsOf,
  withoutGravity,
} from "./testing/signals.ts";

const RECORDINGS = {
  stationary: await recording("still"),
  walking: await recording("walking"),
  running: await recording("running"),
};
type Label = keyof typeof RECORDINGS;
const LABELS = Object.keys(RECORDINGS) as Label[];
const anyLabel = fc.constantFrom(...LABELS);
const runs = (numRuns: number) => ({ numRuns, seed: 1 });

function assertAll(label: Label, readings: Readings, parts = batches(readings)): void {
  const answers = activities(windowsOf(parts), readings);
  assert.ok(answers.length > 20);
  assert.deepEqual(answers.filter((answer) => answer !== label), []);
}

for (const label of LABELS) {
  const readings = RECORDINGS[label];
  Deno.test(`a ${label} recording is ${label} in m/s², in g and without gravity`, () => {
    assertAll(label, readings);
    assertAll(label, scaled(readings, 1 / STANDARD_GRAVITY));
    assertAll(label, withoutGravity(readings));
  });

  for (const rateHz of [20, 50, 100, 200]) {
    Deno.test(`a ${label} recording is ${label} at ${rateHz} Hz`, () =>
      assertAll(label, resampled(readings, rateHz)));
  }
}

Deno.test("the step rate is the same at 20, 50, 100 and 200 Hz within 0.1 Hz", () => {
  const readings = RECORDINGS.walking;
  const rates = [20, 50, 100, 200].map((rateHz) =>
    windowsOf(batches(resampled(readings, rateHz))).filter((w) => w.coverage === 1).map((w) => w.cadenceHz!)
  );
  for (const other of rates.slice(1)) {
    for (let i = 0; i < 25; i++) {
      assert.ok(Math.abs(other[i] - rates[0][i]) < 0.1, `${other[i]} and ${rates[0][i]}`);
    }
  }
});

Deno.test("a phone flat on a table is stationary whatever its unit, offset and turn", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 1 / STANDARD_GRAVITY),
      fc.double({ min: 9.2, max: 10.4, noNaN: true }),
      fc.double({ min: 0, max: Math.PI, noNaN: true }),
      (unit, gravity, tilt) => {
        const still = sampled(12, 20, (t) => [
          unit * (gravity * Math.sin(tilt) + 0.05 * Math.sin(40 * t)),
          unit * 0.05 * Math.sin(33 * t),
          unit * gravity * Math.cos(tilt),
        ]);
        const answers = activities(windowsOf(batches(still)), still);
        assert.deepEqual(new Set(answers), new Set(["stationary"]));
      },
    ),
    runs(50),
  );
});

Deno.test("an unsteady clock changes no class", () => {
  fc.assert(
    fc.property(
      anyLabel,
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      (label, stream) => {
        const next = () => stream.next().value!;
        assertAll(label, resampled(RECORDINGS[label], 40, 20, next));
      },
    ),
    runs(15),
  );
});

Deno.test("messages swapped or repeated change no class", () => {
  fc.assert(
    fc.property(
      anyLabel,
      fc.array(fc.constantFrom("swap", "repeat", ...Array<string>(8).fill("keep")), {
        minLength: 40,
        maxLength: 40,
      }),
      (label, fates) => {
        const readings = RECORDINGS[label], parts = batches(readings);
        for (let i = 0; i + 1 < parts.length; i++) {
          if (fates[i] === "swap") [parts[i], parts[i + 1]] = [parts[i + 1], parts[i]];
          if (fates[i] === "repeat") parts.splice(i + 1, 0, parts[i++]);
        }
        assertAll(label, readings, parts);
      },
    ),
    runs(30),
  );
});

Deno.test("a repeated message changes nothing at all", () => {
  for (const readings of Object.values(RECORDINGS)) {
    const parts = batches(readings);
    assert.deepEqual(windowsOf(parts.flatMap((p) => [p, p])), windowsOf(parts));
  }
});

/** Where to cut, as shares of the recording. */
const cuts = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 60 });
function split(readings: Readings, at: number[]): Readings[] {
  const edges = [...new Set([0, ...at.map((share) => Math.floor(share * readings.count)), readings.count])]
    .sort((a, b) => a - b);
  return edges.slice(1).map((to, i) => part(readings, edges[i], to));
}

Deno.test("a stream split into batches anywhere gives identical windows", () => {
  fc.assert(
    fc.property(anyLabel, cuts, (label, at) => {
      assert.deepEqual(windowsOf(split(RECORDINGS[label], at)), windowsOf([RECORDINGS[label]]));
    }),
    runs(40),
  );
});

Deno.test("saving and restoring between any two batches gives identical windows", () => {
  fc.assert(
    fc.property(anyLabel, cuts, (label, at) => {
      const readings = RECORDINGS[label], windows: WindowResult[] = [];
      const keep = (w: WindowResult) => void windows.push({ ...w });
      let table = newTable(), slot = table.open();
      for (const { tMs, xyz, count } of split(readings, at)) {
        table.feed(slot, tMs, xyz, count, "unknown", keep);
        const state = table.save(slot);
        table = newTable();
        for (let others = 0; others < 3; others++) table.open();
        slot = table.restore(state);
        assert.deepEqual(table.save(slot), state);
      }
      table.flush(slot, keep);
      assert.deepEqual(windows, windowsOf([readings]));
    }),
    runs(20),
  );
});

/**
 * A batch from anywhere in five minutes, in any order; or the session ends and begins again from its closed
 * state.
 */
const step = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.array(fc.double({ min: 0, max: 300_000, noNaN: true }), { minLength: 1, maxLength: 20 }),
  },
  { weight: 1, arbitrary: fc.constant("close" as const) },
);

Deno.test("ends strictly increase whatever arrives, also after a session has closed and begins again", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table: SessionTable = newTable();
      let slot = table.open(), lastEnd = -Infinity, given = 0;
      const check = (w: WindowResult) => {
        assert.ok(w.timestamp > lastEnd, `${w.timestamp} after ${lastEnd}`);
        assert.equal(w.timestamp % 1000, 0);
        assert.ok(w.readings > 0 && w.coverage > 0 && w.coverage <= 1);
        assert.ok(w.confidence >= 0 && w.confidence <= 1);
        assert.ok(w.magnitude >= 0 && w.magnitudeStd >= 0);
        lastEnd = w.timestamp;
        assert.equal(table.frontierMs(slot), lastEnd);
      };
      for (const times of steps) {
        if (times === "close") {
          table.flush(slot, check);
          const state = table.saveClosed(slot);
          table.release(slot);
          slot = table.restore(state);
          continue;
        }
        given += times.length;
        const tMs = Float64Array.from(times, (t) => START_MS + t);
        table.feed(slot, tMs, new Float64Array(3 * times.length).fill(5), times.length, "unknown", check);
        const { readings, late, duplicates } = table.counters(slot);
        assert.equal(readings + late + duplicates, given);
      }
    }),
    runs(200),
  );
});
