import assert from "node:assert/strict";
import { fakeRecord, fakeSession } from "../../web/testing/fake_services.ts";
import { cardFromSession, changedAtMs, LINE_MS, openCard, withHistory, withResult } from "./card.ts";

const END_MS = 1_700_000_000_000;

Deno.test("cardFromSession() turns ten minutes of windows into segments and one minute of points", () => {
  const session = fakeSession("pixel-8", END_MS, [["walking", 300], ["running", 240]]);
  const card = cardFromSession(session, "Pixel 8", 1000);
  assert.equal(card.name, "Pixel 8");
  assert.deepEqual(card.strip.map(([, , activity]) => activity), ["walking", "running"]);
  assert.equal(card.line.length, LINE_MS / 1000);
  assert.equal(card.behindMs, 2400);
  assert.equal(card.current?.activity, "running");
});

Deno.test("cardFromSession() is called as its device is, or else by the device's id", () => {
  const session = { ...fakeSession("pixel-8", END_MS, []), name: "Morning run" };
  assert.equal(cardFromSession(session, "Pixel 8", 1000).name, "Pixel 8");
  assert.equal(cardFromSession(session, undefined, 1000).name, "pixel-8");
});

Deno.test("a phone whose clock is ahead has results that are as far before their time", () => {
  const session = fakeSession("a", END_MS, [["walking", 30]]);
  const card = cardFromSession({ ...session, receivedAt: END_MS - 177_600 }, "A", 1000);
  assert.equal(card.behindMs, -177_600);
  const next = withResult(card, fakeRecord("a", END_MS + 1000, "walking"), END_MS - 176_500, 1000);
  assert.equal(next.behindMs, -177_500);
});

Deno.test("withResult() ignores a result it has, which a reconnect may bring again", () => {
  const card = withResult(
    openCard(fakeRecord("a", 0, "walking"), "A", 0),
    fakeRecord("a", 5000, "walking"),
    7000,
    1000,
  );
  assert.equal(withResult(card, fakeRecord("a", 5000, "running"), 8000, 1000), card);
  assert.equal(withResult(card, fakeRecord("a", 4000, "running"), 8000, 1000), card);
});

Deno.test("withResult() goes on waiting while a first window that is not full is unknown", () => {
  const opened = openCard(fakeRecord("a", 0, "walking"), "A", 0);
  const filling = withResult(opened, fakeRecord("a", 1000, "unknown"), 3000, 1000);
  assert.equal(filling.current, null);
  assert.deepEqual(filling.strip, [[0, 1000, "unknown"]]);
  assert.equal(
    withResult(filling, fakeRecord("a", 2000, "walking"), 4000, 1000).current?.activity,
    "walking",
  );
  assert.equal(
    withResult(filling, fakeRecord("a", 5000, "unknown"), 7000, 1000).current?.activity,
    "unknown",
  );
});

Deno.test("withResult() keeps one minute of points", () => {
  let card = openCard(fakeRecord("a", 0, "walking"), "A", 0);
  for (let i = 1; i <= 200; i++) {
    card = withResult(card, fakeRecord("a", i * 1000, "walking"), i * 1000 + 2000, 1000);
  }
  assert.equal(card.line.length, 60);
  assert.equal(card.behindMs, 2000);
});

Deno.test("cardFromSession() tells whether what it was given is all there is to show", () => {
  const long = fakeSession("a", END_MS, [["walking", 60]]);
  assert.equal(
    cardFromSession({ ...long, startedAt: END_MS - 900_000 }, undefined, 1000, 60_000).hasHistory,
    false,
  );
  assert.equal(cardFromSession({ ...long, startedAt: END_MS - 900_000 }, undefined, 1000).hasHistory, true);
  assert.equal(cardFromSession(long, undefined, 1000, 60_000).hasHistory, true);
});

Deno.test("withHistory() puts what was before in front, and goes on with what came meanwhile", () => {
  const recent = fakeSession("a", END_MS, [["running", 30]]);
  let card = cardFromSession({ ...recent, startedAt: END_MS - 300_000 }, undefined, 1000, 30_000);
  const loaded = fakeSession("a", END_MS + 1000, [["walking", 200], ["running", 31]]);
  for (const endMs of [END_MS + 1000, END_MS + 2000]) {
    card = withResult(card, fakeRecord("a", endMs, "running"), endMs + 2000, 1000);
  }
  const whole = withHistory(card, loaded, 1000);
  assert.equal(whole.hasHistory, true);
  assert.deepEqual(whole.strip, [
    [END_MS - 230_000, END_MS - 30_000, "walking"],
    [END_MS - 30_000, END_MS + 2000, "running"],
  ]);
  assert.deepEqual([whole.line.length, whole.line.at(-1)?.[0]], [61, END_MS + 2000]);
  assert.equal(changedAtMs(whole), END_MS - 30_000);
});

Deno.test("withHistory() takes nothing of another session", () => {
  const card = openCard({ deviceId: "a", sessionId: "s2" }, "A", END_MS);
  assert.equal(withHistory(card, fakeSession("a", END_MS, [["walking", 5]]), 1000), card);
});
