import assert from "node:assert/strict";
import fc from "fast-check";
import type { Gravity, ReadingBatch, Source } from "./records.ts";
import { batchOf } from "./testing/batches.ts";
import { decodeRaw, encodeRaw, newScratch } from "./raw_json.ts";

const id = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter((text) =>
  !/\p{Cc}/u.test(text)
);
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 0, Number.MAX_VALUE, Number.MIN_VALUE),
);
const batch: fc.Arbitrary<ReadingBatch> = fc.record({
  deviceId: id,
  sessionId: id,
  messageId: id,
  receivedAtMs: fc.maxSafeNat(),
  source: fc.constantFrom<Source>("seed", "sensor-logger", "phyphox", "phone", "replay", "mqtt"),
  gravity: fc.constantFrom<Gravity>("included", "removed", "unknown"),
  readings: fc.array(fc.tuple(number, number, number, number), { maxLength: 400 }),
}).map(({ readings, ...head }) => ({
  ...head,
  count: readings.length,
  tMs: Float64Array.from(readings, ([t]) => t),
  xyz: Float64Array.from(readings.flatMap(([, ...axes]) => axes)),
}));

const encoder = new TextEncoder();
const decode = (text: string) => decodeRaw(encoder.encode(text), newScratch());

Deno.test("what is read is what was written, to the last digit, whatever was read before", () => {
  const scratch = newScratch();
  fc.assert(fc.property(batch, (written) => {
    const read = decodeRaw(encoder.encode(encodeRaw(written)), scratch);
    assert.ok(read);
    const { count } = read;
    const { tMs, xyz } = written;
    // Compares -0 and 0 as different.
    assert.deepEqual(
      { ...read, tMs: read.tMs.slice(0, count), xyz: read.xyz.slice(0, 3 * count) },
      { ...written, tMs, xyz },
    );
  }));
});

Deno.test("only the batch's readings are written when its columns are longer", () => {
  const written = batchOf("phone-1", "1", { count: 1, tMs: Float64Array.of(1, 2), xyz: new Float64Array(6) });
  assert.equal(decode(encodeRaw(written))?.count, 1);
});

const reading = { name: "accelerometer", timestamp: 1, values: [1, 2, 3] };
const ours = {
  messageId: "1",
  sessionId: "run-1",
  deviceId: "phone-1",
  sensorReadings: [reading],
  receivedAt: 1,
  source: "seed",
  gravity: "unknown",
};
const withReading = (changes: object) => ({ ...ours, sensorReadings: [reading, { ...reading, ...changes }] });

Deno.test("the shape the refusals differ from is read", () => {
  assert.equal(decode(JSON.stringify(ours))?.deviceId, "phone-1");
});

const foreign: Record<string, unknown> = {
  "not an object": 7,
  "null": null,
  "a list": [ours],
  "without receivedAt, as the seed writes it": { ...ours, receivedAt: undefined },
  "a receivedAt that is text": { ...ours, receivedAt: "1" },
  "an unknown source": { ...ours, source: "spark" },
  "a source that every object has": { ...ours, source: "constructor" },
  "an unknown gravity": { ...ours, gravity: "maybe" },
  "a number as id": { ...ours, messageId: 1 },
  "an empty id": { ...ours, sessionId: "" },
  "an id with a line feed, which separates the parts of keys": { ...ours, deviceId: "a\nb" },
  "an id with half a surrogate pair": { ...ours, deviceId: "\ud800" },
  "an id without end": { ...ours, deviceId: "x".repeat(1025) },
  "readings that are no list": { ...ours, sensorReadings: { length: 0 } },
  "too many readings": { ...ours, sensorReadings: Array(20_001).fill(reading) },
  "a reading that is null": { ...ours, sensorReadings: [null] },
  "another sensor": withReading({ name: "gyroscope" }),
  "a timestamp that is text": withReading({ timestamp: "2" }),
  "no timestamp": withReading({ timestamp: null }),
  "two axes": withReading({ values: [1, 2] }),
  "four axes": withReading({ values: [1, 2, 3, 4] }),
  "axes by name": withReading({ values: { x: 1, y: 2, z: 3 } }),
  "an axis that is null": withReading({ values: [1, null, 3] }),
};

for (const [what, message] of Object.entries(foreign)) {
  Deno.test(`left to others: ${what}`, () => assert.equal(decode(JSON.stringify(message)), null));
}

Deno.test("left to others: numbers past the largest double", () => {
  const text = JSON.stringify(ours).replace('"timestamp":1', '"timestamp":1e999');
  assert.notEqual(text, JSON.stringify(ours));
  assert.equal(decode(text), null);
});

Deno.test("left to others: bytes that are no UTF-8, and text that is no JSON", () => {
  assert.equal(decodeRaw(Uint8Array.of(0x22, 0xff, 0x22), newScratch()), null);
  assert.equal(decode("{"), null);
  assert.equal(decode(""), null);
});
