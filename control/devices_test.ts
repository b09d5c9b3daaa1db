import assert from "node:assert/strict";
import type { ControlEvent } from "../log/records.ts";
import { type ControlLog, loadDevices } from "./devices.ts";

/** Keeps events in an array and, like the log, refuses a version that is not the next. */
class MemoryLog implements ControlLog {
  readonly events: ControlEvent[] = [];
  readonly #versions = new Map<string, number>();

  async appendControl(event: ControlEvent): Promise<void> {
    await Promise.resolve();
    assert.equal(event.version, (this.#versions.get(event.entity) ?? 0) + 1);
    this.#versions.set(event.entity, event.version);
    this.events.push(structuredClone(event));
  }

  readControl(): Promise<ControlEvent[]> {
    return Promise.resolve(this.events);
  }
}

const now = () => 1_764_000_000_000;

Deno.test("issueKey() registers a device whose key is known from then on and is stored only as a hash", async () => {
  const log = new MemoryLog();
  const devices = await loadDevices(log, now);
  const { device, key } = await devices.issueKey("phone-1", "Anna", "admin");
  assert.deepEqual(device, { deviceId: "phone-1", name: "Anna", createdAt: now(), hasKey: true });
  assert.match(key, /^at_[\w-]{43}$/);
  assert.deepEqual(devices.owner(key), { deviceId: "phone-1", revoked: false });
  assert.equal(JSON.stringify(log.events).includes(key), false);
  assert.equal(devices.owner(`${key}x`), null);
});

Deno.test("a new key replaces the old one, also in the cache, and the name stays", async () => {
  const devices = await loadDevices(new MemoryLog(), now);
  const first = await devices.issueKey("phone-1", "Anna", "admin");
  assert.equal(devices.owner(first.key)?.revoked, false);
  const second = await devices.issueKey("phone-1", null, "admin");
  assert.equal(devices.owner(first.key)?.revoked, true);
  assert.equal(devices.owner(second.key)?.revoked, false);
  assert.equal(second.device.name, "Anna");
});

Deno.test("revokeKey() ends the key; of an unknown device it says null and writes nothing", async () => {
  const log = new MemoryLog();
  const devices = await loadDevices(log, now);
  const { key } = await devices.issueKey("phone-1", null, "admin");
  assert.equal((await devices.revokeKey("phone-1", "admin"))?.hasKey, false);
  assert.equal(devices.owner(key)?.revoked, true);
  assert.equal((await devices.revokeKey("phone-1", "admin"))?.hasKey, false);
  assert.equal(await devices.revokeKey("phone-2", "admin"), null);
  assert.deepEqual(log.events.map((event) => event.type), ["device.registered", "device.keyRevoked"]);
});

Deno.test("a registry loaded from the log, or from each device's newest event, answers the same", async () => {
  const log = new MemoryLog();
  const devices = await loadDevices(log, now);
  const old = await devices.issueKey("phone-1", "Anna", "admin");
  const current = await devices.issueKey("phone-1", null, "admin");
  const other = await devices.issueKey("phone-2", "Ben", "admin");
  await devices.revokeKey("phone-2", "admin");
  const compacted = new MemoryLog();
  compacted.events.push(log.events[1], log.events[3]);
  for (const source of [log, compacted]) {
    const loaded = await loadDevices(source, now);
    assert.deepEqual(loaded.list(), devices.list());
    assert.equal(loaded.owner(old.key)?.revoked, true);
    assert.deepEqual(loaded.owner(current.key), { deviceId: "phone-1", revoked: false });
    assert.equal(loaded.owner(other.key)?.revoked, true);
  }
});

Deno.test("of the keys that were replaced the last eight are still known as revoked after a restart", async () => {
  const log = new MemoryLog();
  const devices = await loadDevices(log, now);
  const keys: string[] = [];
  for (let i = 0; i < 10; i++) keys.push((await devices.issueKey("phone-1", null, "admin")).key);
  const compacted = new MemoryLog();
  compacted.events.push(log.events[9]);
  const loaded = await loadDevices(compacted, now);
  assert.deepEqual(
    keys.map((key) => loaded.owner(key)?.revoked),
    [undefined, ...Array(8).fill(true), false],
  );
});

Deno.test("8,000 devices, and one device 50 times, get their keys side by side", async () => {
  const log = new MemoryLog();
  const devices = await loadDevices(log, now);
  const ids = Array.from({ length: 8000 }, (_, i) => `phone-${i}`).concat(Array(50).fill("busy"));
  const issued = await Promise.all(ids.map((deviceId) => devices.issueKey(deviceId, null, "admin")));
  assert.equal(devices.list().length, 8001);
  assert.equal(new Set(issued.map(({ key }) => key)).size, ids.length);
  assert.equal(issued.filter(({ key }) => !devices.owner(key)!.revoked).length, 8001);
});

Deno.test("a change that the log refuses changes nothing, and the next one works", async () => {
  const log = new MemoryLog();
  const devices = await loadDevices(log, now);
  const append = log.appendControl.bind(log);
  log.appendControl = () => Promise.reject(new Error("disk full"));
  await assert.rejects(devices.issueKey("phone-1", null, "admin"), /disk full/);
  assert.deepEqual(devices.list(), []);
  log.appendControl = append;
  assert.equal((await devices.issueKey("phone-1", null, "admin")).device.hasKey, true);
});

Deno.test("an event of another entity is passed over, a broken one of a device stops with its name", async () => {
  const log = new MemoryLog();
  await log.appendControl({
    entity: "thresholds",
    version: 1,
    type: "thresholds.set",
    atMs: 0,
    by: "a",
    data: {},
  });
  assert.deepEqual((await loadDevices(log, now)).list(), []);
  await log.appendControl({
    entity: "device:p",
    version: 1,
    type: "device.registered",
    atMs: 0,
    by: "a",
    data: {},
  });
  await assert.rejects(loadDevices(log, now), /device\.registered of device:p, version 1/);
});
