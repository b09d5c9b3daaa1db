import assert from "node:assert/strict";
import fc from "fast-check";
import { suggestionOf } from "./suggest.ts";
import {
  anySession,
  anyValues,
  label,
  recordedSessions,
  recordingsOf,
  sessionOf,
  SHIPPED,
} from "./testing/tuning.ts";
import { orderFaults } from "./thresholds.ts";
import { previewOf } from "./tuning.ts";

Deno.test("from bad values the real recordings give good ones", async () => {
  const recordings = recordingsOf(await recordedSessions());
  const bad = { ...SHIPPED, walkingMs2: 0.5, runningMs2: 20, cadence: null };
  const { values, before, after, curves } = suggestionOf(recordings, bad, bad);
  assert.ok(after.accuracy > 0.95, `${after.accuracy}`);
  assert.ok(after.accuracy > before.accuracy);
  assert.deepEqual(previewOf(recordings, bad, values).after, after);
  const [, atSuggested] = curves.walkingMs2.find(([threshold]) => threshold === values.walkingMs2)!;
  assert.equal(atSuggested, after.accuracy);
  assert.equal(Math.max(...curves.walkingMs2.map(([, accuracy]) => accuracy)), after.accuracy);
});

Deno.test("a suggestion may be saved and is at least as good as where the search began", () => {
  fc.assert(
    fc.property(fc.array(anySession, { maxLength: 4 }), anyValues, (sessions, start) => {
      const { values, before, after } = suggestionOf(recordingsOf(sessions), start, start);
      assert.deepEqual(orderFaults(values), []);
      assert.ok(after.accuracy >= before.accuracy);
      const { stillStdMs2, hysteresisMs2, cadence } = values;
      assert.deepEqual([stillStdMs2, hysteresisMs2], [start.stillStdMs2, start.hysteresisMs2]);
      assert.deepEqual([cadence?.fromMs2, cadence?.toMs2], [start.cadence?.fromMs2, start.cadence?.toMs2]);
    }),
    { numRuns: 15 },
  );
});

Deno.test("of equally good values the middle of the widest span is taken", () => {
  const windows = [1, 1, 4, 4, 12, 12].map((magnitude, i) => ({
    endS: 5 + 5 * i,
    magnitude,
    cadenceHz: null,
  }));
  const labels = [label(0, 10, "stationary"), label(10, 20, "walking"), label(20, 30, "running")];
  const { values, after } = suggestionOf(recordingsOf([sessionOf(windows, labels)]), SHIPPED, {
    ...SHIPPED,
    cadence: null,
  });
  assert.equal(after.accuracy, 1);
  assert.ok(Math.abs(values.walkingMs2 - 2.5) < 0.2, `${values.walkingMs2}`);
  assert.ok(Math.abs(values.runningMs2 - 8) < 0.5, `${values.runningMs2}`);
});

Deno.test("with a cadence rule its step rate is searched too", () => {
  const windows = [2.5, 2.5, 2.9, 2.9].map((cadenceHz, i) => ({ endS: 5 + 5 * i, magnitude: 9, cadenceHz }));
  const labels = [label(0, 10, "walking"), label(10, 20, "running")];
  const { values, before, after } = suggestionOf(
    recordingsOf([sessionOf(windows, labels)]),
    SHIPPED,
    SHIPPED,
  );
  assert.deepEqual([before.accuracy, after.accuracy], [0.5, 1]);
  assert.ok(values.cadence!.runningHz > 2.5 && values.cadence!.runningHz <= 2.9);
});

Deno.test("without labels nothing is suggested", () => {
  const { values, curves, after } = suggestionOf(recordingsOf([sessionOf([{ endS: 5 }])]), SHIPPED, SHIPPED);
  assert.deepEqual([values, curves, after.windows], [SHIPPED, { walkingMs2: [], runningMs2: [] }, 0]);
});
