import assert from "node:assert/strict";
import fc from "fast-check";
import { MessageReader } from "../message.ts";
import { DEFAULT_INGEST } from "../settings.ts";
import { isSensorSpot, type SensorSpotEvent, SensorSpotSessions } from "./sensor_spot.ts";

const NOW_MS = 1_767_225_600_000;
const BOOT_NS = 3_925_657_519_043_709;
const event = (
  afterMs: number,
  values: unknown[] = [0.3, -0.9, 10],
  type = "android.sensor.accelerometer",
) => ({
  type,
  timestamp: BOOT_NS + afterMs * 1e6,
  values,
});
const times = (message: { sensorReadings: { timestamp: number }[] }) =>
  message.sensorReadings.map(({ timestamp }) => Math.round(timestamp - NOW_MS));

Deno.test("the first event is of the moment it came, the others as far apart as the phone says", () => {
  const sessions = new SensorSpotSessions();
  const first = sessions.toMessage("phone-1", [event(0), event(20)], NOW_MS);
  assert.deepEqual(times(first), [0, 20]);
  const late = sessions.toMessage("phone-1", [event(40)], NOW_MS + 900);
  assert.deepEqual(times(late), [40]);
  assert.equal(late.sessionId, first.sessionId);
  assert.notEqual(late.messageId, first.messageId);
});

Deno.test("a reader takes it, gravity included, and ignores other sensors", () => {
  const reader = new MessageReader(DEFAULT_INGEST);
  const events = [event(0), event(5, [1, 2, 3], "android.sensor.gyroscope"), event(20)];
  const tally = reader.read(new SensorSpotSessions().toMessage("phone-1", events, NOW_MS), NOW_MS);
  assert.deepEqual([tally.accepted, tally.ignored, reader.batch.gravity], [2, 1, "included"]);
  const linear = [event(0, [0, 0, 0], "android.sensor.linear_acceleration")];
  reader.read(new SensorSpotSessions().toMessage("phone-1", linear, NOW_MS), NOW_MS);
  assert.equal(reader.batch.gravity, "removed");
  const raw = [event(0, [0, 0, 9.8, 0.1, 0.1, 0.1], "android.sensor.accelerometer_uncalibrated")];
  assert.equal(reader.read(new SensorSpotSessions().toMessage("phone-1", raw, NOW_MS), NOW_MS).accepted, 1);
});

Deno.test("after a pause, and when the phone was started anew, another session begins", () => {
  const sessions = new SensorSpotSessions();
  const ids = [
    sessions.toMessage("p", [event(0)], NOW_MS),
    sessions.toMessage("p", [event(31_000)], NOW_MS + 31_000),
    sessions.toMessage("p", [{ ...event(0), timestamp: 5e9 }], NOW_MS + 32_000),
  ].map(({ sessionId }) => sessionId);
  assert.equal(new Set(ids).size, 3);
});

Deno.test("times that count from 1970, as some phones' do, are kept", () => {
  const epoch = { ...event(0), timestamp: (NOW_MS - 250) * 1e6 };
  assert.deepEqual(times(new SensorSpotSessions().toMessage("p", [epoch], NOW_MS)), [-250]);
});

Deno.test("two phones do not share a session's clock", () => {
  const sessions = new SensorSpotSessions();
  sessions.toMessage("p", [event(0)], NOW_MS);
  assert.deepEqual(times(sessions.toMessage("q", [{ ...event(0), timestamp: 7e9 }], NOW_MS)), [0]);
});

Deno.test("only what has type, values and a time is SensorSpot's", () => {
  assert.ok(isSensorSpot(event(0)));
  const gps = { type: "android.gps", longitude: 155.9, time: NOW_MS };
  for (const other of [gps, null, 7, [], { payload: [] }, { ...event(0), type: "x" }]) {
    assert.equal(isSensorSpot(other), false);
  }
});

Deno.test("whatever events come, each reading is judged and none throws", () => {
  const reader = new MessageReader(DEFAULT_INGEST);
  const any = fc.record({
    type: fc.constantFrom("android.sensor.accelerometer", "android.sensor.light", "android.x"),
    values: fc.array(fc.jsonValue(), { maxLength: 7 }),
    timestamp: fc.double({ noNaN: true, noDefaultInfinity: true }),
  });
  fc.assert(fc.property(fc.array(any, { minLength: 1, maxLength: 8 }), (events) => {
    assert.ok(events.every(isSensorSpot));
    const message = new SensorSpotSessions().toMessage("p", events as SensorSpotEvent[], NOW_MS);
    const { accepted, rejected, ignored, duplicate } = reader.read(message, NOW_MS);
    return accepted + rejected + ignored + duplicate === events.length;
  }));
});
