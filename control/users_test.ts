import assert from "node:assert/strict";
import { Conflict } from "../log/port.ts";
import { Refused } from "../web/refused.ts";
import { Passwords } from "./passwords.ts";
import { MemoryControlLog } from "../log/testing/control.ts";
import { follow } from "./follow.ts";
import { UserRegistry } from "./users.ts";

const PASSWORD = "correct horse battery";
const START_MS = 1_764_000_000_000;
const DAY_MS = 86_400_000;

/** One log, and as many processes as are asked for. */
function setup() {
  const log = new MemoryControlLog();
  const clock = { nowMs: START_MS };
  const load = async () => {
    const users = new UserRegistry(log, () => clock.nowMs, new Passwords({ n: 2, r: 1, p: 1 }));
    return (await follow(log, users))[0];
  };
  return { log, clock, load };
}

async function withAdmin(name = "Anna") {
  const parts = setup();
  const users = await parts.load();
  const secret = await users.makeFirstAdmin(name, PASSWORD, "Firefox");
  return { ...parts, users, secret };
}

const signIn = async (users: UserRegistry, name: string, password = PASSWORD) =>
  (await users.signIn(name, password, "Firefox"))!.secret;

function refused(pointer: string, detail: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Refused && error.pointer === pointer && detail.test(error.message);
}

Deno.test("makeFirstAdmin() makes an admin who is signed in, and nothing secret is in the log", async () => {
  const { users, secret, log } = await withAdmin();
  assert.equal(users.hasAdmin(), true);
  const { name, role, userId } = users.bySession(secret)!;
  assert.deepEqual([name, role, userId], ["Anna", "admin", "anna"]);
  assert.match(secret, /^[\w-]{43}$/);
  const text = JSON.stringify(log.events);
  assert.equal(text.includes(secret), false);
  assert.equal(text.includes(PASSWORD), false);
});

Deno.test("of two who make the first admin at once, in two processes, one is told that there is one", async () => {
  const { load } = setup();
  const [here, there] = await Promise.all([load(), load()]);
  const results = await Promise.allSettled([
    here.makeFirstAdmin("Anna", PASSWORD, ""),
    there.makeFirstAdmin("Ben", PASSWORD, ""),
  ]);
  const told = results.filter((result) => result.status === "rejected");
  assert.equal(told.length, 1);
  assert(told[0].reason instanceof Conflict);
  for (const users of [here, there]) {
    assert.deepEqual(users.list().map(({ role }) => role), ["admin"], "and the other is no user");
  }
  await assert.rejects(here.makeFirstAdmin("Cleo", PASSWORD, ""), Conflict);
});

Deno.test("two who give the same name at once do not take it over from each other", async () => {
  const { load } = setup();
  const [here, there] = await Promise.all([load(), load()]);
  const results = await Promise.allSettled([
    here.makeFirstAdmin("Anna", PASSWORD, ""),
    there.makeFirstAdmin("anna", `${PASSWORD}!`, ""),
  ]);
  const winner = results.findIndex(({ status }) => status === "fulfilled");
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
  const password = winner === 0 ? PASSWORD : `${PASSWORD}!`;
  assert.notEqual(await here.signIn("anna", password, ""), null);
});

Deno.test("a setup that stopped half way goes on with the same name and password, and with no other password", async () => {
  const { load, log } = setup();
  const users = await load();
  await users.create("Anna", "viewer", PASSWORD, "setup link");
  await assert.rejects(users.makeFirstAdmin("anna", `${PASSWORD}!`, ""), refused("/name", /taken/));
  assert.equal(users.hasAdmin(), false);
  assert.notEqual(users.bySession(await users.makeFirstAdmin("anna", PASSWORD, "")), null);
  assert.equal(log.events.filter(({ type }) => type === "user.created").length, 1);
});

Deno.test("signIn() wants name and password, in any case and form of the name", async () => {
  const { users } = await withAdmin("Zo\u00eb");
  assert.notEqual(await users.signIn("  ZOE\u0308 ", PASSWORD, ""), null);
  assert.equal(await users.signIn("zoë", `${PASSWORD} `, ""), null);
  assert.equal(await users.signIn("nobody", PASSWORD, ""), null);
  assert.equal(await users.signIn("zoë", "", ""), null);
});

Deno.test("every sign-in has a secret of its own, and ends after 14 days, used or not", async () => {
  const { users, clock, secret } = await withAdmin();
  const second = await signIn(users, "anna");
  assert.notEqual(second, secret);
  clock.nowMs += 14 * DAY_MS - 1;
  assert.notEqual(users.bySession(secret), null);
  clock.nowMs += 1;
  assert.equal(users.bySession(secret), null);
  assert.deepEqual(users.get("anna")!.sessions, []);
});

Deno.test("past 20 sessions the oldest ends", async () => {
  const { users, secret } = await withAdmin();
  const secrets: string[] = [];
  for (let i = 0; i < 20; i++) secrets.push(await signIn(users, "anna"));
  assert.equal(users.bySession(secret), null);
  assert(secrets.every((one) => users.bySession(one) !== null));
  assert.equal(users.get("anna")!.sessions.length, 20);
});

Deno.test("signOut() ends one session, or all of them, on every process", async () => {
  const { users, load, secret } = await withAdmin();
  const other = await load();
  const second = await signIn(other, "anna");
  const third = await signIn(users, "anna");
  await users.signOut("anna", users.bySession(second)!.sessionId, "Anna");
  assert.deepEqual([secret, second, third].map((one) => other.bySession(one) !== null), [true, false, true]);
  await other.signOut("anna", null, "Anna");
  assert.deepEqual([secret, third].map((one) => users.bySession(one)), [null, null]);
});

Deno.test("setPassword() ends the other sessions, and the old password", async () => {
  const { users, secret } = await withAdmin();
  const second = await signIn(users, "anna");
  const { sessionId } = users.bySession(second)!;
  await users.setPassword("anna", "four random words", sessionId, "Anna");
  assert.equal(users.bySession(secret), null);
  assert.notEqual(users.bySession(second), null);
  assert.equal(await users.signIn("anna", PASSWORD, ""), null);
  assert.equal(await users.isPassword("anna", "four random words"), true);
});

Deno.test("a session that was being opened while the password changed is not", async () => {
  const { users } = await withAdmin();
  const [signedIn] = await Promise.all([
    users.signIn("anna", PASSWORD, ""),
    users.setPassword("anna", "four random words", null, "Anna"),
  ]);
  assert.equal(signedIn === null || users.bySession(signedIn.secret) === null, true);
});

Deno.test("the last admin cannot be made a viewer, disabled or removed", async () => {
  const { users } = await withAdmin();
  await users.create("Ben", "viewer", PASSWORD, "Anna");
  const isLast = refused("", /last admin/);
  await assert.rejects(users.setRole("anna", "viewer", "Anna"), isLast);
  await assert.rejects(users.setDisabled("anna", true, "Anna"), isLast);
  await assert.rejects(users.remove("anna", "Anna"), isLast);
  assert.equal(users.get("anna")!.role, "admin");
});

Deno.test("two processes that take the rights of the last two admins at once leave one", async () => {
  const { users: here, load } = await withAdmin();
  await here.create("Ben", "admin", PASSWORD, "Anna");
  const there = await load();
  const results = await Promise.allSettled([
    here.setRole("ben", "viewer", "Anna"),
    there.remove("anna", "Ben"),
  ]);
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
  assert.equal(here.list().filter(({ role }) => role === "admin").length, 1);
  assert.deepEqual(here.list(), there.list());
});

Deno.test("a disabled user is out at once, and comes back as a viewer", async () => {
  const { users } = await withAdmin();
  await users.create("Ben", "admin", PASSWORD, "Anna");
  const secret = await signIn(users, "ben");
  await users.setDisabled("ben", true, "Anna");
  assert.equal(users.bySession(secret), null);
  assert.equal(await users.signIn("ben", PASSWORD, ""), null);
  await assert.rejects(users.setRole("ben", "admin", "Anna"), refused("/role", /enable/));
  assert.equal((await users.setDisabled("ben", false, "Anna")).role, "viewer");
  assert.equal(users.bySession(await signIn(users, "ben"))!.role, "viewer");
});

Deno.test("someone new under the name of a removed user has nothing of that one", async () => {
  const { users } = await withAdmin();
  await users.create("Ben", "admin", PASSWORD, "Anna");
  const secret = await signIn(users, "ben");
  const uid = users.uidOf("ben")!;
  await users.remove("ben", "Anna");
  assert.equal(users.get("ben"), null);
  assert.equal(users.uidOf("ben"), null);
  await users.create("BEN", "viewer", `${PASSWORD}!`, "Anna");
  assert.equal(users.bySession(secret), null);
  assert.equal(users.roleOf(uid), null);
  assert.equal(users.get("ben")!.role, "viewer");
  assert.equal(await users.signIn("ben", PASSWORD, ""), null);
});

const NAMES: [name: string, why: RegExp][] = [
  ["", /visible/],
  ["   ", /visible/],
  ["a".repeat(65), /visible/],
  ["a\u0000b", /visible/],
  ["a\nb", /visible/],
  ["\u202eanna", /visible/],
  ["\ud800", /visible/],
  ["local", /someone else/],
  ["Activity Tracker", /someone else/],
  ["Setup link", /someone else/],
  ["export (token)", /someone else/],
  ["ANNA", /taken/],
];
for (const [name, why] of NAMES) {
  Deno.test(`create() refuses the name ${JSON.stringify(name.slice(0, 20))}`, async () => {
    const { users } = await withAdmin();
    await assert.rejects(users.create(name, "viewer", PASSWORD, "Anna"), refused("/name", why));
  });
}

const BAD_PASSWORDS = ["", "short", "x".repeat(257), "aaaaaaaaaaaaaaaa", "abababababab", "benedict-the-1st"];
for (const password of BAD_PASSWORDS) {
  Deno.test(`create() refuses the password ${JSON.stringify(password.slice(0, 20))}`, async () => {
    const { users } = await withAdmin();
    const creating = users.create("Benedict-the-1st", "viewer", password, "Anna");
    await assert.rejects(creating, refused("/password", /expected|guess/));
  });
}

Deno.test("users loaded from the log are the same, and an event that cannot be read stops them", async () => {
  const { users, load, log } = await withAdmin();
  await users.create("Ben", "viewer", PASSWORD, "Anna");
  await signIn(users, "ben");
  await users.create("Cleo", "admin", PASSWORD, "Anna");
  await users.remove("cleo", "Anna");
  assert.deepEqual((await load()).list(), users.list());
  const event = { entity: "user:anna", version: 9, type: "user.disabled", atMs: 0, by: "Ben", data: {} };
  log.events.push(event);
  await assert.rejects(load(), /user\.disabled of user:anna, version 9/);
});
