import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { StateChange } from "../port.ts";
import { liveState } from "../testing/counting_task.ts";
import { openDatabase } from "./database.ts";
import { States } from "./states.ts";

function withDatabase(run: (db: DatabaseSync) => void): void {
  const db = openDatabase(":memory:", 2);
  try {
    run(db);
  } finally {
    db.close();
  }
}

const change = fc.record({
  key: fc.constantFrom("a", "b", "c", "\ufeffd\ne"),
  value: fc.uint8Array({ maxLength: 40 }),
  live: fc.boolean(),
}, { noNullPrototype: true });

Deno.test("the newest state of each key stands, and those that live are handed over", () => {
  fc.assert(fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 10 }), (commits) => {
    withDatabase((db) => {
      const expected = new Map<string, StateChange>();
      for (const changes of commits) {
        new States(db, 0).write(changes, 0);
        for (const change of changes) expected.set(change.key, change);
      }
      const states = new States(db, 0);
      for (const key of ["a", "b", "c", "\ufeffd\ne"]) {
        assert.deepEqual(states.get(key), expected.get(key)?.value ?? null);
      }
      const byKey = (a: StateChange, b: StateChange) => a.key < b.key ? -1 : 1;
      const live = [...expected.values()].filter((change) => change.live);
      assert.deepEqual(states.live().sort(byKey), live.sort(byKey));
    });
  }));
});

Deno.test("partitions keep states of their own", () => {
  withDatabase((db) => {
    new States(db, 0).write([liveState("a", 1)], 0);
    new States(db, 1).write([liveState("a", 2)], 0);
    assert.deepEqual(new States(db, 0).live(), [liveState("a", 1)]);
    assert.deepEqual(new States(db, 1).live(), [liveState("a", 2)]);
  });
});
