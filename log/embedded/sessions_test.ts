import assert from "node:assert/strict";
import { openDatabase } from "./database.ts";
import { BoundedMap, Sessions } from "./sessions.ts";

Deno.test("a bounded map keeps what is used and never more than its limit", () => {
  const map = new BoundedMap<number, number>(10);
  for (let key = 0; key < 100; key++) {
    map.set(key, key);
    assert.equal(map.get(0), 0, "used all the time");
    assert.equal(map.get(key), key);
  }
  const kept = Array.from({ length: 100 }, (_, key) => key).filter((key) => map.get(key) !== undefined);
  assert.ok(kept.length <= 10);
  map.delete(0);
  assert.equal(map.get(0), undefined);
});

Deno.test("a session has one row however it is asked for, and one of its own after a rollback", () => {
  const db = openDatabase(":memory:", 1);
  try {
    const sessions = new Sessions(db);
    const first = sessions.of("phone-1", "run-1");
    assert.equal(sessions.of("phone-1", "run-1"), first);
    assert.equal(sessions.bySid(first.sid), first);
    const { sid, key } = new Sessions(db).bySid(first.sid);
    assert.deepEqual([sid, key], [first.sid, first.key]);

    db.exec("BEGIN");
    const lost = sessions.of("phone-2", "run-1");
    db.exec("ROLLBACK");
    sessions.forget(lost);
    const other = sessions.of("phone-3", "run-1");
    const again = sessions.of("phone-2", "run-1");
    assert.notEqual(again.sid, other.sid);
    assert.equal(sessions.bySid(again.sid).deviceId, "phone-2");
    assert.throws(() => sessions.bySid(99), /session row 99, which does not exist/);
  } finally {
    db.close();
  }
});
