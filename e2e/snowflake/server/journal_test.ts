import assert from "node:assert/strict";
import { Journal } from "./journal.ts";

const ENTRY = {
  text: "INSERT",
  user: "ACTIVITY_SINK",
  queryId: null,
  requestBytes: 10,
  status: "done",
  kind: "insert",
  rows: 2,
  startMs: 0,
};

Deno.test("the journal keeps the newest statements in bounded memory, and counts all", () => {
  const journal = new Journal(() => 1);
  for (let i = 0; i < 50_000; i++) journal.add(ENTRY);
  const kept = journal.since(0);
  assert.ok(kept.length >= 10_000 && kept.length <= 20_000, `${kept.length}`);
  assert.equal(kept.at(-1)?.number, 50_000);
  assert.deepEqual(journal.counters, {
    statements: { insert: 50_000 },
    requestBytes: { insert: 500_000 },
    rows: { insert: 100_000 },
    logins: 0,
  });
});

Deno.test("the journal cuts long texts, and forgets old logins", () => {
  const journal = new Journal(() => 1);
  journal.add({ ...ENTRY, text: "x".repeat(1_000_000) });
  assert.equal(journal.since(0)[0].text.length, 4000);
  for (let i = 0; i < 1000; i++) {
    journal.addFailedLogin({ user: null, code: "390144", reason: `${i}`, id: "" });
  }
  assert.equal(journal.failedLogins.length, 100);
  assert.equal(journal.failedLogins.at(-1)?.reason, "999");
});
