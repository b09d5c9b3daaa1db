import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { openDatabase } from "./database.ts";
import { Seen } from "./seen.ts";

const SID = 1;

function withSeen(run: (db: DatabaseSync, seen: Seen) => void): void {
  const db = openDatabase(":memory:", 1);
  try {
    run(db, new Seen(db));
  } finally {
    db.close();
  }
}

function addAll(seen: Seen, ids: readonly string[]): void {
  for (const id of ids) {
    assert.equal(seen.has(SID, id), false, `${id} is new`);
    seen.add(SID, id);
  }
}

const rangesOf = (db: DatabaseSync) =>
  db.prepare("SELECT ranges FROM seen_range WHERE sid = ?").get(SID)?.ranges;
const storedIds = (db: DatabaseSync) =>
  db.prepare("SELECT id FROM seen_message ORDER BY id").all().map((row) => row.id);

Deno.test("an id is known once it was added, through folds and restarts, whatever ids look like", () => {
  const id = fc.oneof(
    fc.integer({ min: 0, max: 120 }).map(String),
    fc.constantFrom(
      "007",
      "-1",
      "1.5",
      "2147483647",
      "2147483648",
      "9999999999",
      "99999999999",
      "a",
      "A",
      "",
    ),
    fc.uuid(),
  );
  const step = fc.oneof(
    { weight: 20, arbitrary: id.map((id) => ({ id })) },
    { weight: 1, arbitrary: fc.constantFrom("fold" as const, "restart" as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      withSeen((db, first) => {
        let seen = first;
        const added = new Set<string>();
        for (const step of steps) {
          if (typeof step === "object") {
            assert.equal(seen.has(SID, step.id), added.has(step.id), step.id);
            if (!added.has(step.id)) seen.add(SID, step.id);
            added.add(step.id);
            continue;
          }
          seen.fold(0)();
          if (step === "restart") seen = new Seen(db);
        }
        for (const id of added) assert.ok(seen.has(SID, id));
        assert.equal(seen.has(2, [...added][0] ?? "1"), false, "of another session");
      });
    }),
    { numRuns: 40 },
  );
});

Deno.test("counted ids are one range however they come, and a gap is two", () => {
  withSeen((db, seen) => {
    addAll(seen, ["5", "7", "6", "0", "1", "3", "4", "2"]);
    seen.fold(0)();
    assert.equal(rangesOf(db), "[0,7]");
    addAll(seen, ["9"]);
    seen.fold(0)();
    assert.equal(rangesOf(db), "[0,7,9,9]");
    assert.deepEqual(storedIds(db), []);
  });
});

Deno.test("past 32 ranges counted ids are kept one by one, and ranges still grow", () => {
  withSeen((db, seen) => {
    addAll(seen, Array.from({ length: 33 }, (_, i) => String(10 * i)));
    addAll(seen, ["1", "321"]);
    seen.fold(0)();
    assert.deepEqual(storedIds(db), ["320", "321"]);
    const again = new Seen(db);
    for (const id of ["0", "1", "310", "320", "321"]) assert.ok(again.has(SID, id), id);
    for (const id of ["2", "9", "319", "322"]) assert.equal(again.has(SID, id), false, id);
  });
});

Deno.test("past 512 ids of other kinds they are looked up in the table", () => {
  withSeen((db, seen) => {
    const ids = Array.from({ length: 600 }, (_, i) => `id-${i}`);
    addAll(seen, ids);
    seen.fold(0)();
    assert.equal(storedIds(db).length, 600);
    for (const id of ids) assert.ok(seen.has(SID, id));
    db.exec("DELETE FROM seen_message");
    assert.equal(seen.has(SID, "id-0"), false, "memory was given back");
  });
});

Deno.test("a fold that was rolled back is made again by the next", () => {
  withSeen((db, seen) => {
    addAll(seen, ["a", "1"]);
    db.exec("BEGIN");
    seen.fold(0);
    db.exec("ROLLBACK");
    seen.fold(0)();
    assert.deepEqual([storedIds(db), rangesOf(db)], [["a"], "[1,1]"]);
    seen.fold(7)();
    assert.equal(
      db.prepare("SELECT touched_ms FROM seen_range").get()?.touched_ms,
      0,
      "nothing changed since",
    );
  });
});

Deno.test("expire() forgets sessions that were not touched since, and no others", () => {
  withSeen((db, seen) => {
    seen.add(1, "old");
    seen.fold(1000)();
    seen.add(2, "new");
    seen.fold(2000)();
    seen.expire(2000);
    const again = new Seen(db);
    assert.equal(again.has(1, "old"), false);
    assert.ok(again.has(2, "new"));
  });
});
