import assert from "node:assert/strict";
import { Conflict } from "../log/port.ts";
import type { Device } from "../web/services.ts";
import { MemoryControlLog } from "../log/testing/control.ts";
import { DeviceRegistry } from "./devices.ts";
import { type ControlLog, follow } from "./follow.ts";

const now = () => 1_764_000_000_000;
const loadDevices = async (log: ControlLog) => (await follow(log, new DeviceRegistry(log, now)))[0];
const deviceOf = (deviceId: string, more: Partial<Device> = {}): Device => ({
  deviceId,
  name: null,
  createdAt: now(),
  hasKey: false,
  gravity: "auto",
  unit: "auto",
  ...more,
});

Deno.test("issueKey() registers a device whose key is known from then on and is stored only as a hash", async () => {
  const log = new MemoryControlLog();
  const devices = await loadDevices(log);
  const { device, key } = await devices.issueKey("phone-1", "Anna", "admin");
  assert.deepEqual(device, deviceOf("phone-1", { name: "Anna", hasKey: true }));
  assert.match(key, /^at_[\w-]{43}$/);
  assert.deepEqual(devices.owner(key), { deviceId: "phone-1", revoked: false });
  assert.equal(JSON.stringify(log.events).includes(key), false);
  assert.equal(devices.owner(`${key}x`), null);
});

Deno.test("a new key replaces the old one, also in the cache, and the name stays", async () => {
  const devices = await loadDevices(new MemoryControlLog());
  const first = await devices.issueKey("phone-1", "Anna", "admin");
  assert.equal(devices.owner(first.key)?.revoked, false);
  const second = await devices.issueKey("phone-1", null, "admin");
  assert.equal(devices.owner(first.key)?.revoked, true);
  assert.equal(devices.owner(second.key)?.revoked, false);
  assert.equal(second.device.name, "Anna");
});

Deno.test("revokeKey() ends the key; of an unknown device it says null and writes nothing", async () => {
  const log = new MemoryControlLog();
  const devices = await loadDevices(log);
  const { key } = await devices.issueKey("phone-1", null, "admin");
  assert.equal((await devices.revokeKey("phone-1", "admin"))?.hasKey, false);
  assert.equal(devices.owner(key)?.revoked, true);
  assert.equal((await devices.revokeKey("phone-1", "admin"))?.hasKey, false);
  assert.equal(await devices.revokeKey("phone-2", "admin"), null);
  assert.deepEqual(log.events.map((event) => event.type), ["device.registered", "device.keyRevoked"]);
});

Deno.test("a registry loaded from the log, or from each device's newest event, answers the same", async () => {
  const log = new MemoryControlLog();
  const devices = await loadDevices(log);
  const old = await devices.issueKey("phone-1", "Anna", "admin");
  const current = await devices.issueKey("phone-1", null, "admin");
  const other = await devices.issueKey("phone-2", "Ben", "admin");
  await devices.revokeKey("phone-2", "admin");
  const compacted = new MemoryControlLog([log.events[1], log.events[3]]);
  for (const source of [log, compacted]) {
    const loaded = await loadDevices(source);
    assert.deepEqual(loaded.list(), devices.list());
    assert.equal(loaded.owner(old.key)?.revoked, true);
    assert.deepEqual(loaded.owner(current.key), { deviceId: "phone-1", revoked: false });
    assert.equal(loaded.owner(other.key)?.revoked, true);
  }
});

Deno.test("of the keys that were replaced the last eight are still known as revoked after a restart", async () => {
  const log = new MemoryControlLog();
  const devices = await loadDevices(log);
  const keys: string[] = [];
  for (let i = 0; i < 10; i++) keys.push((await devices.issueKey("phone-1", null, "admin")).key);
  const loaded = await loadDevices(new MemoryControlLog([log.events[9]]));
  assert.deepEqual(
    keys.map((key) => loaded.owner(key)?.revoked),
    [undefined, ...Array(8).fill(true), false],
  );
});

Deno.test("8,000 devices, and one device 50 times, get their keys side by side", async () => {
  const log = new MemoryControlLog();
  const devices = await loadDevices(log);
  const ids = Array.from({ length: 8000 }, (_, i) => `phone-${i}`).concat(Array(50).fill("busy"));
  const issued = await Promise.all(ids.map((deviceId) => devices.issueKey(deviceId, null, "admin")));
  assert.equal(devices.list().length, 8001);
  assert.equal(new Set(issued.map(({ key }) => key)).size, ids.length);
  assert.equal(issued.filter(({ key }) => !devices.owner(key)!.revoked).length, 8001);
});

Deno.test("a change that the log refuses changes nothing, and the next one works", async () => {
  const log = new MemoryControlLog();
  const devices = await loadDevices(log);
  const append = log.appendControl.bind(log);
  log.appendControl = () => Promise.reject(new Error("disk full"));
  await assert.rejects(devices.issueKey("phone-1", null, "admin"), /disk full/);
  assert.deepEqual(devices.list(), []);
  log.appendControl = append;
  assert.equal((await devices.issueKey("phone-1", null, "admin")).device.hasKey, true);
});

Deno.test("two nodes on one log see each other's changes, and one that came too late changes what the other left", async () => {
  const log = new MemoryControlLog();
  const [one, other] = [await loadDevices(log), await loadDevices(log)];
  const [first, second] = await Promise.all([
    one.issueKey("phone-1", "Anna", "one"),
    other.issueKey("phone-1", null, "other"),
  ]);
  for (const node of [one, other]) {
    assert.deepEqual(node.list(), [deviceOf("phone-1", { name: "Anna", hasKey: true })]);
    assert.deepEqual([first, second].map(({ key }) => node.owner(key)?.revoked), [true, false]);
  }
  assert.deepEqual(log.events.map(({ type, version }) => [type, version]), [
    ["device.registered", 1],
    ["device.keyIssued", 2],
  ]);
  await other.revokeKey("phone-1", "other");
  assert.equal(one.owner(second.key)?.revoked, true);
});

Deno.test("a change that comes too late again and again is given up as a conflict", async () => {
  const log = new MemoryControlLog();
  const devices = await loadDevices(log);
  let attempts = 0;
  log.appendControl = () => {
    attempts++;
    return Promise.reject(new Conflict("phone-1 was changed in between"));
  };
  await assert.rejects(devices.issueKey("phone-1", null, "admin"), Conflict);
  assert.equal(attempts, 4);
});

Deno.test("an event that comes again, or after a newer one, changes nothing", async () => {
  const log = new MemoryControlLog();
  const devices = await loadDevices(log);
  const first = await devices.issueKey("phone-1", "Anna", "admin");
  const second = await devices.issueKey("phone-1", null, "admin");
  for (const event of log.events) devices.fold(event);
  assert.deepEqual([first, second].map(({ key }) => devices.owner(key)?.revoked), [true, false]);
});

Deno.test("an event of another entity is passed over, a broken one of a device stops with its name", async () => {
  const event = (entity: string, type: string) => ({ entity, version: 1, type, atMs: 0, by: "a", data: {} });
  const other = event("thresholds", "thresholds.set");
  assert.deepEqual((await loadDevices(new MemoryControlLog([other]))).list(), []);
  const broken = event("device:p", "device.registered");
  await assert.rejects(
    loadDevices(new MemoryControlLog([other, broken])),
    /device\.registered of device:p, version 1/,
  );
});

Deno.test("change() names a device and sets how it is taken; what is left out stays, the same again writes nothing", async () => {
  const log = new MemoryControlLog();
  const devices = await loadDevices(log);
  const { key } = await devices.issueKey("phone-1", "Anna", "admin");
  await devices.change("phone-1", { gravity: "removed", unit: "g" }, "admin");
  const changed = await devices.change("phone-1", { name: null }, "admin");
  assert.deepEqual(changed, deviceOf("phone-1", { hasKey: true, gravity: "removed", unit: "g" }));
  await devices.change("phone-1", { unit: "g" }, "admin");
  assert.deepEqual(log.events.map(({ type, by }) => [type, by]), [
    ["device.registered", "admin"],
    ["device.changed", "admin"],
    ["device.changed", "admin"],
  ]);
  assert.equal(devices.owner(key)?.revoked, false);
  assert.deepEqual((await loadDevices(log)).get("phone-1"), changed);
});

Deno.test("change() registers a device that is not, without a key", async () => {
  const log = new MemoryControlLog();
  const devices = await loadDevices(log);
  assert.equal(devices.get("phone-1"), null);
  const device = await devices.change("phone-1", { name: "Anna" }, "admin");
  assert.deepEqual([device, devices.get("phone-1")], [device, deviceOf("phone-1", { name: "Anna" })]);
  assert.equal(log.events[0].type, "device.registered");
});

Deno.test("a removed device is gone with its key, and restore() brings both back", async () => {
  const log = new MemoryControlLog();
  const devices = await loadDevices(log);
  const { key } = await devices.issueKey("phone-1", "Anna", "admin");
  assert.equal(await devices.remove("phone-1", "admin"), true);
  assert.deepEqual([devices.list(), devices.get("phone-1")], [[], null]);
  for (const node of [devices, await loadDevices(log)]) assert.equal(node.owner(key)?.revoked, true);
  assert.equal(await devices.remove("phone-1", "admin"), false);
  assert.equal(await devices.revokeKey("phone-1", "admin"), null);
  const restored = await devices.restore("phone-1", "admin");
  assert.deepEqual(restored, deviceOf("phone-1", { name: "Anna", hasKey: true }));
  for (const node of [devices, await loadDevices(log)]) assert.equal(node.owner(key)?.revoked, false);
  assert.deepEqual(await devices.restore("phone-1", "admin"), restored);
  assert.equal(await devices.restore("phone-2", "admin"), null);
  assert.equal(log.events.length, 3);
});

Deno.test("a removed device that is registered again begins anew, and its old key stays revoked", async () => {
  const devices = await loadDevices(new MemoryControlLog());
  const old = await devices.issueKey("phone-1", "Anna", "admin");
  await devices.change("phone-1", { gravity: "removed" }, "admin");
  await devices.remove("phone-1", "admin");
  const { device, key } = await devices.issueKey("phone-1", null, "admin");
  assert.deepEqual(device, deviceOf("phone-1", { hasKey: true }));
  assert.deepEqual([devices.owner(old.key)?.revoked, devices.owner(key)?.revoked], [true, false]);
});

Deno.test("events from before devices had settings are read", async () => {
  const data = { name: "Anna", createdAtMs: now(), keyHash: "h", revokedKeyHashes: [] };
  const event = { entity: "device:phone-1", version: 1, type: "device.registered", atMs: 0, by: "a", data };
  const devices = await loadDevices(new MemoryControlLog([event]));
  assert.deepEqual(devices.list(), [deviceOf("phone-1", { name: "Anna", hasKey: true })]);
});
