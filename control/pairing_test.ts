import assert from "node:assert/strict";
import { MemoryControlLog } from "../log/testing/control.ts";
import { DeviceRegistry } from "./devices.ts";
import { follow } from "./follow.ts";
import { CODE_MS, PairingCodes } from "./pairing.ts";

const START = 1_764_000_000_000;

async function setUp(log = new MemoryControlLog()) {
  const clock = { nowMs: START };
  const now = () => clock.nowMs;
  const devices = new DeviceRegistry(log, now), pairing = new PairingCodes(log, devices, now);
  await follow(log, devices, pairing);
  return { log, clock, devices, pairing };
}

Deno.test("a code gives a key of the device once, and neither is stored", async () => {
  const { log, devices, pairing } = await setUp();
  const { code, expiresAtMs } = await pairing.offer("phone-1", "Anna's Pixel", "admin");
  assert.equal(expiresAtMs, START + CODE_MS);
  const paired = await pairing.redeem(code);
  assert(typeof paired === "object");
  assert.deepEqual([paired.deviceId, paired.name], ["phone-1", "Anna's Pixel"]);
  assert.deepEqual(devices.owner(paired.key), { deviceId: "phone-1", revoked: false });
  assert.equal(await pairing.redeem(code), "used");
  const stored = JSON.stringify(log.events);
  assert(!stored.includes(code) && !stored.includes(paired.key));
});

Deno.test("pairing a phone again replaces its key", async () => {
  const { devices, pairing } = await setUp();
  const keys: string[] = [];
  for (let i = 0; i < 2; i++) {
    const paired = await pairing.redeem((await pairing.offer("phone-1", null, "admin")).code);
    assert(typeof paired === "object");
    keys.push(paired.key);
  }
  assert.deepEqual(keys.map((key) => devices.owner(key)?.revoked), [true, false]);
});

Deno.test("of two phones that use a code at the same moment one gets a key", async () => {
  const { pairing } = await setUp();
  const { code } = await pairing.offer("phone-1", null, "admin");
  const results = await Promise.all([pairing.redeem(code), pairing.redeem(code)]);
  assert.deepEqual(results.map((result) => typeof result === "object" ? "paired" : result).sort(), [
    "paired",
    "used",
  ]);
});

Deno.test("a code of one process is good on another, and used up on both", async () => {
  const { log, pairing } = await setUp();
  const other = await setUp(log);
  const { code } = await pairing.offer("phone-1", null, "admin");
  assert.equal(typeof await other.pairing.redeem(code), "object");
  assert.equal(await pairing.redeem(code), "used");
});

Deno.test("a code ends after ten minutes and is forgotten later", async () => {
  const { clock, pairing } = await setUp();
  const { code } = await pairing.offer("phone-1", null, "admin");
  clock.nowMs += CODE_MS;
  assert.equal(await pairing.redeem(code), "expired");
  clock.nowMs += 3_600_001;
  await pairing.offer("phone-2", null, "admin");
  assert.equal(await pairing.redeem(code), "unknown");
});

Deno.test("what is no code is unknown, whatever its length", async () => {
  const { pairing } = await setUp();
  for (const code of ["", "x", "y".repeat(1_000_000)]) assert.equal(await pairing.redeem(code), "unknown");
});

Deno.test("an event that cannot be read stops the start", async () => {
  const log = new MemoryControlLog([
    { entity: "pairing:x", version: 1, type: "pairing.offered", atMs: 1, by: "a", data: {} },
  ]);
  await assert.rejects(setUp(log), /event pairing\.offered of pairing:x, version 1, has no code in it/);
});
