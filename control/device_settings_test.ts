import assert from "node:assert/strict";
import type { ControlEvent } from "../log/records.ts";
import { MemoryControlLog } from "../log/testing/control.ts";
import { StreamSettings } from "./device_settings.ts";
import { DeviceRegistry } from "./devices.ts";
import { follow } from "./follow.ts";

const loadSettings = async (log: MemoryControlLog) => (await follow(log, new StreamSettings()))[0];

const event = (version: number, data: Record<string, unknown>): ControlEvent => ({
  entity: "device:phone-1",
  version,
  type: "device.changed",
  atMs: 1_764_000_000_000,
  by: "admin",
  data,
});

Deno.test("a device's settings hold until they are auto again or the device is removed", async () => {
  const log = new MemoryControlLog();
  const [devices] = await follow(log, new DeviceRegistry(log, () => 1_764_000_000_000));
  const settings = await loadSettings(log);
  assert.equal(settings.streamOf("phone-1"), null);
  await devices.change("phone-1", { gravity: "removed" }, "admin");
  assert.deepEqual(settings.streamOf("phone-1"), { gravity: "removed", unit: null });
  await devices.change("phone-1", { unit: "g" }, "admin");
  assert.deepEqual(settings.streamOf("phone-1"), { gravity: "removed", unit: "g" });
  assert.equal(settings.streamOf("phone-2"), null);
  await devices.remove("phone-1", "admin");
  assert.equal(settings.streamOf("phone-1"), null);
  await devices.restore("phone-1", "admin");
  assert.deepEqual(settings.streamOf("phone-1"), { gravity: "removed", unit: "g" });
  await devices.change("phone-1", { gravity: "auto", unit: "auto" }, "admin");
  assert.equal(settings.streamOf("phone-1"), null);
});

Deno.test("events from before there were settings leave everything to be found out", async () => {
  const settings = await loadSettings(new MemoryControlLog([event(1, { name: "Anna" })]));
  assert.equal(settings.streamOf("phone-1"), null);
});

Deno.test("a setting that does not exist is an error, not passed over", async () => {
  const log = new MemoryControlLog([event(1, { gravity: "sometimes" })]);
  await assert.rejects(loadSettings(log), /device:phone-1, version 1, has settings that do not exist/);
});
