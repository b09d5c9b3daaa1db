import assert from "node:assert/strict";
import { PREFIX } from "./layout.ts";
import { readSaved } from "./saved.ts";
import { SessionTable } from "./session_table.ts";
import { DEFAULT_WINDOW } from "./settings.ts";
import { sampled } from "./testing/signals.ts";
import { DEFAULT_THRESHOLDS } from "./thresholds.ts";

Deno.test("readSaved() tells the counters of an open session, a closed one, and one of the version before", () => {
  const table = new SessionTable(DEFAULT_WINDOW, DEFAULT_THRESHOLDS), slot = table.open();
  const { tMs, xyz } = sampled(20, 20, () => [0, 0, 9.81]);
  table.feed(slot, tMs, xyz, tMs.length, "unknown", () => {});
  table.feed(slot, tMs, xyz, 50, "unknown", () => {});
  const counters = table.counters(slot);
  assert.deepEqual([counters.readings, counters.late], [1000, 50]);
  table.runs.begin(slot, 7);
  table.feed(slot, tMs, xyz, 100, "unknown", () => {});
  const again = { run: 1, counters: table.counters(slot) };
  assert.equal(again.counters.readings, 100);
  assert.deepEqual(readSaved(table.save(slot)), again);
  const closed = table.saveClosed(slot);
  assert.deepEqual(readSaved(closed), again);
  const old = closed.slice(0, 56);
  new Uint32Array(old.buffer)[PREFIX.versionU32 / 4] = 1;
  assert.deepEqual(readSaved(old), { run: 0, counters: again.counters });
  assert.deepEqual(readSaved(new Uint8Array([0, 0, 0, ...old]).subarray(3)), {
    run: 0,
    counters: again.counters,
  });
});
