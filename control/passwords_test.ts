import assert from "node:assert/strict";
import { Unavailable } from "../log/unavailable.ts";
import { Passwords } from "./passwords.ts";

const CHEAP = { n: 16, r: 1, p: 1 };

Deno.test("verify() knows the password of a hash, however its letters were composed, and no other", async () => {
  const passwords = new Passwords(CHEAP);
  const stored = await passwords.hash("caf\u00e9 au lait");
  assert.equal(await passwords.verify("cafe\u0301 au lait", stored), true);
  assert.equal(await passwords.verify("cafe au lait", stored), false);
  assert.equal(await passwords.verify("caf\u00e9 au lait", null), false);
});

Deno.test("hash() gives the same password different hashes, which hold their own parameters", async () => {
  const [first, second] = await Promise.all([1, 2].map(() => new Passwords(CHEAP).hash("correct horse")));
  assert.notEqual(first, second);
  assert.match(first, /^scrypt\$16\$1\$1\$[\w-]{22}\$[\w-]{43}$/);
  assert.equal(await new Passwords({ n: 32, r: 2, p: 1 }).verify("correct horse", first), true);
});

Deno.test("the standard cost is scrypt's n = 2^15, r = 8, p = 3", async () => {
  const passwords = new Passwords();
  const stored = await passwords.hash("correct horse");
  assert.match(stored, /^scrypt\$32768\$8\$3\$/);
  assert.equal(await passwords.verify("correct horse", stored), true);
});

Deno.test("past those who may wait hash() refuses, and goes on when they are done", async () => {
  const passwords = new Passwords(CHEAP);
  const results = await Promise.allSettled(Array.from({ length: 30 }, () => passwords.hash("correct horse")));
  const refused = results.filter((result) => result.status === "rejected");
  assert.equal(refused.length, 30 - 2 - 16);
  assert(refused[0].reason instanceof Unavailable);
  assert.match(await passwords.hash("correct horse"), /^scrypt/);
});

Deno.test("verify() does not take a damaged hash for a wrong password", async () => {
  await assert.rejects(new Passwords(CHEAP).verify("x", "plain"), /no scrypt/);
});
