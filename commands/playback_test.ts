import assert from "node:assert/strict";
import fc from "fast-check";
import { type Message, plan, play } from "./playback.ts";
import type { Readings } from "./recordings.ts";
import { VirtualClock } from "./testing/virtual_clock.ts";

const NOW = 1_700_000_000_000;
const SENDER = { deviceId: "d", sessionId: "s", gravity: "included" } as const;

function recording(stepsMs: number[]): Readings {
  const tMs = Float64Array.from(stepsMs);
  for (let i = 1; i < tMs.length; i++) tMs[i] += tMs[i - 1];
  return { count: tMs.length, tMs, xyz: new Float64Array(3 * tMs.length).map((_, i) => i) };
}

function played(readings: Readings, speed: number, gravity: "included" | "removed" = "included") {
  const clock = new VirtualClock(NOW);
  const sent: { atMs: number; message: Message }[] = [];
  const signal = new AbortController().signal;
  const done = play(readings, { ...SENDER, gravity }, speed, clock, signal, (message) => {
    sent.push({ atMs: clock.nowMs(), message });
    return Promise.resolve();
  });
  return clock.run(done).then(() => sent);
}

const RECORDINGS = fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { minLength: 1, maxLength: 200 })
  .map(recording);
const SPEEDS = fc.oneof(fc.double({ min: 1, max: 1000, noNaN: true }), fc.constant(Infinity));

Deno.test("plan() sends every reading once, in order, and none before it could have been recorded", () => {
  fc.assert(fc.property(RECORDINGS, SPEEDS, (readings, speed) => {
    const { shiftMs, batches } = plan(readings, speed, NOW);
    let next = 0;
    for (const [i, { id, from, to, atMs }] of batches.entries()) {
      const dueMs = NOW + atMs / speed;
      assert.deepEqual([id, from], [i, next]);
      assert.ok(to > from && to - from <= 1000);
      for (let r = from; r < to; r++) assert.ok(readings.tMs[r] + shiftMs <= dueMs + 0.001, `reading ${r}`);
      next = to;
    }
    assert.equal(next, readings.count);
  }));
});

Deno.test("plan() stamps the last reading with the moment it is sent", () => {
  fc.assert(fc.property(RECORDINGS, SPEEDS, (readings, speed) => {
    const { shiftMs, batches } = plan(readings, speed, NOW);
    const lagMs = NOW + batches.at(-1)!.atMs / speed - (readings.tMs[readings.count - 1] + shiftMs);
    assert.ok(lagMs > -0.001 && lagMs < 1.001, `${lagMs}`);
  }));
});

Deno.test("plan() sends at most five requests a second at any speed", () => {
  fc.assert(fc.property(RECORDINGS, fc.double({ min: 1, max: 1000, noNaN: true }), (readings, speed) => {
    const due = plan(readings, speed, NOW).batches.map(({ atMs }) => NOW + atMs / speed);
    // The last one is cut short by the end of the recording.
    for (let i = 1; i < due.length - 1; i++) assert.ok(due[i] - due[i - 1] > 199);
  }));
});

Deno.test("play() at real-time speed sends one second's readings each second", async () => {
  const sent = await played(recording([0, ...new Array(250).fill(20)]), 1);
  assert.deepEqual(sent.map(({ atMs }) => atMs - NOW), [1000, 2000, 3000, 4000, 5000]);
  assert.deepEqual(sent.map(({ message }) => message.sensorReadings.length), [50, 50, 50, 50, 51]);
  assert.deepEqual(sent[0].message.sensorReadings[1], {
    name: "accelerometer",
    timestamp: NOW + 20,
    values: [3, 4, 5],
  });
  assert.deepEqual(sent.map(({ message }) => message.messageId), ["0", "1", "2", "3", "4"]);
});

Deno.test("play() at ten times real time begins in the past and has caught up at the end", async () => {
  const sent = await played(recording([0, ...new Array(5000).fill(20)]), 10);
  assert.equal(sent[0].message.sensorReadings[0].timestamp, NOW + 10_000 - 100_000);
  assert.equal(sent.at(-1)!.atMs, NOW + 10_000);
  assert.equal(sent.at(-1)!.message.sensorReadings.at(-1)!.timestamp, NOW + 10_000);
  assert.equal(sent.length, 50);
});

Deno.test("play() without a speed limit waits for nothing", async () => {
  const sent = await played(recording([0, ...new Array(5000).fill(20)]), Infinity);
  assert.ok(sent.every(({ atMs }) => atMs === NOW));
  assert.equal(sent.at(-1)!.message.sensorReadings.at(-1)!.timestamp, NOW);
});

Deno.test("play() names the sensor after what the recording holds", async () => {
  const [{ message }] = await played(recording([0]), 1, "removed");
  assert.equal(message.sensorReadings[0].name, "linearacceleration");
});

Deno.test("play() sends nothing more once it is aborted", async () => {
  const clock = new VirtualClock(NOW);
  const stop = new AbortController();
  let sent = 0;
  const done = play(recording([0, ...new Array(500).fill(20)]), SENDER, 1, clock, stop.signal, () => {
    if (++sent === 3) stop.abort();
    return Promise.resolve();
  });
  await clock.run(done);
  assert.equal(sent, 3);
});
