import assert from "node:assert/strict";
import fc from "fast-check";
import { isId, MAX_ID_LENGTH } from "../log/id.ts";
import { runSessionId, sessionIdBefore } from "./runs.ts";
import { SessionTable } from "./session_table.ts";
import { DEFAULT_WINDOW } from "./settings.ts";
import { DEFAULT_THRESHOLDS } from "./thresholds.ts";

Deno.test("runSessionId() gives ids, as short as ids have to be, and a different one for every run", () => {
  assert.deepEqual([0, 1, 2].map((run) => runSessionId("walk", run)), ["walk", "walk~2", "walk~3"]);
  const ids = fc.string({ minLength: 1, maxLength: MAX_ID_LENGTH, unit: "grapheme" }).filter(isId);
  fc.assert(
    fc.property(ids, fc.nat({ max: 2 ** 32 - 1 }), (id, run) => {
      const given = runSessionId(id, run);
      assert.ok(isId(given), given);
      assert.notEqual(given, runSessionId(id, run + 1));
    }),
    { seed: 1 },
  );
  assert.ok(isId(runSessionId("\u{1f600}".repeat(MAX_ID_LENGTH / 2), 9)));
});

Deno.test("sessionIdBefore() names the run before", () => {
  const before = ["walk~3", "walk~2", "walk", "walk~1", "walk~02", "~2", "a~2~2"].map(sessionIdBefore);
  assert.deepEqual(before, ["walk~2", "walk", null, null, null, null, "a~2"]);
});

/** A session whose phone sends messages of a second. */
function newSession() {
  const table = new SessionTable(DEFAULT_WINDOW, DEFAULT_THRESHOLDS), slot = table.open();
  /** @param second of the phone's clock in which its readings begin */
  const send = (number: number | null, second: number) => {
    const tMs = Float64Array.from({ length: 10 }, (_, i) => 1000 * second + 100 * i);
    const place = table.runs.place(slot, number, tMs, tMs.length);
    if (place === "next") table.runs.begin(slot, number!);
    if (place !== "before") table.feed(slot, tMs, new Float64Array(30), tMs.length, "removed", () => {});
    return place;
  };
  return { table, slot, send };
}

const COUNT = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const NEWEST_S = 9.9;

Deno.test("a message that is further behind than lateness allows, but numbered next, begins a run", () => {
  for (const [second, place] of [[NEWEST_S - 2.8, "same"], [NEWEST_S - 3, "next"], [1, "next"]] as const) {
    const { table, slot, send } = newSession();
    for (const i of COUNT) assert.equal(send(i, i), "same");
    assert.equal(send(10, second), place);
    assert.equal(table.runs.of(slot), place === "next" ? 1 : 0);
    assert.equal(table.counters(slot).readings > 10, place === "same");
  }
});

Deno.test("lost messages hide no clock that was set back; where the numbers leap, it shows a few messages later", () => {
  for (const [leap, places] of [[0, "next"], [60, "next"], [61, "same same same same next"]] as const) {
    const { send } = newSession();
    for (const i of COUNT) send(i, i);
    const numbers = places.split(" ").map((_, i) => 10 + leap + i);
    assert.equal(numbers.map((number, i) => send(number, i)).join(" "), places);
  }
});

Deno.test("messages from before the run are late, also when the server has restarted", () => {
  const { table, send, slot } = newSession();
  for (const i of COUNT) send(i, i);
  assert.equal(send(10, 1), "next");
  assert.equal(send(9, 9), "before");
  assert.equal(table.counters(slot).late, 10);
  const again = table.restore(table.saveClosed(slot));
  assert.equal(table.runs.of(again), 1);
  assert.equal(table.runs.place(again, 9, Float64Array.of(9000), 1), "before");
  assert.equal(table.runs.place(again, 11, Float64Array.of(2000), 1), "same");
});
