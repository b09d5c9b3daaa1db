import assert from "node:assert/strict";
import type { Activity } from "../../log/records.ts";
import { fakeSession } from "../../web/testing/fake_services.ts";
import { type Card, cardFromSession, openCard } from "./card.ts";
import { arrangePhones, EVERYTHING, formatView, keepOrder, parseView, type View } from "./view.ts";

const NOW_MS = 1_764_000_000_000;

function cardOf(
  deviceId: string,
  name: string,
  history: [Activity, number][],
  more: Partial<Card> = {},
): Card {
  return { ...cardFromSession(fakeSession(deviceId, NOW_MS - 2400, history), name, 1000), ...more };
}

const ANNA = cardOf("pixel-8", "Anna's Pixel", [["walking", 200], ["running", 20]]);
const BEN = cardOf("iphone-15", "Ben 10", [["walking", 300]], { shownAtMs: NOW_MS });
const CHIARA = cardOf("galaxy", "Ben 9", [["stationary", 100], ["walking", 40]], { ended: true });
const NEW = openCard({ deviceId: "new", sessionId: "s" }, undefined, NOW_MS - 500_000);
const CARDS = [ANNA, BEN, CHIARA, NEW];

function shown(view: Partial<View>, silent: string[] = []): string[] {
  const isSilent = ({ deviceId }: Card) => silent.includes(deviceId);
  return arrangePhones(CARDS, { ...EVERYTHING, ...view }, NOW_MS, isSilent).map(({ deviceId }) => deviceId);
}

Deno.test("arrangePhones() puts troubled phones first and ended ones last", () => {
  assert.deepEqual(shown({}, ["pixel-8"]), ["pixel-8", "iphone-15", "new", "galaxy"]);
});

Deno.test("arrangePhones() sorts by last change, name with its numbers, and activity", () => {
  assert.deepEqual(shown({ sort: "changed" }), ["pixel-8", "iphone-15", "new", "galaxy"]);
  assert.deepEqual(shown({ sort: "name" }), ["pixel-8", "galaxy", "iphone-15", "new"]);
  assert.deepEqual(shown({ sort: "activity" }), ["pixel-8", "iphone-15", "new", "galaxy"]);
});

Deno.test("arrangePhones() searches names and ids in any case", () => {
  assert.deepEqual(shown({ search: " ANNA " }), ["pixel-8"]);
  assert.deepEqual(shown({ search: "iphone" }), ["iphone-15"]);
  assert.deepEqual(shown({ search: "nobody" }), []);
});

Deno.test("arrangePhones() shows those at an activity now, and those that changed within a minute", () => {
  assert.deepEqual(shown({ activity: "walking" }), ["iphone-15"], "an ended phone does nothing now");
  assert.deepEqual(shown({ isLately: true }), ["pixel-8", "galaxy"]);
});

Deno.test("a view survives its URL, and a mistyped URL is the standard view", () => {
  const view: View = { search: "ä & b", sort: "changed", activity: "running", isLately: true };
  assert.deepEqual(parseView(new URLSearchParams(formatView(view))), view);
  assert.equal(formatView(EVERYTHING), "");
  assert.deepEqual(parseView(new URLSearchParams("sort=toString&activity=flying&changed=yes")), EVERYTHING);
  assert.equal(parseView(new URLSearchParams({ q: "x".repeat(1000) })).search.length, 128);
});

Deno.test("keepOrder() moves nobody", () => {
  assert.deepEqual(keepOrder(["a", "b", "c"], ["new", "c", "a"]), ["a", "c", "new"]);
});
