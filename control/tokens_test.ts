import assert from "node:assert/strict";
import { Refused } from "../web/refused.ts";
import type { TokenRequest } from "../web/services.ts";
import { MemoryControlLog } from "../log/testing/control.ts";
import { follow } from "./follow.ts";
import { TokenRegistry } from "./tokens.ts";

const START_MS = 1_764_000_000_000;
const REQUEST: TokenRequest = {
  name: "nightly export",
  ownerUid: "uid-1",
  ownerName: "Anna",
  scopes: ["read"],
  expiresAtMs: null,
};

function setup() {
  const log = new MemoryControlLog();
  const clock = { nowMs: START_MS };
  return { log, clock, load: async () => (await follow(log, new TokenRegistry(log, () => clock.nowMs)))[0] };
}

Deno.test("a token is found by its secret, which is in no event, on every process", async () => {
  const { log, load } = setup();
  const tokens = await load();
  const other = await load();
  const { token, secret } = await tokens.create(REQUEST, "Anna");
  assert.match(secret, /^att_[\w-]{43}$/);
  assert.deepEqual(other.find(secret), { state: "valid", token });
  assert.deepEqual(other.list(), [token]);
  assert.equal(JSON.stringify(log.events).includes(secret), false);
  assert.equal(JSON.stringify(token).includes(JSON.stringify(log.events[0].data.hash)), false);
  assert.deepEqual(tokens.find(`${secret}x`), { state: "unknown" });
});

Deno.test("a revoked token is known as such, also after the log was read again", async () => {
  const { load } = setup();
  const tokens = await load();
  const { token, secret } = await tokens.create(REQUEST, "Anna");
  assert.equal(await tokens.revoke(token.tokenId, "Anna"), true);
  assert.equal(await tokens.revoke(token.tokenId, "Anna"), false);
  assert.equal(await tokens.revoke("other", "Anna"), false);
  for (const registry of [tokens, await load()]) {
    assert.deepEqual(registry.find(secret), { state: "revoked" });
    assert.deepEqual(registry.list(), []);
    assert.equal(registry.get(token.tokenId), null);
  }
});

Deno.test("a token ends when it expires, and is still listed", async () => {
  const { clock, load } = setup();
  const tokens = await load();
  const { secret } = await tokens.create({ ...REQUEST, expiresAtMs: START_MS + 1000 }, "Anna");
  clock.nowMs += 999;
  assert.equal(tokens.find(secret).state, "valid");
  clock.nowMs += 1;
  assert.equal(tokens.find(secret).state, "expired");
  assert.equal(tokens.list().length, 1);
});

const REFUSED: [change: Partial<TokenRequest>, pointer: string][] = [
  [{ name: " " }, "/name"],
  [{ name: "a\u202eb" }, "/name"],
  [{ name: "x".repeat(65) }, "/name"],
  [{ expiresAtMs: START_MS }, "/expiresAtMs"],
];
for (const [change, pointer] of REFUSED) {
  Deno.test(`create() refuses ${JSON.stringify(change).slice(0, 40)}`, async () => {
    const { log, load } = setup();
    const creating = (await load()).create({ ...REQUEST, ...change }, "Anna");
    await assert.rejects(creating, (error) => error instanceof Refused && error.pointer === pointer);
    assert.deepEqual(log.events, []);
  });
}

Deno.test("create() refuses more than 1,000 tokens until some are revoked", async () => {
  const { load } = setup();
  const tokens = await load();
  for (let i = 0; i < 1000; i++) await tokens.create({ ...REQUEST, name: `export ${i}` }, "Anna");
  await assert.rejects(tokens.create(REQUEST, "Anna"), /1000 tokens already/);
  await tokens.revoke(tokens.list()[0].tokenId, "Anna");
  assert.equal((await tokens.create(REQUEST, "Anna")).token.name, "nightly export");
});

Deno.test("create() refuses a name that the owner has, until that token is revoked", async () => {
  const { load } = setup();
  const tokens = await load();
  const { token } = await tokens.create(REQUEST, "Anna");
  await assert.rejects(
    tokens.create({ ...REQUEST, name: " nightly export" }, "Anna"),
    (error) => error instanceof Refused && error.pointer === "/name",
  );
  await tokens.create({ ...REQUEST, ownerUid: "uid-2" }, "Ben");
  await tokens.revoke(token.tokenId, "Anna");
  assert.equal((await tokens.create(REQUEST, "Anna")).token.name, "nightly export");
});

Deno.test("an event that cannot be read stops the registry", async () => {
  const { log, load } = setup();
  log.events.push({ entity: "token:a", version: 1, type: "token.revoked", atMs: 0, by: "Anna", data: {} });
  await assert.rejects(load(), /token\.revoked of token:a, version 1/);
});
