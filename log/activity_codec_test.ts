import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ACTIVITY_BYTES,
  readActivity,
  readActivityCode,
  readCoverage,
  readFeatures,
  readMagnitude,
  readPartition,
  readSid,
  readTimestamp,
  writeActivity,
  writeVerdict,
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

Deno.test("single fields read as in the whole record, and a verdict written changes nothing else of it", () => {
  const verdict = fc.record({
    activity: fc.constantFrom(...ACTIVITIES),
    confidence: share,
    thresholdsVersion: u32,
  });
  fc.assert(fc.property(record, verdict, fc.nat(9), (record, verdict, at) => {
    const view = new DataView(new ArrayBuffer(ACTIVITY_BYTES + 10));
    writeActivity(view, at, 1, 0, record);
    const features = { meanMs2: 0, stdMs2: 0, cadenceHz: null };
    readFeatures(view, at, features);
    assert.deepEqual([
      readMagnitude(view, at),
      readCoverage(view, at),
      ACTIVITIES[readActivityCode(view, at)],
      features,
    ], [
      record.magnitude,
      record.coverage,
      record.activity,
      { meanMs2: record.magnitude, stdMs2: record.magnitudeStd, cadenceHz: record.cadenceHz },
    ]);
    const { activity, confidence, thresholdsVersion } = verdict;
    writeVerdict(view, at, ACTIVITIES.indexOf(activity), confidence, thresholdsVersion);
    const session = { sid: 1, deviceId: record.deviceId, sessionId: record.sessionId };
    assert.deepEqual(readActivity(view, at, session), { ...record, ...verdict });
  }));
});
