import assert from "node:assert/strict";
import { fakeRecord } from "../../web/testing/fake_services.ts";
import { ANNOUNCE_EVERY_MS, Announcer } from "./announce.ts";
import { openCard } from "./card.ts";

const NOW_MS = 1_000_000;
const card = (name: string, activity: "walking" | "running" = "running") => ({
  ...openCard(fakeRecord(name, 0, activity), name, 0),
  current: fakeRecord(name, 0, activity),
});

Deno.test("next() names up to three phones and counts more", () => {
  const announcer = new Announcer();
  announcer.note([card("A"), card("B", "walking")]);
  assert.equal(announcer.next(NOW_MS), "A: running, B: walking");
  announcer.note(["A", "B", "C", "D"].map((name) => card(name)));
  assert.equal(announcer.next(NOW_MS + ANNOUNCE_EVERY_MS), "4 phones changed activity");
});

Deno.test("next() waits after a sentence and then says only the newest state of each phone", () => {
  const announcer = new Announcer();
  announcer.note([card("A", "walking")]);
  announcer.next(NOW_MS);
  announcer.note([card("A", "running")]);
  announcer.note([card("A", "walking")]);
  assert.equal(announcer.next(NOW_MS + ANNOUNCE_EVERY_MS - 1), null);
  assert.equal(announcer.next(NOW_MS + ANNOUNCE_EVERY_MS), "A: walking");
  assert.equal(announcer.next(NOW_MS + 2 * ANNOUNCE_EVERY_MS), null);
});

Deno.test("next() speaks of the connection before activities, which it keeps for later", () => {
  const announcer = new Announcer();
  announcer.note([card("A")]);
  announcer.say("Connection lost, reconnecting");
  announcer.say("Connected again");
  assert.equal(announcer.next(NOW_MS), "Connected again");
  assert.equal(announcer.next(NOW_MS + ANNOUNCE_EVERY_MS), "A: running");
});
