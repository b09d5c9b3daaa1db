import assert from "node:assert/strict";
import fc from "fast-check";
import { ACTIVITIES } from "../log/records.ts";
import { columnsOf, decide, NO_TRUTH, truthOf } from "./columns.ts";
import { newTable, START_MS } from "./testing/signals.ts";
import { anySession, anyValues, label, recordedSessions, sessionOf, SHIPPED } from "./testing/tuning.ts";
import { batches, recording, windowsOf } from "./testing/signals.ts";
import type { WindowResult } from "./window.ts";

const names = (codes: Uint8Array) => [...codes].map((code) => ACTIVITIES[code]);

Deno.test("recorded windows are decided again as they were live", async () => {
  for (const name of ["still", "walking", "running"] as const) {
    const windows = windowsOf(batches(await recording(name)));
    assert.ok(windows.length > 20);
    assert.deepEqual(names(decide(columnsOf(windows), SHIPPED)), windows.map(({ activity }) => activity));
  }
});

Deno.test("windows are decided again as they were live with any thresholds, changing activities and gaps", async () => {
  const parts = await Promise.all((["walking", "still", "running", "walking"] as const).map(recording));
  let offsetMs = 0;
  const readings = parts.flatMap((part) => {
    const moved = batches({ ...part, tMs: part.tMs.map((t) => t + offsetMs) });
    offsetMs += part.tMs[part.count - 1] - START_MS + 9000;
    return moved;
  });
  fc.assert(
    fc.property(anyValues, (values) => {
      const table = newTable(), slot = table.open(), windows: WindowResult[] = [];
      table.setThresholds({ ...values, version: 2 });
      const keep = (window: WindowResult) => void windows.push({ ...window });
      for (const { tMs, xyz, count } of readings) table.feed(slot, tMs, xyz, count, "unknown", keep);
      table.flush(slot, keep);
      assert.deepEqual(names(decide(columnsOf(windows), values)), windows.map(({ activity }) => activity));
    }),
    { numRuns: 30 },
  );
});

Deno.test("an unknown window stays unknown and does not change what is remembered", () => {
  const near = { magnitude: SHIPPED.walkingMs2 - SHIPPED.hysteresisMs2 / 2 };
  const session = sessionOf([
    { endS: 5 },
    { endS: 6, magnitude: 0, magnitudeStd: 0, activity: "unknown" },
    { endS: 7, ...near },
    { endS: 8, magnitude: 0.5 },
    { endS: 9, ...near },
  ]);
  assert.deepEqual(names(decide(session.columns, SHIPPED)), [
    "walking",
    "unknown",
    "walking",
    "stationary",
    "stationary",
  ]);
});

Deno.test("a label holds for the windows that lie in it as a whole", () => {
  const { columns } = sessionOf([{ endS: 9 }, { endS: 10 }, { endS: 11 }, { endS: 15 }, { endS: 16 }]);
  const truth = truthOf(columns, [label(10, 15, "running"), label(5, 10, "walking")]);
  assert.deepEqual([...truth], [NO_TRUTH, 1, NO_TRUTH, 2, NO_TRUTH]);
});

Deno.test("truthOf() agrees with looking at every label for every window", () => {
  fc.assert(fc.property(anySession, ({ columns, labels }) => {
    const expected = [...columns.endMs].map((endMs, i) => {
      const holding = labels.find(({ from, to }) => from <= columns.startMs[i] && endMs <= to);
      return holding ? ACTIVITIES.indexOf(holding.activity) : NO_TRUTH;
    });
    assert.deepEqual([...truthOf(columns, labels)], expected);
  }));
});

Deno.test("columns are seen by other threads without a copy", async () => {
  const [{ columns }] = await recordedSessions();
  for (const column of Object.values(columns)) {
    assert.ok(column.buffer instanceof SharedArrayBuffer);
    assert.equal(structuredClone(column).buffer.byteLength, column.buffer.byteLength);
  }
});
