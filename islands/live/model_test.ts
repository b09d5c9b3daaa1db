import assert from "node:assert/strict";
import { effect } from "@preact/signals";
import { DEFAULT_WINDOW } from "../../stream/settings.ts";
import { fakeRecord, fakeSession } from "../../web/testing/fake_services.ts";
import { cardFromSession } from "./card.ts";
import { ENDED_SHOWN_MS, LiveModel, MAX_SESSIONS, SILENT_AFTER_MS } from "./model.ts";

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
  });
}
const key = (device: string) => `${device}/${device}-session`;
const change = (device: string, status: "opened" | "closed", at = NOW_MS) => ({
  deviceId: device,
  sessionId: `${device}-session`,
  status,
  at,
});

Deno.test("apply() changes only the signals of sessions that sent something", () => {
  const model = modelOf("a", "b");
  const seen: string[] = [];
  const stop = [key("a"), key("b")].map((id) => effect(() => void seen.push(model.card(id).value.key)));
  seen.length = 0;
  model.apply([[fakeRecord("a", NOW_MS, "running")]], NOW_MS + 100);
  assert.deepEqual(seen, [key("a")]);
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
  assert.equal(model.card(key("c")).value.name, "Carla's phone");
  assert.equal(model.card(key("c")).value.current, null);
  assert.equal(model.summary.value.live, 1);
});

Deno.test("apply() shows a session that was never opened as far as the page knows", () => {
  const model = modelOf();
  model.apply([[fakeRecord("d", NOW_MS - 2000, "walking")]], NOW_MS);
  assert.deepEqual(model.order.value, [key("d")]);
});

Deno.test("apply() ends a session, keeps it ended for its last results, and wakes it for later ones", () => {
  const model = modelOf("a");
  model.apply([[change("a", "closed")], [fakeRecord("a", NOW_MS, "walking")]], NOW_MS + 500);
  assert.equal(model.card(key("a")).value.ended, true);
  assert.equal(model.summary.value.live, 0);
  model.apply([[fakeRecord("a", NOW_MS + 60_000, "walking")]], NOW_MS + 62_000);
  assert.equal(model.card(key("a")).value.ended, false);
});

Deno.test("tick() takes an ended session off the page after a while", () => {
  const model = modelOf("a");
  model.apply([[change("a", "closed")]], NOW_MS);
  model.tick(NOW_MS + ENDED_SHOWN_MS);
  assert.equal(model.order.value.length, 1);
  model.tick(NOW_MS + ENDED_SHOWN_MS + 1);
  assert.equal(model.order.value.length, 0);
});

Deno.test("tick() puts a silent session first, and ends it when the server's word was missed", () => {
  const model = modelOf("a", "b");
  const later = NOW_MS + SILENT_AFTER_MS + 1;
  model.apply([[fakeRecord("a", later - 2000, "walking")]], later);
  model.tick(later);
  assert.deepEqual(model.order.value, [key("b"), key("a")]);
  assert.equal(model.summary.value.silent, 1);
  model.tick(NOW_MS + DEFAULT_WINDOW.sessionIdleMs + 60_000);
  assert.equal(model.card(key("b")).value.ended, true);
});

Deno.test("order stays as it is while results arrive, so that nothing jumps", () => {
  const model = modelOf("a", "b", "d");
  const before = model.order.value;
  for (let i = 1; i < 5; i++) {
    model.apply([[fakeRecord(i % 2 ? "d" : "b", NOW_MS + i * 1000, "running")]], NOW_MS + i);
  }
  assert.equal(model.order.value, before);
});

Deno.test("summary counts live sessions beyond the snapshot until they show up themselves", () => {
  const model = new LiveModel({ cards: [], total: 3, nowMs: NOW_MS, window: DEFAULT_WINDOW, names: {} });
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
  assert.deepEqual(model.order.value, [key("b")]);
  assert.equal(model.card(key("b")).value.current?.activity, "running");
  assert.equal(model.summary.value.live, 7);
});

Deno.test("apply() keeps a bounded number of sessions and drops the oldest ended one first", () => {
  const model = modelOf("a");
  model.apply([[change("a", "closed")]], NOW_MS);
  const many = Array.from({ length: MAX_SESSIONS }, (_, i) => fakeRecord(`p${i}`, NOW_MS, "walking"));
  model.apply([many], NOW_MS);
  assert.equal(model.order.value.length, MAX_SESSIONS);
  assert(!model.order.value.includes(key("a")));
});
