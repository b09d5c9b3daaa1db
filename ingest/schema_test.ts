import assert from "node:assert/strict";
import fc from "fast-check";
import { MessageReader, UnusableMessage } from "./message.ts";
import { envelope, seedReading, sensorLoggerReading } from "./schema.ts";
import { MOTION_RANKS, NO_MOTION, sensorRank } from "./sensors.ts";
import { DEFAULT_INGEST } from "./settings.ts";

const NOW_MS = 1_764_000_000_000;
const RUNS = 2000;

/** A value that is right most of the time, else any JSON. */
const mostly = <T>(...right: fc.Arbitrary<T>[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 40, arbitrary: fc.oneof(...right) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    { weight: 1, arbitrary: fc.constantFrom(null, Infinity, -0, 401, "1", "", 1e300) },
  );
/** An object that lacks a field now and then. */
const record = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.oneof({ weight: 20, arbitrary: fc.record(fields) }, {
    weight: 1,
    arbitrary: fc.record(fields, { requiredKeys: [] }),
  });

const DAY_MS = 86_400_000;
/** So few different times that readings share them. */
const nearMs = fc.integer({ min: NOW_MS - 3, max: NOW_MS });
const time = mostly<unknown>(
  nearMs,
  nearMs.map((ms) => ms / 1000),
  nearMs.map((ms) => ms * 1000),
  nearMs.map((ms) => ms * 1e6),
  nearMs.map((ms) => String(ms * 1e6)),
  nearMs.map((ms) => new Date(ms).toISOString()),
  fc.integer({ min: NOW_MS - 9 * DAY_MS, max: NOW_MS + 600_000 }),
  fc.constantFrom(NOW_MS - 7 * DAY_MS, NOW_MS - 7 * DAY_MS - 1, NOW_MS + 300_000, NOW_MS + 300_001),
  fc.constantFrom("2025-13-24T12:00:00Z", "2025-11-24", "soon", -1, 0, 1e11, 1e14, 1e17),
);
const sensor = mostly(
  fc.constantFrom("accelerometer", "Accelerometer", "linear_acceleration", "totalacceleration"),
  fc.constantFrom("gyroscope", "accelerometeruncalibrated", "gravity"),
  fc.constant("accelerometer"),
  fc.constant("accelerometer"),
);
const axis = mostly(fc.double({ min: -399, max: 401, noNaN: true }), fc.constantFrom(-400, 400));
const readings = (time: string, values: fc.Arbitrary<unknown>, times: fc.Arbitrary<unknown>) =>
  mostly(fc.array(mostly(record({ name: sensor, [time]: times, values })), { maxLength: 12, size: "max" }));
const triple = fc.tuple(axis, axis, axis);
const axes = mostly<unknown>(triple, triple, triple, fc.array(axis, { maxLength: 4 }));
// One id in five is odd, so about half of the messages are refused.
const oddId = fc.constantFrom(" a", "a\n", "x".repeat(129), "\ud800", 2 ** 53);
const id = mostly<unknown>(
  fc.uuid(),
  fc.nat(),
  fc.constantFrom("a b", "é😀", "x".repeat(128)),
  fc.nat(),
  oddId,
);
const ids = { messageId: id, sessionId: id, deviceId: id };

const message = mostly<unknown>(
  record({ ...ids, sensorReadings: readings("timestamp", axes, time) }),
  record({ ...ids, payload: readings("time", mostly(record({ x: axis, y: axis, z: axis })), time) }),
  record({
    ...ids,
    payload: readings("time", axes, time),
    sensorReadings: readings("timestamp", axes, time),
  }),
);

/** What the schema says becomes of a message: null when it is refused as a whole. */
function bySchema(message: unknown) {
  if (!envelope.safeParse(message).success) return null;
  const fields = message as { sensorReadings?: unknown[]; payload: unknown[] };
  const list = fields.sensorReadings ?? fields.payload;
  const judged = list.map((raw) => {
    const { name } = (raw ?? {}) as { name?: unknown };
    return { rank: typeof name === "string" ? sensorRank(name) : undefined, reading: usable(raw, fields) };
  });
  let rejected = judged.filter(({ rank }) => rank === undefined).length;
  let ignored = judged.length - rejected;
  let good: Reading[] = [];
  for (let rank = 0; rank < MOTION_RANKS && good.length === 0; rank++) {
    const ofSensor = judged.filter((reading) => reading.rank === rank);
    good = ofSensor.flatMap(({ reading }) => reading ?? []);
    rejected += ofSensor.length - good.length;
    ignored -= ofSensor.length;
  }
  const taken = good.filter(({ tMs }, i) => good.findIndex((other) => other.tMs === tMs) === i);
  return {
    accepted: taken.length,
    duplicate: good.length - taken.length,
    rejected,
    ignored,
    tMs: taken.map(({ tMs }) => tMs),
    xyz: taken.flatMap(({ xyz }) => xyz),
  };
}

interface Reading {
  tMs: number;
  xyz: number[];
}

function usable(raw: unknown, { sensorReadings }: { sensorReadings?: unknown }): Reading | null {
  const reading = sensorReadings === undefined ? bySensorLogger(raw) : bySeed(raw);
  if (reading === null) return null;
  const { maxPastMs, maxFutureMs } = DEFAULT_INGEST;
  return reading.tMs >= NOW_MS - maxPastMs && reading.tMs <= NOW_MS + maxFutureMs ? reading : null;
}

function bySeed(raw: unknown): Reading | null {
  const { data } = seedReading.safeParse(raw);
  return data === undefined ? null : { tMs: data.timestamp, xyz: data.values };
}

function bySensorLogger(raw: unknown): Reading | null {
  const { data } = sensorLoggerReading.safeParse(raw);
  return data === undefined ? null : { tMs: data.time, xyz: [data.values.x, data.values.y, data.values.z] };
}

const reader = new MessageReader(DEFAULT_INGEST);

function byReader(message: unknown) {
  try {
    const { accepted, duplicate, rejected, ignored } = reader.read(message, NOW_MS);
    const { tMs, xyz } = reader.batch;
    return {
      accepted,
      duplicate,
      rejected,
      ignored,
      tMs: [...tMs.subarray(0, accepted)],
      xyz: [...xyz.subarray(0, 3 * accepted)],
    };
  } catch (error) {
    assert.ok(error instanceof UnusableMessage);
    return null;
  }
}

Deno.test("the hand-written reader and the schema agree on every message", () => {
  const seen = { refused: 0, accepted: 0, rejected: 0, duplicate: 0, ignored: 0 };
  fc.assert(
    fc.property(message, (message) => {
      const expected = bySchema(message);
      assert.deepEqual(byReader(message), expected);
      if (expected === null) seen.refused++;
      else {for (const key of ["accepted", "rejected", "duplicate", "ignored"] as const) {
          seen[key] += expected[key];
        }}
    }),
    { numRuns: RUNS },
  );
  // A generator that only made rubbish, or only good messages, would prove nothing.
  for (const [what, times] of Object.entries(seen)) assert.ok(times > RUNS / 50, `${what}: ${times}`);
});

Deno.test("the schema ranks sensors like the reader: another sensor's reading is neither accepted nor rejected", () => {
  assert.equal(sensorRank("gyroscope"), NO_MOTION);
  const reading = { name: "gyroscope", timestamp: "soon", values: null };
  const message = { messageId: 1, sessionId: "s", deviceId: "d", sensorReadings: [reading] };
  assert.equal(byReader(message)?.ignored, 1);
  assert.deepEqual(byReader(message), bySchema(message));
});
