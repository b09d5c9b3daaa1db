import assert from "node:assert/strict";
import { Unavailable } from "../log/unavailable.ts";
import { SignInDesk } from "./sign_ins.ts";

const RIGHT = "correct horse battery";

function setup() {
  const clock = { nowMs: 1_764_000_000_000 };
  const notes: { data: Record<string, unknown> }[] = [];
  const parts = { isBusy: false, checks: 0 };
  const verify = (password: string) => {
    parts.checks++;
    if (parts.isBusy) throw new Unavailable("busy", 1);
    return password === RIGHT;
  };
  const users = {
    signIn: (name: string, password: string) =>
      Promise.try(() => verify(password) ? { userId: name.toLowerCase(), secret: "s" } : null),
    isPassword: (_: string, password: string) => Promise.try(() => verify(password)),
    get: (userId: string) => userId === "anna" ? { name: "Anna" } as never : null,
  };
  const audit = { note: (note: typeof notes[number]) => Promise.resolve(void notes.push(note)) };
  const desk = new SignInDesk(users, audit, () => clock.nowMs);
  const guess = async (name: string, address = "192.0.2.1", password = "wrong") =>
    (await desk.attempt(name, password, "", address)).state;
  return { clock, notes, parts, desk, guess };
}

async function repeat<T>(times: number, action: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await action(i));
  return results;
}

Deno.test("ten wrong passwords of a name are checked, from wherever; then one every 30 s", async () => {
  const { clock, parts, guess } = setup();
  const states = await repeat(12, (i) => guess(i % 2 ? "Anna" : "ANNA ", `192.0.2.${i}`));
  assert.deepEqual(states, [...Array(10).fill("wrong"), "slowed", "slowed"]);
  assert.equal(parts.checks, 10);
  assert.equal(await guess("anna", "192.0.2.99", RIGHT), "slowed", "the right one waits too");
  clock.nowMs += 30_000;
  assert.equal(await guess("anna", "192.0.2.99", RIGHT), "in");
});

Deno.test("attempts at once are counted before any is checked", async () => {
  const { parts, guess } = setup();
  const states = await Promise.all(Array.from({ length: 30 }, () => guess("anna")));
  assert.equal(states.filter((state) => state === "wrong").length, 10);
  assert.equal(parts.checks, 10);
});

Deno.test("an address gets thirty wrong passwords, whoever's; its IPv6 network counts as one", async () => {
  const { guess } = setup();
  const states = await repeat(31, (i) => guess(`user ${i}`, `2001:db8:0:1::${i}`));
  assert.deepEqual(states.slice(29), ["wrong", "slowed"]);
  assert.equal(await guess("other", "2001:0db8::1:a:b:c:d"), "slowed");
  assert.equal(await guess("other", "2001:db8:0:2::1"), "wrong");
  assert.equal(await guess("other", "::ffff:192.0.2.1"), "wrong");
});

Deno.test("who knows the password is never slowed down by it", async () => {
  const { guess } = setup();
  const states = await repeat(100, () => guess("anna", "192.0.2.1", RIGHT));
  assert(states.every((state) => state === "in"));
});

Deno.test("an attempt that could not be checked is no guess", async () => {
  const { parts, guess } = setup();
  parts.isBusy = true;
  await repeat(40, () => assert.rejects(guess("anna"), Unavailable));
  parts.isBusy = false;
  assert.equal(await guess("anna", "192.0.2.1", RIGHT), "in");
});

Deno.test("check() counts guesses of someone who is signed in with the others", async () => {
  const { desk, guess } = setup();
  assert.deepEqual(await desk.check("anna", RIGHT, "192.0.2.1"), { state: "right" });
  assert.deepEqual(await desk.check("anna", "wrong", "192.0.2.1"), { state: "wrong" });
  await repeat(9, () => guess("anna"));
  assert.deepEqual(await desk.check("anna", RIGHT, "192.0.2.2"), { state: "slowed", waitMs: 30_000 });
});

Deno.test("the audit hears of guessing once a name, five times at most, and of no name that is no user's", async () => {
  const { notes, guess } = setup();
  await repeat(40, (i) => guess("anna", `192.0.2.${i}`));
  assert.deepEqual(notes.map(({ data }) => data), [{ name: "Anna", address: "192.0.2.10" }]);
  for (let n = 0; n < 9; n++) await repeat(11, (i) => guess(`hunter${n}`, `198.51.100.${n * 16 + i}`));
  assert.equal(notes.length, 5);
  assert.equal(notes[4].data.name, null);
});
