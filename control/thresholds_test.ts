import assert from "node:assert/strict";
import { Conflict } from "../log/port.ts";
import { MemoryControlLog } from "../log/testing/control.ts";
import { DEFAULT_THRESHOLDS, type ThresholdValues, valuesOf } from "../stream/thresholds.ts";
import { Refused } from "../web/refused.ts";
import { follow } from "./follow.ts";
import { ThresholdsRegistry } from "./thresholds.ts";

const NOW_MS = 1_764_000_000_000;
const SHIPPED = valuesOf(DEFAULT_THRESHOLDS);
const walkingFrom = (walkingMs2: number): ThresholdValues => ({ ...SHIPPED, walkingMs2 });
const change = (values: ThresholdValues | null, deviceId: string | null = null) => ({
  deviceId,
  values,
  message: "try",
});
const load = async (log: MemoryControlLog) =>
  (await follow(log, new ThresholdsRegistry(log, () => NOW_MS)))[0];
const isRefused = (pointer: string) => (error: unknown) =>
  error instanceof Refused && error.pointer === pointer;

Deno.test("before any change the program's own values are in force, as version 1", async () => {
  const thresholds = await load(new MemoryControlLog());
  assert.deepEqual(thresholds.current(), { version: 1, values: SHIPPED, overrides: [] });
  assert.deepEqual(thresholds.of("phone-1"), DEFAULT_THRESHOLDS);
  const [first, ...rest] = thresholds.history(10);
  assert.deepEqual([first.version, first.by, first.atMs, rest.length], [1, "Activity Tracker", null, 0]);
});

Deno.test("save() makes the next version, which decides at once and is in the history", async () => {
  const thresholds = await load(new MemoryControlLog());
  const state = await thresholds.save(change(walkingFrom(1.5)), 1, "anna");
  assert.deepEqual(state, { version: 2, values: walkingFrom(1.5), overrides: [] });
  assert.deepEqual(thresholds.of("phone-1"), { ...walkingFrom(1.5), version: 2 });
  assert.deepEqual(thresholds.history(1), [{
    version: 2,
    deviceId: null,
    values: walkingFrom(1.5),
    message: "try",
    atMs: NOW_MS,
    by: "anna",
    restoredFrom: null,
  }]);
});

Deno.test("a result's version is the one in which the values that decided were set", async () => {
  const thresholds = await load(new MemoryControlLog());
  await thresholds.save(change(walkingFrom(1.5)), 1, "anna");
  await thresholds.save(change(walkingFrom(2.5), "brisk"), 2, "anna");
  await thresholds.save(change(walkingFrom(1.6)), 3, "anna");
  await thresholds.save(change(walkingFrom(3), "other"), 4, "anna");
  for (const device of ["brisk", "other", "phone-1"]) {
    const { version, ...values } = thresholds.of(device);
    assert.deepEqual(thresholds.history(10).find((entry) => entry.version === version)?.values, values);
  }
  assert.deepEqual(["brisk", "other", "phone-1"].map((device) => thresholds.of(device).version), [3, 5, 4]);
  const { version, overrides } = await thresholds.save(change(null, "brisk"), 5, "anna");
  assert.deepEqual([version, overrides.map(({ deviceId }) => deviceId)], [6, ["other"]]);
  assert.equal(thresholds.of("brisk").version, 4);
});

Deno.test("of two who change the same version the second gets a conflict, on whichever process", async () => {
  const log = new MemoryControlLog();
  const [one, other] = [await load(log), await load(log)];
  const results = await Promise.allSettled([
    one.save(change(walkingFrom(1.5)), 1, "anna"),
    other.save(change(walkingFrom(1.6)), 1, "ben"),
  ]);
  assert.deepEqual(results.map(({ status }) => status), ["fulfilled", "rejected"]);
  assert.ok((results[1] as PromiseRejectedResult).reason instanceof Conflict);
  for (const process of [one, other]) assert.deepEqual(process.current().values, walkingFrom(1.5));
  await assert.rejects(one.save(change(walkingFrom(1.7)), 1, "anna"), Conflict);
  await assert.rejects(one.save(change(walkingFrom(1.7)), 7, "anna"), Conflict);
  assert.equal(log.events.length, 1);
});

Deno.test("a process that starts later has the same state and history", async () => {
  const log = new MemoryControlLog();
  const thresholds = await load(log);
  await thresholds.save(change(walkingFrom(1.5)), 1, "anna");
  await thresholds.save(change(walkingFrom(2.5), "brisk"), 2, "anna");
  await thresholds.save({ ...change(SHIPPED), restoredFrom: 1 }, 3, "anna");
  const later = await load(log);
  assert.deepEqual(later.current(), thresholds.current());
  assert.deepEqual(later.history(10), thresholds.history(10));
  assert.deepEqual(later.of("brisk"), thresholds.of("brisk"));
});

Deno.test("history() is paged from the newest on", async () => {
  const thresholds = await load(new MemoryControlLog());
  for (let version = 1; version <= 4; version++) {
    await thresholds.save(change(walkingFrom(1 + version / 10)), version, "anna");
  }
  const versions = (limit: number, before?: number) =>
    thresholds.history(limit, before).map(({ version }) => version);
  assert.deepEqual([versions(2), versions(2, 4), versions(2, 2), versions(2, 1)], [[5, 4], [3, 2], [1], []]);
});

Deno.test("a change that does not fit what is there is refused with the field", async () => {
  const log = new MemoryControlLog();
  const thresholds = await load(log);
  await assert.rejects(thresholds.save(change(null), 1, "anna"), isRefused("/values"));
  await assert.rejects(thresholds.save(change(null, "brisk"), 1, "anna"), isRefused("/deviceId"));
  const restore = (restoredFrom: number) =>
    thresholds.save({ ...change(walkingFrom(1.5)), restoredFrom }, 1, "anna");
  await assert.rejects(restore(1), isRefused("/restoredFrom"));
  await assert.rejects(restore(9), isRefused("/restoredFrom"));
  assert.equal(log.events.length, 0);
});

Deno.test("a thousand devices may have values of their own, one of them other ones, but no more", async () => {
  const values = walkingFrom(1.5);
  const events = Array.from({ length: 1000 }, (_, i) => ({
    entity: "thresholds",
    version: i + 1,
    type: "thresholds.changed",
    atMs: NOW_MS,
    by: "anna",
    data: { deviceId: `phone-${i}`, values, message: "", restoredFrom: null },
  }));
  const thresholds = await load(new MemoryControlLog(events));
  await assert.rejects(thresholds.save(change(values, "one-more"), 1001, "anna"), isRefused("/deviceId"));
  const state = await thresholds.save(change(walkingFrom(1.6), "phone-0"), 1001, "anna");
  assert.equal(state.overrides.length, 1000);
});

Deno.test("an event without thresholds is an error, not a change that is passed over", async () => {
  for (
    const data of [{}, { ...change(walkingFrom(99)), restoredFrom: null }, {
      ...change(null),
      restoredFrom: null,
    }]
  ) {
    const event = { entity: "thresholds", version: 1, type: "thresholds.changed", atMs: 0, by: "x", data };
    await assert.rejects(
      load(new MemoryControlLog([event])),
      /event thresholds.changed of thresholds, version 1/,
    );
  }
});
