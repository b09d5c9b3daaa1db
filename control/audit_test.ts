import assert from "node:assert/strict";
import type { ControlEvent } from "../log/records.ts";
import { Audit } from "./audit.ts";
import { follow } from "./follow.ts";
import { describeChange } from "./audit_words.ts";
import { Passwords } from "./passwords.ts";
import { MemoryControlLog } from "../log/testing/control.ts";
import { TokenRegistry } from "./tokens.ts";
import { UserRegistry } from "./users.ts";

const now = () => 1_764_000_000_000;
const loadAudit = async (log: MemoryControlLog) => (await follow(log, new Audit(log, now)))[0];

function event(
  type: string,
  data: ControlEvent["data"] = {},
  more: Partial<ControlEvent> = {},
): ControlEvent {
  return { entity: "device:phone-1", version: 1, type, atMs: now(), by: "Anna", data, ...more };
}

async function filled(count: number) {
  const log = new MemoryControlLog();
  for (let i = 1; i <= count; i++) {
    const more = { entity: `device:phone-${i % 3}`, by: i % 2 ? "Anna" : "Ben", version: i };
    log.events.push(event("device.keyIssued", {}, more));
  }
  return { log, audit: await loadAudit(log) };
}

Deno.test("list() gives the newest first, in pages that leave nothing out", async () => {
  const { audit } = await filled(10);
  const first = audit.list({ limit: 4 });
  assert.deepEqual(first.items.map(({ seq }) => seq), [10, 9, 8, 7]);
  const second = audit.list({ limit: 4, before: first.nextBefore! });
  assert.deepEqual(second.items.map(({ seq }) => seq), [6, 5, 4, 3]);
  const third = audit.list({ limit: 4, before: second.nextBefore! });
  assert.deepEqual([third.items.map(({ seq }) => seq), third.nextBefore], [[2, 1], null]);
});

Deno.test("list() finds changes by someone, of an entity, or of a kind", async () => {
  const { audit } = await filled(6);
  const seqs = (filter: object) => audit.list({ limit: 9, ...filter }).items.map(({ seq }) => seq);
  assert.deepEqual(seqs({ by: "Ben" }), [6, 4, 2]);
  assert.deepEqual(seqs({ entity: "device:phone-1" }), [4, 1]);
  assert.deepEqual(seqs({ entity: "device:phone-1", by: "Anna" }), [1]);
  assert.deepEqual(seqs({ entity: "device" }).length, 6);
  assert.deepEqual(seqs({ entity: "dev" }), []);
  assert.deepEqual(audit.people(), ["Anna", "Ben"]);
});

Deno.test("the newest 5,000 are kept, under the same numbers", async () => {
  const { audit } = await filled(12_345);
  const { items, nextBefore } = audit.list({ limit: 100_000 });
  assert.deepEqual([items.length, items[0].seq, items.at(-1)!.seq, nextBefore], [5000, 12_345, 7346, null]);
});

Deno.test("nothing secret is in the audit of users and tokens", async () => {
  const log = new MemoryControlLog();
  const users = new UserRegistry(log, now, new Passwords({ n: 2, r: 1, p: 1 }));
  const tokens = new TokenRegistry(log, now);
  await follow(log, users, tokens);
  const secret = await users.makeFirstAdmin("Anna", "correct horse battery", "Firefox");
  const request = {
    name: "export",
    ownerUid: null,
    ownerName: "Anna",
    scopes: ["read" as const],
    expiresAtMs: null,
  };
  const token = await tokens.create(request, "Anna");
  const text = JSON.stringify((await loadAudit(log)).list({ limit: 99 }));
  for (const part of [secret, token.secret, "scrypt", "hash", "correct"]) {
    assert.equal(text.includes(part), false);
  }
  assert.match(text, /made user Anna.*|signed in/);
});

Deno.test("note() adds an entry that nobody made, again and again", async () => {
  const note = { entity: "signIn", type: "signIn.slowed", data: { name: "Anna", address: "192.0.2.1" } };
  const audit = await loadAudit(new MemoryControlLog());
  await Promise.all([audit.note(note), audit.note(note)]);
  const { items } = audit.list({ limit: 9 });
  assert.deepEqual(items.map(({ by }) => by), ["Activity Tracker", "Activity Tracker"]);
  assert.equal(items[0].what, "slowed down guesses of the password of Anna from 192.0.2.1");
});

const WORDS: [ControlEvent, string][] = [
  [event("device.registered", { name: "Anna's" }), "registered device “phone-1” as “Anna's”"],
  [event("device.registered", { name: null }), "registered device “phone-1”"],
  [
    event("device.changed", { name: null, gravity: "auto", unit: "g" }),
    "changed device “phone-1”: name none, gravity auto, unit g",
  ],
  [
    event("thresholds.changed", { deviceId: "p", values: {}, message: "brisk", restoredFrom: 3 }, {
      version: 8,
    }),
    "changed the thresholds of device “p”, as in version 3, version 9: brisk",
  ],
  [
    event("thresholds.changed", { deviceId: "p", values: null, message: "" }, { version: 9 }),
    "removed the thresholds of device “p”, version 10",
  ],
  [event("session.renamed", { name: "Run" }, { entity: "session:p\nr" }), "named session “p / r” “Run”"],
  [
    event("session.noted", { name: "Run", note: "rain" }, { entity: "session:p\nr" }),
    "changed the note of session “p / r” to “rain”",
  ],
  [event("session.deleted", {}, { entity: "session:pixel\nrun-1" }), "deleted session “pixel / run-1”"],
  [event("pairing.used", { deviceId: "p" }, { entity: "pairing:hash" }), "paired phone “p”"],
  [event("user.signedIn", { name: "Anna" }), "signed in"],
  [event("signIn.slowed", { name: null, address: "::1" }), "slowed down guesses of passwords from ::1"],
  [event("constructor", { x: 1 }), "constructor “device:phone-1”"],
  [event("x.y", {}, { entity: "z" }), "x.y “z”"],
];
for (const [change, words] of WORDS) {
  Deno.test(`describeChange() says: ${words}`, () => assert.equal(describeChange(change), words));
}

Deno.test("describeChange() stays short, whatever is in the event", () => {
  const data = { deviceId: "d".repeat(9999), values: {}, message: "m".repeat(99_999) };
  assert(describeChange(event("thresholds.changed", data)).length <= 400);
});
