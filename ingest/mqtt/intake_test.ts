import assert from "node:assert/strict";
import fc from "fast-check";
import type { ReadingBatch } from "../../log/records.ts";
import { TooLarge } from "../../log/too_large.ts";
import { Unavailable } from "../../log/unavailable.ts";
import { newIngestCounters } from "../counters.ts";
import { DeviceHealths } from "../device_health.ts";
import { DEFAULT_INGEST } from "../settings.ts";
import { Intake } from "./intake.ts";

const NOW_MS = 1_767_225_600_000;
const reading = { name: "accelerometer", time: NOW_MS * 1e6, values: { x: 1, y: 2, z: 3 } };
const message = (more = {}) => ({ messageId: 1, sessionId: "s", deviceId: "d", payload: [reading], ...more });
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function setup() {
  const stored: Pick<ReadingBatch, "deviceId" | "source" | "gravity" | "count" | "messageId">[] = [];
  const faults: Error[] = [];
  const slept: number[] = [];
  const heard: unknown[] = [];
  const counters = newIngestCounters();
  const health = new DeviceHealths(() => ({ included: true, unit: "ms2" }));
  let wake = Promise.withResolvers<void>();
  const intake = new Intake({
    sink: {
      append({ deviceId, source, gravity, count, messageId }) {
        const fault = faults.shift();
        if (fault) return Promise.reject(fault);
        stored.push({ deviceId, source, gravity, count, messageId });
        return Promise.resolve({ duplicate: stored.length > 1 && messageId === stored[0].messageId });
      },
    },
    settings: DEFAULT_INGEST,
    counters,
    health,
    labels: { hear: (...said) => void heard.push(said) },
    now: () => NOW_MS,
    sleep: (ms) => {
      slept.push(ms);
      return wake.promise;
    },
  });
  const wakeUp = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  return { intake, stored, faults, slept, wakeUp, heard, counters, health };
}

Deno.test("a message in Sensor Logger's shape is stored as it would be when posted, from MQTT", async () => {
  const { intake, stored, counters } = setup();
  assert.equal(await intake.take("sensor-logger", bytes(message())), "stored");
  assert.deepEqual(stored, [{ deviceId: "d", source: "mqtt", gravity: "removed", count: 1, messageId: "1" }]);
  assert.equal(counters.accepted, 1);
  assert.equal(await intake.take("sensor-logger", bytes(message())), "stored");
  assert.deepEqual([counters.accepted, counters.duplicate, counters.duplicateMessages], [1, 1, 1]);
});

Deno.test("a message in the seed's shape is stored too; the topic's last level is the device of one that names none", async () => {
  const { intake, stored } = setup();
  const seed = {
    messageId: "m",
    sessionId: "s",
    sensorReadings: [{ name: "accelerometer", timestamp: NOW_MS, values: [0, 0, 9.8] }],
  };
  await intake.take("phones/phone-7", bytes(seed));
  await intake.take("phones/phone-7", bytes({ ...seed, deviceId: "own" }));
  assert.deepEqual(stored.map(({ deviceId, gravity }) => [deviceId, gravity]), [
    ["phone-7", "unknown"],
    ["own", "unknown"],
  ]);
});

Deno.test("events of SensorSpot that come together are stored as one message, and settled then", async () => {
  const { intake, stored, slept, wakeUp } = setup();
  const event = (n: number) =>
    bytes({ type: "android.sensor.accelerometer", timestamp: 1e15 + n * 2e7, values: [0, 0, 9.8] });
  let settled = 0;
  const fates = [0, 1, 2].map((n) => intake.take("sensor-logger/phone-1", event(n)).finally(() => settled++));
  await Promise.resolve();
  assert.deepEqual([settled, slept], [0, [50]]);
  wakeUp();
  assert.deepEqual(await Promise.all(fates), ["stored", "stored", "stored"]);
  assert.deepEqual(stored.map(({ deviceId, count, gravity }) => [deviceId, count, gravity]), [
    ["phone-1", 3, "included"],
  ]);
});

Deno.test("five hundred events do not wait for more", async () => {
  const { intake, stored } = setup();
  const event = (n: number) =>
    bytes({ type: "android.sensor.accelerometer", timestamp: 1e15 + n * 2e7, values: [0, 0, 9.8] });
  await Promise.all(Array.from({ length: 500 }, (_, n) => intake.take("p", event(n))));
  assert.deepEqual(stored.map(({ count }) => count), [500]);
});

Deno.test("while the log takes nothing messages wait, in order, and are tried again", async () => {
  const { intake, stored, faults, slept, wakeUp, counters, health } = setup();
  faults.push(new Unavailable("the disk is full", 7));
  const fate = intake.take("t", bytes(message()));
  for (let turn = 0; turn < 10 && slept.length === 0; turn++) await Promise.resolve();
  assert.deepEqual([stored, slept], [[], [7000]]);
  // One that comes meanwhile uses the same columns, and must not overtake it.
  const next = intake.take("t", bytes(message({ messageId: 2, deviceId: "e" })));
  wakeUp();
  assert.deepEqual(await Promise.all([fate, next]), ["stored", "stored"]);
  assert.deepEqual(stored.map(({ deviceId }) => deviceId), ["d", "e"]);
  assert.deepEqual([counters.accepted, counters.unavailable], [2, 1]);
  assert.equal(health.of("d", NOW_MS)!.messages, 1);
});

Deno.test("what can never be used is refused, counted, and shown with the reason where refused requests are", async () => {
  const { intake, stored, faults, counters, health } = setup();
  const wrong: [Uint8Array, RegExp][] = [
    [new TextEncoder().encode("hello"), /not JSON/],
    [Uint8Array.of(0xff, 0xfe), /not JSON in UTF-8/],
    [bytes({ temperature: 20 }), /neither sensorReadings nor payload/],
    [bytes(message({ sessionId: null })), /sessionId is null/],
    [new Uint8Array(DEFAULT_INGEST.maxInflatedBytes + 1), /bytes: expected at most/],
  ];
  for (const [payload, reason] of wrong) {
    assert.equal(await intake.take("garden/thermometer", payload), "refused");
    assert.match(intake.lastRefusal!, reason);
    assert.match(health.strangers()[0].reason, reason);
    assert.equal(health.strangers()[0].agent, "MQTT garden/thermometer");
  }
  faults.push(new TooLarge("raise max.message.bytes"));
  assert.equal(await intake.take("t", bytes(message())), "refused");
  assert.deepEqual([stored.length, counters.badRequests, counters.tooLarge], [0, 4, 2]);
  assert.equal(
    await intake.take("t", bytes(message({ payload: [{ ...reading, values: null }] }))),
    "refused",
  );
  assert.equal(counters.rejected, 1);
});

Deno.test("the app's test message without readings is fine", async () => {
  const { intake, stored } = setup();
  assert.equal(await intake.take("sensor-logger", bytes({ payload: [] })), "stored");
  assert.deepEqual(stored, []);
});

Deno.test("what the phone says of its activity is heard once, however often the message is tried", async () => {
  const { intake, faults, heard, slept, wakeUp } = setup();
  faults.push(new Unavailable("", 1));
  const payload = [reading, { name: "activity", time: NOW_MS * 1e6, values: { activity: "walking" } }];
  const fate = intake.take("t", bytes(message({ payload })));
  for (let turn = 0; turn < 10 && slept.length === 0; turn++) await Promise.resolve();
  wakeUp();
  await fate;
  assert.deepEqual(heard, [["d", "s", payload]]);
});

Deno.test("a fault of the program is not taken for a bad message", async () => {
  const { intake, faults } = setup();
  faults.push(new RangeError("fault"));
  await assert.rejects(intake.take("t", bytes(message())), /fault/);
});

Deno.test("whatever is published, it is stored or refused with a reason", async () => {
  const { intake } = setup();
  const near = fc.record({ messageId: fc.jsonValue(), sessionId: fc.jsonValue(), payload: fc.jsonValue() });
  const payloads = fc.oneof(
    fc.oneof(near, fc.jsonValue()).map(bytes),
    fc.uint8Array({ maxLength: 40 }).map((array) => new Uint8Array(array)),
  );
  await fc.assert(fc.asyncProperty(fc.string(), payloads, async (topic, payload) => {
    intake.lastRefusal = null;
    const fate = await intake.take(topic, payload);
    assert.equal(fate === "refused", intake.lastRefusal !== null);
  }));
});
