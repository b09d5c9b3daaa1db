import assert from "node:assert/strict";
import type { ControlEvent } from "../../log/records.ts";
import { MemoryControlLog } from "../../log/testing/control.ts";
import { DEFAULT_THRESHOLDS, valuesOf } from "../../stream/thresholds.ts";
import { followControl } from "./control.ts";

const event = (entity: string, version: number, data: Record<string, unknown>): ControlEvent => ({
  entity,
  version,
  type: "test",
  atMs: 1_764_000_000_000,
  by: "admin",
  data,
});
const change = (version: number, walkingMs2: number) =>
  event("thresholds", version, {
    deviceId: null,
    values: { ...valuesOf(DEFAULT_THRESHOLDS), walkingMs2 },
    message: "try",
    restoredFrom: null,
  });

Deno.test("followControl() has what is in force, then what is changed", async () => {
  const log = new MemoryControlLog([change(1, 1.5), event("device:phone-1", 1, { gravity: "removed" })]);
  const control = await followControl(log, assert.fail);
  assert.equal(control.thresholds.of("phone-1").walkingMs2, 1.5);
  assert.deepEqual(control.streams.streamOf("phone-1"), { gravity: "removed", unit: null });
  await log.appendControl(change(2, 1.4));
  assert.deepEqual(control.thresholds.of("phone-1"), { ...DEFAULT_THRESHOLDS, walkingMs2: 1.4, version: 3 });
});

Deno.test("an event that cannot be read stops the start, and later the process", async () => {
  const bad = event("thresholds", 1, { values: "high" });
  await assert.rejects(followControl(new MemoryControlLog([bad]), assert.fail), /thresholds, version 1/);
  const log = new MemoryControlLog();
  const errors: Error[] = [];
  const control = await followControl(log, (error) => errors.push(error));
  await log.appendControl(bad);
  assert.match(errors[0].message, /event test of thresholds, version 1, has no thresholds in it/);
  assert.deepEqual(control.thresholds.of("phone-1"), DEFAULT_THRESHOLDS);
});
