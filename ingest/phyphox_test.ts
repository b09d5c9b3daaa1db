import assert from "node:assert/strict";
import fc from "fast-check";
import { MessageReader, UnusableMessage } from "./message.ts";
import { fromPhyphox } from "./phyphox.ts";
import { DEFAULT_INGEST } from "./settings.ts";

const START_S = 1_700_000_000;
const started = { now: START_S + 10, events: [{ event: "START", experimentTime: 0, systemTime: START_S }] };
const post = (more = {}) => ({
  acc_time: [0.02, 0.04],
  accX: [0.1, 0.2],
  accY: [0.3, 0.4],
  accZ: [9.8, 9.7],
  time: started,
  ...more,
});

Deno.test("a post becomes readings at the moments they were made, in one session a measurement", () => {
  const { sessionId, messageId, sensorReadings } = fromPhyphox(post());
  assert.equal(sessionId, "phyphox-1700000000000");
  assert.equal(messageId, "0.02-2");
  assert.deepEqual(sensorReadings.map(({ timestamp }) => Math.round(timestamp)), [
    1_700_000_000_020,
    1_700_000_000_040,
  ]);
  assert.deepEqual(sensorReadings[1].values, [0.2, 0.4, 9.7]);
});

Deno.test("after a pause readings lie where the clock was, in the same session", () => {
  const time = {
    now: START_S + 100,
    events: [
      { event: "START", experimentTime: 0, systemTime: START_S },
      { event: "PAUSE", experimentTime: 5, systemTime: START_S + 5 },
      { event: "START", experimentTime: 5, systemTime: START_S + 65 },
    ],
  };
  const { sessionId, sensorReadings } = fromPhyphox(post({ acc_time: [4.9, 5.1], time }));
  assert.equal(sessionId, "phyphox-1700000000000");
  assert.deepEqual(sensorReadings.map(({ timestamp }) => Math.round(timestamp)), [
    1_700_000_004_900,
    1_700_000_065_100,
  ]);
});

Deno.test("a reader takes it like any message, gravity included, and refuses only the reading with a null", () => {
  const reader = new MessageReader(DEFAULT_INGEST);
  const message = fromPhyphox(post({ accY: [0.3, null] }));
  const tally = reader.read(message, (START_S + 1) * 1000, "phone-1");
  assert.deepEqual([tally.accepted, tally.rejected], [1, 1]);
  assert.equal(tally.errors[0].code, "bad_values");
  assert.equal(reader.batch.deviceId, "phone-1");
  assert.equal(reader.batch.gravity, "included");
});

Deno.test("a post before the first reading holds none", () => {
  const empty = { acc_time: [], accX: [], accY: [], accZ: [], time: { now: START_S, events: [] } };
  assert.deepEqual(fromPhyphox(empty).sensorReadings, []);
});

Deno.test("what cannot be placed or read is refused with what to do", () => {
  const wrong: [unknown, RegExp][] = [
    [null, /the post is no object: expected what the experiment file/],
    [[], /is no object/],
    [{}, /has no acc_time/],
    [post({ accZ: 9.8 }), /has a accZ that is no list/],
    [post({ time: undefined }), /does not say when it was recorded/],
    [post({ time: { now: 1, events: [] } }), /was never started/],
    [post({ time: { events: [{ event: "START", experimentTime: 0 }] } }), /START without its two times/],
    [post({ time: { events: [null] } }), /was never started/],
  ];
  for (const [body, expected] of wrong) {
    assert.throws(() => fromPhyphox(body), (error) => {
      assert(error instanceof UnusableMessage);
      assert.match(error.message, expected);
      return true;
    });
  }
});

Deno.test("whatever JSON is posted is either refused as unusable or read", () => {
  const reader = new MessageReader(DEFAULT_INGEST);
  const number = fc.option(fc.double({ noNaN: true }));
  const list = fc.oneof(fc.array(number, { maxLength: 5 }), fc.jsonValue());
  const bodies = fc.record({
    acc_time: list,
    accX: list,
    accY: list,
    accZ: list,
    time: fc.oneof(fc.constant(started), fc.jsonValue()),
  }, { requiredKeys: [] });
  fc.assert(fc.property(fc.oneof(bodies, fc.jsonValue()), (body) => {
    try {
      const { accepted, rejected, duplicate, ignored } = reader.read(
        fromPhyphox(body),
        START_S * 1000,
        "phone",
      );
      const readings = (body as { acc_time: unknown[] }).acc_time.length;
      return accepted + rejected + duplicate + ignored === readings;
    } catch (error) {
      if (error instanceof UnusableMessage) return true;
      throw error;
    }
  }));
});
