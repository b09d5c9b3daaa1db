import assert from "node:assert/strict";
import { batchOf } from "../log/testing/batches.ts";
import { newIngestCounters } from "./counters.ts";
import { DeviceHealths, type Judge } from "./device_health.ts";
import { createIngest } from "./http/service.ts";
import { DEFAULT_INGEST } from "./settings.ts";
import { newTally, type Tally } from "./tally.ts";

const NOW_MS = 1_764_000_000_000;
const judge: Judge = (meanVector) => ({ included: meanVector > 4, unit: "ms2" });

/** A second of readings, 20 ms apart unless told otherwise, received right after the last. */
function second(startMs: number, { id = "1", stepMs = 20, jitterMs = 0, z = 9.8, more = {} } = {}) {
  const count = Math.round(1000 / stepMs);
  return batchOf("phone-1", id, {
    count,
    tMs: Float64Array.from(
      { length: count },
      (_, i) => startMs + i * stepMs + (i % 2 ? jitterMs : -jitterMs),
    ),
    xyz: Float64Array.from({ length: 3 * count }, (_, i) => i % 3 === 2 ? z : 0.1),
    receivedAtMs: startMs + 1000,
    ...more,
  });
}

const tallyOf = (more: Partial<Tally> = {}): Tally => ({ ...newTally(), ...more });

Deno.test("a steady phone's rate, interval, jitter and lag are what they are", () => {
  const healths = new DeviceHealths(judge);
  for (let s = 0; s < 90; s++) healths.took(second(NOW_MS + s * 1000), tallyOf(), {});
  const health = healths.of("phone-1", NOW_MS + 90_000)!;
  assert.ok(Math.abs(health.readingsPerS! - 50) < 1, String(health.readingsPerS));
  assert.deepEqual([health.intervalMs, health.jitterMs, health.lagMs], [20, 0, 20]);
  assert.equal(health.messages, 90);
  assert.equal(health.lastSeenAt, NOW_MS + 90_000);
  for (let s = 90; s < 150; s++) healths.took(second(NOW_MS + s * 1000, { jitterMs: 3 }), tallyOf(), {});
  const shaky = healths.of("phone-1", NOW_MS + 150_000)!;
  assert.ok(Math.abs(shaky.jitterMs! - 6) < 0.2, String(shaky.jitterMs));
  assert.equal(healths.of("phone-2", NOW_MS), null);
});

Deno.test("the rate is unknown at first, right soon after a silence, and none once the phone is silent", () => {
  const healths = new DeviceHealths(judge);
  healths.took(second(NOW_MS), tallyOf(), {});
  assert.equal(healths.of("phone-1", NOW_MS + 1000)!.readingsPerS, null);
  const againMs = NOW_MS + 45_000;
  for (let s = 0; s < 12; s++) healths.took(second(againMs + s * 1000), tallyOf(), {});
  const rate = healths.of("phone-1", againMs + 12_000)!.readingsPerS!;
  assert.ok(rate > 45 && rate < 60, String(rate));
  assert.equal(healths.of("phone-1", againMs + 200_000)!.readingsPerS, 0);
});

Deno.test("a clock that is ahead shows as a negative lag", () => {
  const healths = new DeviceHealths(judge);
  healths.took(second(NOW_MS, { more: { receivedAtMs: NOW_MS - 180_000 } }), tallyOf(), {});
  assert.equal(healths.of("phone-1", NOW_MS)!.lagMs, -180_980);
});

Deno.test("numbers that did not come are counted per session, ids that are no counter are not", () => {
  const healths = new DeviceHealths(judge);
  const take = (id: string, sessionId = "run-1") =>
    healths.took(second(NOW_MS, { id, more: { sessionId } }), tallyOf(), {});
  const missing = () => healths.of("phone-1", NOW_MS)!.missing;
  for (const id of ["7", "9", "8", "12"]) take(id);
  assert.equal(missing(), 2);
  healths.repeated(take("9"));
  assert.equal(missing(), 2);
  assert.deepEqual([healths.of("phone-1", NOW_MS)!.duplicates, healths.of("phone-1", NOW_MS)!.messages], [
    1,
    4,
  ]);
  take("1", "run-2");
  assert.equal(missing(), 0);
  take("b7e1", "run-2");
  assert.equal(missing(), null);
  take("1764000000000", "run-3");
  take("1764000001000", "run-3");
  assert.equal(missing(), null);
});

Deno.test("readings are judged once five seconds have come, and again when they change", () => {
  const healths = new DeviceHealths(judge);
  for (let s = 0; s < 5; s++) healths.took(second(NOW_MS + s * 1000), tallyOf(), {});
  assert.equal(healths.of("phone-1", NOW_MS)!.measured, null);
  healths.took(second(NOW_MS + 5000), tallyOf(), {});
  assert.deepEqual(healths.of("phone-1", NOW_MS)!.measured, { included: true, unit: "ms2" });
  for (let s = 6; s < 17; s++) healths.took(second(NOW_MS + s * 1000, { z: 0.2 }), tallyOf(), {});
  assert.deepEqual(healths.of("phone-1", NOW_MS)!.measured, { included: false, unit: "ms2" });
});

Deno.test("memory is bounded: of more devices those go that have been silent longest", () => {
  const healths = new DeviceHealths(judge, 3);
  const take = (deviceId: string) => healths.took(batchOf(deviceId, "1"), tallyOf(), {});
  for (const deviceId of ["a", "b", "c", "d"]) take(deviceId);
  take("b");
  take("e");
  assert.deepEqual([...healths.deviceIds()].sort(), ["b", "d", "e"]);
  for (let i = 0; i < 300; i++) {
    const agent = `agent ${i}`;
    healths.refused({
      status: 401,
      reason: "r",
      keyDevice: undefined,
      body: undefined,
      agent,
      nowMs: NOW_MS,
    });
  }
  assert.equal(healths.strangers().length, 100);
  assert.equal(healths.strangers()[0].agent, "agent 299");
});

/** Posts through the real handler. */
function setup() {
  const health = new DeviceHealths(judge);
  const ingest = createIngest({
    sink: { append: ({ messageId }) => Promise.resolve({ duplicate: messageId === "again" }) },
    keys: { owner: (key) => key === "at_d" ? { deviceId: "d", revoked: false } : null },
    settings: { ...DEFAULT_INGEST, openIngest: true },
    now: () => NOW_MS,
    counters: newIngestCounters(),
    health,
  });
  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const init = { method: "POST", body: text, headers: { "user-agent": "probe/1", ...headers } };
    return (await ingest.post(new Request("http://localhost/sensor-data", init))).status;
  };
  return { post, health, [Symbol.dispose]: () => ingest.close() };
}

const message = (values: unknown, more = {}) => ({
  messageId: "1",
  sessionId: "s",
  deviceId: "d",
  sensorReadings: [
    { name: "accelerometer", timestamp: NOW_MS - 20, values: [0, 0, 9.8] },
    { name: "accelerometer", timestamp: NOW_MS, values },
  ],
  ...more,
});

Deno.test("the last refused reading is told with its reason and the offending part, cut", async () => {
  using it = setup();
  assert.equal(await it.post(message([1, "two", 3])), 200);
  const { refused, rejected, messages } = it.health.of("d", NOW_MS)!;
  assert.deepEqual([refused!.status, rejected, messages], [200, 1, 1]);
  assert.match(refused!.reason, /y is "two": expected three finite numbers/);
  assert.equal(
    refused!.excerpt,
    `{"name":"accelerometer","timestamp":${NOW_MS},"values":[1,"two",3]}`,
  );
  await it.post(message("x".repeat(5000)));
  assert.equal(it.health.of("d", NOW_MS)!.refused!.excerpt.length, 201);
});

Deno.test("a message that the log has already is a duplicate, not a message more", async () => {
  using it = setup();
  assert.equal(await it.post(message([1, 2, 3], { messageId: "again" })), 200);
  const { messages, duplicates } = it.health.of("d", NOW_MS)!;
  assert.deepEqual([messages, duplicates], [0, 1]);
});

Deno.test("a broken body is told of the key's device, else of whom it names, else among strangers", async () => {
  using it = setup();
  assert.equal(await it.post("{broken", { "x-api-key": "at_d" }), 400);
  assert.match(it.health.of("d", NOW_MS)!.refused!.reason, /not JSON/);
  assert.equal(it.health.of("d", NOW_MS)!.refused!.excerpt, "{broken");
  assert.equal(it.health.of("d", NOW_MS)!.lastSeenAt, null);
  assert.equal(await it.post('{"deviceId": "d", nonsense'), 400);
  assert.equal(it.health.of("d", NOW_MS)!.refused!.excerpt, '{"deviceId": "d", nonsense');
  assert.deepEqual(it.health.strangers(), []);
  assert.equal(await it.post('{"deviceId":"new", nonsense'), 400);
  assert.equal(await it.post('{"deviceId":"new", nonsense'), 400);
  assert.equal(await it.post(message([1, 2, 3]), { "x-api-key": "at_nobody" }), 401);
  assert.deepEqual(
    it.health.strangers().map(({ deviceId, agent, status, count }) => [deviceId, agent, status, count]),
    [[null, "probe/1", 401, 1], ["new", "probe/1", 400, 2]],
  );
  assert.deepEqual([...it.health.deviceIds()], ["d"]);
});

Deno.test("an app's connection test without readings makes no device", async () => {
  using it = setup();
  assert.equal(await it.post({ sensorReadings: [] }), 200);
  assert.deepEqual([...it.health.deviceIds()], []);
});
