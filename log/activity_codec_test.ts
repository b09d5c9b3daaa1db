import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ACTIVITY_BYTES,
  readActivity,
  readPartition,
  readSid,
  readTimestamp,
  writeActivity,
} from "./activity_codec.ts";
import { ACTIVITIES, activityMessageId, type ActivityRecord } from "./records.ts";

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const share = fc.integer({ min: 0, max: 10_000 }).map((n) => n / 1e4);
const magnitude = u32.map((n) => n / 1e4);
const timestamp = fc.oneof(
  fc.integer({ min: 0, max: 8.64e15 }),
  fc.double({ min: 0, max: 8.64e15, noNaN: true }),
);

const record = fc.record({
  timestamp,
  magnitude,
  activity: fc.constantFrom(...ACTIVITIES),
  windowStart: timestamp,
  windowMs: u32,
  magnitudeStd: magnitude,
  cadenceHz: fc.option(fc.integer({ min: 0, max: 0xfffe }).map((n) => n / 1e3)),
  readings: u32,
  coverage: share,
  confidence: share,
  gravityRemoved: fc.boolean(),
  thresholdsVersion: u32,
}, { noNullPrototype: true }).map((fields): ActivityRecord => ({
  messageId: activityMessageId("run-1", fields.timestamp),
  sessionId: "run-1",
  deviceId: "phone-1",
  ...fields,
}));

Deno.test("a record reads back as it was written, wherever it lies, and touches only its own bytes", () => {
  fc.assert(fc.property(record, u32, fc.nat(255), fc.nat(9), (record, sid, partition, at) => {
    const bytes = new Uint8Array(ACTIVITY_BYTES + 10).fill(0xaa);
    const view = new DataView(bytes.buffer);
    writeActivity(view, at, sid, partition, record);
    assert.deepEqual(readActivity(view, at, { sid, deviceId: "phone-1", sessionId: "run-1" }), record);
    assert.deepEqual([readSid(view, at), readPartition(view, at), readTimestamp(view, at)], [
      sid,
      partition,
      record.timestamp,
    ]);
    const outside = [...bytes.subarray(0, at), ...bytes.subarray(at + ACTIVITY_BYTES)];
    assert.ok(outside.every((byte) => byte === 0xaa));
  }));
});
