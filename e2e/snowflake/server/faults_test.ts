import assert from "node:assert/strict";
import { Faults, loginText } from "./faults.ts";

Deno.test("a fault strikes as many requests as it was told, and only those that match", () => {
  const faults = new Faults();
  faults.add({ kind: "drop", match: "^insert", times: 2 });
  const struck = ["SELECT 1", "INSERT 1", "INSERT 2", "INSERT 3"].map((text) =>
    faults.take(text)?.kind ?? null
  );
  assert.deepEqual(struck, [null, "drop", "drop", null]);
  assert.deepEqual(faults.struck, { drop: 2 });
});

Deno.test("a fault without a pattern leaves logins alone, and one that names them strikes them", () => {
  const faults = new Faults();
  faults.add({ kind: "unavailable" });
  assert.equal(faults.take(loginText("ACTIVITY_SINK")), null);
  faults.add({ kind: "unavailable", match: "^LOGIN" });
  assert.equal(faults.take(loginText("ACTIVITY_SINK"))?.kind, "unavailable");
});

Deno.test("a zombie's commit waits for a COMMIT", () => {
  const faults = new Faults();
  faults.add({ kind: "zombieCommit", delayMs: 7 });
  assert.equal(faults.take("INSERT"), null);
  assert.deepEqual(faults.take("COMMIT"), { kind: "zombieCommit", delayMs: 7 });
});

Deno.test("random faults are the same for the same seed, about as many as asked for, and never strike a login", () => {
  const strikes = () => {
    const faults = new Faults();
    faults.randomize({ seed: 11, rate: 0.25, kinds: ["drop", "slow"] });
    assert.equal(faults.take(loginText("X")), null);
    return Array.from({ length: 1000 }, () => faults.take("SELECT 1")?.kind ?? "-");
  };
  const first = strikes();
  assert.deepEqual(first, strikes());
  const count = first.filter((kind) => kind !== "-").length;
  assert.ok(count > 200 && count < 300, `${count}`);
  assert.deepEqual(new Set(first), new Set(["-", "drop", "slow"]));
});

Deno.test("after clear() nothing strikes", () => {
  const faults = new Faults();
  faults.add({ kind: "drop" });
  faults.randomize({ seed: 1, rate: 1, kinds: ["drop"] });
  faults.clear();
  assert.equal(faults.take("SELECT 1"), null);
});
