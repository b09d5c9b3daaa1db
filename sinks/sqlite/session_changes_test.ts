import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { ACTIVITIES, type ActivityRecord } from "../../log/records.ts";
import { DEFAULT_THRESHOLDS, valuesOf } from "../../stream/thresholds.ts";
import { SessionTable } from "../../stream/session_table.ts";
import { DEFAULT_WINDOW } from "../../stream/settings.ts";
import { readRecording } from "../../commands/recordings.ts";
import { windowRecord } from "../../log/testing/windows.ts";
import { PURGE_AFTER_MS } from "./session_metas.ts";
import { ModelHarness, START_MS, windowOf } from "./testing/model_harness.ts";

const IDS = { deviceId: "phone-1", sessionId: "run-1" };
const TESTDATA = new URL("../../stream/testdata/", import.meta.url).pathname;
const at = (seconds: number) => START_MS + 1000 * seconds;

/** Everything that any answer says about the session. */
function shown({ model: { queries } }: ModelHarness) {
  return {
    listed: queries.sessions({ limit: 10 }).items.length,
    found: queries.session("run-1") !== null,
    windows: queries.activity({ limit: 100 }).items.length,
    own: queries.activity({ limit: 100, sessionId: "run-1" }).items.length,
    series: queries.series("run-1", "phone-1", null, null, 10)?.points.length ?? 0,
    live: queries.live({ recentMs: 0, limit: 10 }).sessions.length,
  };
}
const NOTHING = { listed: 0, found: false, windows: 0, own: 0, series: 0, live: 0 };

/** Rows of each table of the model's file. */
function rowCounts(harness: ModelHarness) {
  using db = new DatabaseSync(harness.path, { readOnly: true });
  const count = (table: string) =>
    (db.prepare(`SELECT count(*) AS rows FROM ${table}`).get() as { rows: number }).rows;
  return [count("session"), count("segment"), count("chunk")];
}

Deno.test("a deleted session is in no answer, and restored it is there with what came in between", () => {
  using harness = new ModelHarness();
  harness.commit(windowOf("phone-1", "run-1", at(1)), windowOf("phone-1", "run-1", at(2)));
  const before = shown(harness);
  assert.deepEqual(before, { listed: 1, found: true, windows: 2, own: 2, series: 2, live: 1 });
  harness.say("phone-1", "run-1", { deletedAtMs: harness.nowMs });
  assert.deepEqual(shown(harness), NOTHING);
  harness.commit(windowOf("phone-1", "run-1", at(3)));
  assert.deepEqual(shown(harness), NOTHING);
  harness.restart();
  assert.deepEqual(shown(harness), NOTHING);
  harness.nowMs += PURGE_AFTER_MS - 1;
  harness.model.advance();
  harness.say("phone-1", "run-1", { deletedAtMs: null });
  assert.deepEqual([shown(harness).windows, harness.model.queries.session("run-1")!.windows], [3, 3]);
});

Deno.test("a deleted session that has no window yet, or of which only another device's is deleted", () => {
  using harness = new ModelHarness();
  harness.model.note("opened", "phone-1", "run-1", START_MS);
  harness.say("phone-1", "run-1", { deletedAtMs: START_MS });
  assert.equal(harness.model.queries.session("run-1"), null);
  harness.commit(windowOf("phone-2", "run-1", at(1)));
  assert.equal(harness.model.queries.session("run-1")!.deviceId, "phone-2");
  assert.equal(harness.model.queries.session("run-1", "phone-1"), null);
});

Deno.test("a session deleted for good leaves no row, takes no windows, and stays out when the model is filled again", () => {
  using harness = new ModelHarness();
  harness.commit(windowOf("phone-1", "run-1", at(1)), windowOf("phone-1", "run-1", at(2)));
  harness.writeAll();
  // Not yet written: it waits in the queue while the session goes.
  harness.commit(windowOf("phone-1", "run-1", at(3)));
  harness.say("phone-1", "run-1", { deletedAtMs: harness.nowMs });
  assert.deepEqual(rowCounts(harness), [1, 1, 1]);
  harness.nowMs += PURGE_AFTER_MS;
  harness.writeAll();
  assert.deepEqual(rowCounts(harness), [0, 0, 0]);
  harness.commit(windowOf("phone-1", "run-1", at(4)));
  harness.model.note("opened", "phone-1", "run-1", harness.nowMs);
  harness.writeAll();
  assert.deepEqual(rowCounts(harness), [0, 0, 0]);
  harness.rebuild();
  harness.writeAll();
  assert.deepEqual([shown(harness), rowCounts(harness)], [NOTHING, [0, 0, 0]]);
});

Deno.test("what was said last stands, whatever is read again", () => {
  using harness = new ModelHarness();
  harness.commit(windowOf("phone-1", "run-1", at(1)));
  for (const name of ["first", "second", "third"]) {
    harness.say("phone-1", "run-1", { name, note: `${name}\nnote` });
  }
  const name = () => harness.model.queries.sessions({ limit: 1, q: "THIRD" }).items[0]?.name;
  assert.equal(name(), "third");
  harness.crash();
  assert.equal(name(), "third");
  assert.equal(harness.model.queries.session("run-1")!.note, "third\nnote");
  assert.deepEqual(harness.model.queries.sessions({ limit: 1, q: "first" }).items, []);
});

/** A recording's windows as a running session gives them. */
async function recorded(file: string, startMs: number): Promise<ActivityRecord[]> {
  const { tMs, xyz, count } = await readRecording(`${TESTDATA}${file}`);
  const table = new SessionTable(DEFAULT_WINDOW, DEFAULT_THRESHOLDS);
  const slot = table.open(), records: ActivityRecord[] = [];
  const emit = (window: Omit<ActivityRecord, "messageId" | "sessionId" | "deviceId">) =>
    records.push(windowRecord(IDS, window.timestamp, { ...window }));
  for (let from = 0; from < count; from += 50) {
    const to = Math.min(count, from + 50);
    const batchMs = tMs.slice(from, to).map((t) => t + startMs);
    table.feed(slot, batchMs, xyz.subarray(3 * from, 3 * to), to - from, "unknown", emit);
  }
  table.flush(slot, emit);
  return records;
}

Deno.test("a real session decided again with the thresholds that decided it stays as it was", async () => {
  using harness = new ModelHarness();
  let atMs = START_MS;
  for (const file of ["still.csv", "walking.csv", "running.csv"]) {
    harness.commit(...await recorded(file, atMs));
    atMs += 40_000;
  }
  const { queries } = harness.model;
  const windows = () => queries.activity({ sessionId: "run-1", limit: 1000 }).items;
  const before = { windows: windows(), session: queries.session("run-1")! };
  assert.ok(before.windows.length > 90);
  assert.deepEqual(
    [...new Set(before.windows.map(({ activity }) => activity))].sort(),
    [...ACTIVITIES].sort(),
  );
  const untilMs = before.session.endedAt!;
  const values = valuesOf(DEFAULT_THRESHOLDS);
  harness.say("phone-1", "run-1", { reclassifiedWith: { version: 1, values, untilMs } });
  const after = windows();
  // Features are kept to 0.0001, so a confidence may differ in its last digits (by .0005 in 342 recordings).
  const unsure = (records: ActivityRecord[]) => records.map((record) => ({ ...record, confidence: 0 }));
  assert.deepEqual(unsure(after), unsure(before.windows));
  after.forEach(({ confidence }, i) => assert.ok(Math.abs(confidence - before.windows[i].confidence) < 1e-3));
  const { current: _, ...session } = queries.session("run-1")!;
  assert.deepEqual({ ...session, current: before.session.current }, before.session);
});

Deno.test("other thresholds change windows up to their time, and totals, segments and the version with them", () => {
  using harness = new ModelHarness();
  for (let s = 1; s <= 90; s++) {
    harness.commit(
      windowOf("phone-1", "run-1", at(s), s === 10 ? "unknown" : "walking", s <= 70 ? 2.5 : 3.5),
    );
  }
  const { queries } = harness.model;
  const values = { ...valuesOf(DEFAULT_THRESHOLDS), walkingMs2: 3, stillStdMs2: 0.2, hysteresisMs2: 0 };
  harness.say("phone-1", "run-1", { reclassifiedWith: { version: 9, values, untilMs: at(80) } });
  const { totals, segments, windows, gaps, current } = queries.session("run-1")!;
  assert.deepEqual({ totals, windows, gaps }, {
    totals: { stationary: 69_000, walking: 20_000, running: 0, unknown: 1000 },
    windows: 90,
    gaps: 0,
  });
  assert.deepEqual(segments.map(({ activity, from, to }) => [activity, from, to]), [
    ["stationary", at(0), at(9)],
    ["unknown", at(9), at(10)],
    ["stationary", at(10), at(70)],
    ["walking", at(70), at(90)],
  ]);
  assert.equal(current!.thresholdsVersion, 1, "what came later was decided live");
  const versions = queries.activity({ sessionId: "run-1", limit: 100 }).items.map((w) => w.thresholdsVersion);
  assert.deepEqual(versions, [...Array(80).fill(9), ...Array(10).fill(1)]);
  // It goes on as before.
  harness.commit(windowOf("phone-1", "run-1", at(91), "walking", 3.5));
  assert.deepEqual(queries.session("run-1")!.segments.at(-1), {
    activity: "walking",
    from: at(70),
    to: at(91),
    windows: 21,
    magnitude: 3.5,
  });
});

Deno.test("of several sessions to decide again, one is decided at each call, and all survive a crash", () => {
  using harness = new ModelHarness();
  const values = { ...valuesOf(DEFAULT_THRESHOLDS), walkingMs2: 3 };
  for (let i = 0; i < 3; i++) {
    harness.commit(windowOf("phone-1", `run-${i}`, at(1)));
    harness.say("phone-1", `run-${i}`, { reclassifiedWith: { version: 2, values, untilMs: at(1) } });
  }
  const stationary = () => harness.model.queries.sessions({ limit: 9, activity: "stationary" }).items.length;
  for (const expected of [0, 1, 2, 3, 3]) {
    assert.equal(stationary(), expected);
    harness.model.advance();
  }
  harness.crash();
  assert.equal(stationary(), 3);
  harness.rebuild();
  for (let i = 0; i < 3; i++) harness.model.advance();
  assert.equal(stationary(), 3);
});
