import assert from "node:assert/strict";
import { effect } from "@preact/signals";
import type { Activity } from "../../log/records.ts";
import { DEFAULT_WINDOW } from "../../stream/settings.ts";
import { fakeRecord, fakeSession } from "../../web/testing/fake_services.ts";
import { cardFromSession } from "./card.ts";
import { ENDED_SHOWN_MS, firstResultMs, LiveModel, MAX_PHONES, SILENT_AFTER_MS, strayMs } from "./model.ts";
import { EVERYTHING } from "./view.ts";

const NOW_MS = 1_700_000_000_000;

function modelOf(...devices: string[]): LiveModel {
  const cards = devices.map((id) =>
    cardFromSession(fakeSession(id, NOW_MS - 2400, [["walking", 20]]), undefined, 1000)
  );
  return new LiveModel({
    cards,
    total: cards.length,
    nowMs: NOW_MS,
    window: DEFAULT_WINDOW,
    names: { c: "Carla's phone" },
    view: EVERYTHING,
  });
}
const sessionOf = (device: string) => `${device}-session`;
const change = (
  deviceId: string,
  status: "opened" | "closed",
  at = NOW_MS,
  sessionId = sessionOf(deviceId),
) => ({ status, at, session: { deviceId, sessionId } });

Deno.test("apply() changes only the signals of phones that sent something", () => {
  const model = modelOf("a", "b");
  const seen: string[] = [];
  const stop = ["a", "b"].map((id) => effect(() => void seen.push(model.card(id).value.deviceId)));
  seen.length = 0;
  model.apply([[fakeRecord("a", NOW_MS, "running")]], NOW_MS + 100);
  assert.deepEqual(seen, ["a"]);
  stop.forEach((end) => end());
});

Deno.test("apply() reports a change of activity once", () => {
  const model = modelOf("a");
  const first = model.apply(
    [[fakeRecord("a", NOW_MS, "running"), fakeRecord("a", NOW_MS + 1000, "running")]],
    NOW_MS,
  );
  assert.deepEqual(first.map(({ current }) => current?.activity), ["running"]);
  assert.deepEqual(model.apply([[fakeRecord("a", NOW_MS + 2000, "running")]], NOW_MS), []);
});

Deno.test("apply() shows an opened session while it waits, by its device's name", () => {
  const model = modelOf();
  model.apply([[change("c", "opened")]], NOW_MS);
  assert.equal(model.card("c").value.name, "Carla's phone");
  assert.equal(model.card("c").value.current, null);
  assert.equal(model.summary.value.live, 1);
});

Deno.test("apply() shows a session that was never opened as far as the page knows", () => {
  const model = modelOf();
  model.apply([[fakeRecord("d", NOW_MS - 2000, "walking")]], NOW_MS);
  assert.deepEqual(model.order.value, ["d"]);
});

Deno.test("apply() ends a session, keeps it ended for its last results, and wakes it for later ones", () => {
  const model = modelOf("a");
  model.apply([[change("a", "closed")], [fakeRecord("a", NOW_MS, "walking")]], NOW_MS + 500);
  assert.equal(model.card("a").value.ended, true);
  assert.equal(model.summary.value.live, 0);
  model.apply([[fakeRecord("a", NOW_MS + 60_000, "walking")]], NOW_MS + 62_000);
  assert.equal(model.card("a").value.ended, false);
});

Deno.test("tick() takes a phone whose session ended off the page after a while", () => {
  const model = modelOf("a");
  model.apply([[change("a", "closed")]], NOW_MS);
  model.tick(NOW_MS + ENDED_SHOWN_MS);
  assert.equal(model.order.value.length, 1);
  model.tick(NOW_MS + ENDED_SHOWN_MS + 1);
  assert.equal(model.order.value.length, 0);
});

Deno.test("tick() puts a silent phone first, and ends it when the server's word was missed", () => {
  const model = modelOf("a", "b");
  const later = NOW_MS + SILENT_AFTER_MS + 1;
  model.apply([[fakeRecord("a", later - 2000, "walking")]], later);
  model.tick(later);
  assert.deepEqual(model.order.value, ["b", "a"]);
  assert.equal(model.summary.value.silent, 1);
  model.tick(NOW_MS + DEFAULT_WINDOW.sessionIdleMs + 60_000);
  assert.equal(model.card("b").value.ended, true);
});

Deno.test("order stays as it is while results arrive, so that nothing jumps", () => {
  const model = modelOf("a", "b", "d");
  const before = model.order.value;
  for (let i = 1; i < 5; i++) {
    model.apply([[fakeRecord(i % 2 ? "d" : "b", NOW_MS + i * 1000, "running")]], NOW_MS + i);
  }
  assert.equal(model.order.value, before);
});

Deno.test("summary counts live phones beyond the snapshot until they show up themselves", () => {
  const model = new LiveModel({
    cards: [],
    total: 3,
    nowMs: NOW_MS,
    window: DEFAULT_WINDOW,
    names: {},
    view: EVERYTHING,
  });
  assert.equal(model.summary.value.live, 3);
  model.apply([[fakeRecord("x", NOW_MS, "walking")]], NOW_MS);
  assert.equal(model.summary.value.live, 3);
  model.apply([[change("y", "closed")]], NOW_MS);
  assert.equal(model.summary.value.live, 2);
});

Deno.test("summary gives the median delay of results", () => {
  const model = modelOf("a", "b", "d");
  model.apply([[
    fakeRecord("a", NOW_MS - 500, "walking"),
    fakeRecord("b", NOW_MS - 900_000 + 899_000, "walking"),
  ]], NOW_MS);
  assert.equal(model.summary.value.lagMs, 1000);
});

Deno.test("reset() replaces what is shown", () => {
  const model = modelOf("a", "b");
  model.reset([fakeSession("b", NOW_MS, [["running", 5]])], 7, NOW_MS);
  assert.deepEqual(model.order.value, ["b"]);
  assert.equal(model.card("b").value.current?.activity, "running");
  assert.equal(model.summary.value.live, 7);
});

Deno.test("apply() keeps a bounded number of phones and drops the oldest ended one first", () => {
  const model = modelOf("a");
  model.apply([[change("a", "closed")]], NOW_MS);
  const many = Array.from({ length: MAX_PHONES }, (_, i) => fakeRecord(`p${i}`, NOW_MS, "walking"));
  model.apply([many], NOW_MS);
  assert.equal(model.order.value.length, MAX_PHONES);
  assert(!model.order.value.includes("a"));
});

const result = (device: string, sessionId: string, timestamp: number, activity: Activity = "running") =>
  fakeRecord(device, timestamp, activity, { sessionId });

Deno.test("apply() turns a phone's card over, in its place, to the session it opened last", () => {
  const model = modelOf("a", "b");
  const { order } = model;
  const before = order.value;
  model.apply([[change("b", "opened", NOW_MS + 1000, "s2")]], NOW_MS + 1000);
  assert.equal(order.value, before);
  const { sessionId, current, strip, line } = model.card("b").value;
  assert.deepEqual({ sessionId, current, strip, line }, {
    sessionId: "s2",
    current: null,
    strip: [],
    line: [],
  });
  model.apply([[result("b", "s2", NOW_MS + 2000)]], NOW_MS + 4000);
  assert.equal(model.card("b").value.current?.activity, "running");
  assert.equal(model.summary.value.live, 2);
});

Deno.test("apply() takes no more of a session that its phone has left", () => {
  const model = modelOf("a");
  model.apply([[change("a", "opened", NOW_MS, "s2")], [result("a", "s2", NOW_MS, "walking")]], NOW_MS);
  const card = model.card("a").value;
  model.apply([[result("a", sessionOf("a"), NOW_MS + 1000)], [change("a", "closed", NOW_MS)]], NOW_MS + 1000);
  assert.equal(model.card("a").value, card);
});

Deno.test("apply() gives an ended card to another session that has a result", () => {
  const model = modelOf("a");
  model.apply([[change("a", "closed")], [result("a", "s2", NOW_MS + 1000)]], NOW_MS + 3000);
  const { sessionId, ended, current } = model.card("a").value;
  assert.deepEqual([sessionId, ended, current?.activity], ["s2", false, "running"]);
});

Deno.test("apply() gives a silent card to another session, whose opening was missed", () => {
  const model = modelOf("a");
  const later = NOW_MS + SILENT_AFTER_MS + 1;
  model.apply([[result("a", "s2", later - 2400)]], later);
  assert.equal(model.card("a").value.sessionId, "s2");
});

for (const [what, more] of [["silent", []], ["ended", [change("a", "closed")]]] as const) {
  Deno.test(`apply() gives no ${what} card to a session that the phone had left, whose last windows follow its end`, () => {
    const model = modelOf("a");
    const later = NOW_MS + SILENT_AFTER_MS + 1;
    model.apply([[...more], [change("a", "closed", later, "s0")], [result("a", "s0", later)]], later);
    assert.equal(model.card("a").value.sessionId, sessionOf("a"));
  });
}

Deno.test("a phone is not silent while its first window fills", () => {
  const model = modelOf();
  model.apply([[change("a", "opened")]], NOW_MS);
  const dueMs = NOW_MS + firstResultMs(DEFAULT_WINDOW);
  model.tick(dueMs + SILENT_AFTER_MS);
  assert.equal(model.summary.value.silent, 0);
  model.tick(dueMs + SILENT_AFTER_MS + 1);
  assert.equal(model.summary.value.silent, 1);
});

Deno.test("strayMs() is what the way from the phone does not explain", () => {
  const card = cardFromSession(fakeSession("a", NOW_MS, [["walking", 20]]), undefined, 1000);
  const stray = (behindMs: number) => strayMs({ ...card, behindMs }, DEFAULT_WINDOW);
  assert.deepEqual([3300, 12_000, 30_000, -1000].map(stray), [null, null, null, null]);
  assert.equal(stray(182_500), 182_500);
  // Its newest reading is three minutes from the future.
  assert.equal(stray(-178_000), -180_000);
  assert.equal(strayMs({ ...card, behindMs: 182_500, ended: true }, DEFAULT_WINDOW), null);
  assert.equal(strayMs({ ...card, behindMs: 182_500, current: null }, DEFAULT_WINDOW), null);
});

Deno.test("show() shows what was asked for and counts all", () => {
  const model = modelOf("a", "b", "d");
  model.apply([[fakeRecord("b", NOW_MS, "running")]], NOW_MS);
  model.show({ ...EVERYTHING, activity: "running" });
  assert.deepEqual(model.order.value, ["b"]);
  assert.deepEqual([model.summary.value.known, model.summary.value.live], [3, 3]);
  model.apply([[fakeRecord("d", NOW_MS, "running")]], NOW_MS);
  assert.deepEqual(model.order.value, ["b", "d"], "one that begins to run appears");
});

Deno.test("an order that changes all the time is looked at anew every few seconds", () => {
  const model = modelOf("a", "b");
  model.show({ ...EVERYTHING, sort: "activity" });
  model.tick(NOW_MS + 100);
  model.apply([[fakeRecord("b", NOW_MS, "running")]], NOW_MS + 100);
  assert.deepEqual(model.order.value, ["a", "b"]);
  model.tick(NOW_MS + 3000);
  assert.deepEqual(model.order.value, ["b", "a"]);
});

Deno.test("hold() keeps phones under the hand where they are, then lets them move", () => {
  const model = modelOf("a", "b");
  const later = NOW_MS + SILENT_AFTER_MS + 1;
  model.apply([[fakeRecord("a", later - 2000, "walking")]], later);
  model.hold(later);
  model.tick(later + 2999);
  assert.deepEqual(model.order.value, ["a", "b"]);
  model.tick(later + 3000);
  assert.deepEqual(model.order.value, ["b", "a"]);
});

Deno.test("complete() puts what a phone did before in front of what was seen", () => {
  const model = modelOf();
  model.apply([[fakeRecord("x", NOW_MS, "running")]], NOW_MS + 2000);
  assert.equal(model.card("x").value.hasHistory, false);
  model.complete("x", fakeSession("x", NOW_MS, [["walking", 100], ["running", 10]]));
  assert.deepEqual(model.card("x").value.strip.map(([, , activity]) => activity), ["walking", "running"]);
  assert.equal(model.card("x").value.hasHistory, true);
  model.complete("gone", null);
});

Deno.test("a phone that opens a session has all its history", () => {
  const model = modelOf();
  model.apply([[change("a", "opened")]], NOW_MS);
  assert.equal(model.card("a").value.hasHistory, true);
});
