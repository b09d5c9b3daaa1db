import assert from "node:assert/strict";
import { Conflict } from "../log/port.ts";
import type { ControlEvent, Label } from "../log/records.ts";
import { MemoryControlLog } from "../log/testing/control.ts";
import { DEFAULT_THRESHOLDS, valuesOf } from "../stream/thresholds.ts";
import { Refused, TooLate } from "../web/refused.ts";
import type { SessionDetail } from "../web/services.ts";
import { sessionEntity, UNDO_MS, UNTOUCHED } from "./session_state.ts";
import { follow } from "./follow.ts";
import {
  MAX_LABELS,
  MAX_RECLASSIFIED_WINDOWS,
  SessionRegistry,
  type SessionRegistryParts,
} from "./sessions.ts";

const NOW_MS = 1_767_225_600_000;
const ID = { deviceId: "phone-1", sessionId: "run-1" };
const WALK: Label = { from: 0, to: 1000, activity: "walking", source: "person" };

async function open(log = new MemoryControlLog(), more: Partial<SessionRegistryParts> = {}) {
  const clock = { nowMs: NOW_MS };
  const session = { endedAt: NOW_MS, windows: 60 } as SessionDetail;
  const sessions = new SessionRegistry({
    log,
    now: () => clock.nowMs,
    store: { session: () => Promise.resolve(session) },
    thresholds: { of: () => ({ ...DEFAULT_THRESHOLDS, version: 7 }) },
    ...more,
  });
  await follow(log, sessions);
  return { sessions, log, clock };
}

Deno.test("every change is an event with the whole state, who and when, in the session's own order", async () => {
  const { sessions, log } = await open();
  await sessions.rename(ID, { name: "Morning run" }, "Anna");
  await sessions.rename(ID, { note: "rain" }, "Ben");
  assert.deepEqual(await sessions.label(ID, WALK, "Anna"), [WALK]);
  await sessions.rename({ ...ID, deviceId: "phone-2" }, { name: "other" }, "Anna");
  const state = { ...UNTOUCHED, name: "Morning run" };
  const common = { entity: sessionEntity(ID), atMs: NOW_MS };
  assert.deepEqual(log.events, [
    { ...common, version: 1, type: "session.renamed", by: "Anna", data: state },
    { ...common, version: 2, type: "session.noted", by: "Ben", data: { ...state, note: "rain" } },
    {
      ...common,
      version: 3,
      type: "session.labelled",
      by: "Anna",
      data: { ...state, note: "rain", labels: [WALK] },
    },
    {
      ...common,
      entity: "session:phone-2\nrun-1",
      version: 1,
      type: "session.renamed",
      by: "Anna",
      data: { ...UNTOUCHED, name: "other" },
    },
  ]);
});

Deno.test("what changes nothing is no event", async () => {
  const { sessions, log } = await open();
  await sessions.rename(ID, { name: null }, "Anna");
  await sessions.rename(ID, {}, "Anna");
  await sessions.restore(ID, "Anna");
  assert.deepEqual(await sessions.unlabel(ID, 0, 1000, "Anna"), []);
  assert.deepEqual(log.events, []);
  await sessions.label(ID, WALK, "Anna");
  await sessions.label(ID, WALK, "Anna");
  assert.equal(log.events.length, 1);
});

Deno.test("a later start knows what was said, and goes on from there", async () => {
  const { sessions, log } = await open();
  await sessions.label(ID, WALK, "Anna");
  const later = await open(log);
  const running: Label = { ...WALK, from: 400, to: 600, activity: "running" };
  const labels = [{ ...WALK, to: 400 }, running, { ...WALK, from: 600 }];
  assert.deepEqual(await later.sessions.label(ID, running, "Ben"), labels);
  // The first one follows the log too.
  assert.deepEqual(await sessions.unlabel(ID, 0, 500, "Anna"), [{ ...running, from: 500 }, labels[2]]);
});

Deno.test("two processes that label the same session at once both succeed", async () => {
  const log = new MemoryControlLog();
  const [a, b] = [await open(log), await open(log)];
  await Promise.all([
    a.sessions.label(ID, WALK, "Anna"),
    b.sessions.label(ID, { ...WALK, from: 2000, to: 3000 }, "Ben"),
    a.sessions.rename(ID, { name: "both" }, "Anna"),
  ]);
  assert.deepEqual(log.events.map(({ version }) => version), [1, 2, 3]);
  const { name, labels } = log.events[2].data as { name: string; labels: Label[] };
  assert.deepEqual([name, labels.length], ["both", 2]);
});

Deno.test("one that someone else keeps changing is a Conflict in the end", async () => {
  const log = new MemoryControlLog();
  log.appendControl = () => Promise.reject(new Conflict("someone was faster"));
  const { sessions } = await open(log);
  await assert.rejects(sessions.rename(ID, { name: "x" }, "Anna"), Conflict);
});

Deno.test("a deletion can be undone until its time is over, and repeated it keeps its time", async () => {
  const { sessions, log, clock } = await open();
  assert.deepEqual(await sessions.delete(ID, "Anna"), { undoUntilMs: NOW_MS + UNDO_MS });
  clock.nowMs += 1000;
  assert.deepEqual(await sessions.delete(ID, "Ben"), { undoUntilMs: NOW_MS + UNDO_MS });
  clock.nowMs = NOW_MS + UNDO_MS - 1;
  await sessions.restore(ID, "Anna");
  assert.deepEqual(log.events.map(({ type }) => type), ["session.deleted", "session.restored"]);
  assert.deepEqual(await sessions.delete(ID, "Anna"), { undoUntilMs: clock.nowMs + UNDO_MS });
  clock.nowMs += UNDO_MS;
  await assert.rejects(sessions.restore(ID, "Anna"), TooLate);
});

Deno.test("a session has so many labels and no more; merging and cutting within them still works", async () => {
  const labels = Array.from({ length: MAX_LABELS }, (_, i) => ({ ...WALK, from: 10 * i, to: 10 * i + 8 }));
  const event: ControlEvent = {
    entity: sessionEntity(ID),
    version: 1,
    type: "session.labelled",
    atMs: NOW_MS,
    by: "Anna",
    data: { ...UNTOUCHED, labels },
  };
  const { sessions } = await open(new MemoryControlLog([event]));
  await assert.rejects(sessions.label(ID, { ...WALK, from: 100_000, to: 100_001 }, "Anna"), Refused);
  await assert.rejects(sessions.unlabel(ID, 2, 3, "Anna"), Refused, "a hole makes two of one");
  assert.equal((await sessions.label(ID, { ...WALK, from: 8, to: 10 }, "Anna")).length, MAX_LABELS - 1);
  assert.equal(
    (await sessions.label(ID, { ...WALK, from: 100_000, to: 100_001 }, "Anna")).length,
    MAX_LABELS,
  );
});

Deno.test("deciding again notes the values in force and up to which window", async () => {
  const { sessions, log } = await open();
  await sessions.reclassify(ID, "Anna");
  assert.deepEqual(log.events[0].data, {
    ...UNTOUCHED,
    reclassifiedWith: { version: 7, values: valuesOf(DEFAULT_THRESHOLDS), untilMs: NOW_MS },
  });
});

for (
  const [what, session] of [
    ["without windows", { endedAt: null, windows: 0 }],
    ["that is not there", null],
    ["of too many windows", { endedAt: NOW_MS, windows: MAX_RECLASSIFIED_WINDOWS + 1 }],
  ] as const
) {
  Deno.test(`a session ${what} is not decided again`, async () => {
    const store = { session: () => Promise.resolve(session as SessionDetail | null) };
    const { sessions, log } = await open(new MemoryControlLog(), { store });
    await assert.rejects(sessions.reclassify(ID, "Anna"), Refused);
    assert.deepEqual(log.events, []);
  });
}

for (
  const [entity, data] of [
    ["session:phone-1\nrun-1", { name: 7 }],
    ["session:phone-1\nrun-1", { ...UNTOUCHED, labels: [{ ...WALK, activity: "flying" }] }],
    ["session:phone-1", UNTOUCHED],
  ] as const
) {
  Deno.test(`an event that cannot be read (${JSON.stringify([entity, data]).slice(0, 60)}) stops the start`, async () => {
    const event = { entity, version: 1, type: "test", atMs: 0, by: "Anna", data: { ...data } };
    await assert.rejects(open(new MemoryControlLog([event])), /has no session in it/);
  });
}
