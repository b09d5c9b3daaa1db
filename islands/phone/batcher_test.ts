import assert from "node:assert/strict";
import fc from "fast-check";
import { MessageReader } from "../../ingest/message.ts";
import { DEFAULT_INGEST } from "../../ingest/settings.ts";
import { Batcher, type Message, type Sample } from "./batcher.ts";

const START = 1_700_000_000_000;
const sample = (tMs: number): Sample => ({ tMs, linear: [0.1, 0.2, 0.3], total: [0.1, 0.2, 10.1] });
const newBatcher = () => new Batcher("phone-1", { sessionId: "s", nextMessage: 7 });

Deno.test("a second of samples is a message, numbered on from where the session was", () => {
  const batcher = newBatcher();
  const messages: Message[] = [];
  for (let i = 0; i <= 150; i++) {
    const message = batcher.add(sample(START + i * 20));
    if (message) messages.push(message);
  }
  assert.deepEqual(messages.map(({ messageId }) => messageId), ["7", "8", "9"]);
  assert.deepEqual(messages.map(({ sensorReadings }) => sensorReadings.length), [100, 100, 100]);
  assert.equal(batcher.session.nextMessage, 10);
  assert.equal(batcher.flush()?.sensorReadings.length, 2);
  assert.equal(batcher.flush(), null);
});

Deno.test("readings with and without gravity have names of their own, and the server takes those without", () => {
  const batcher = newBatcher();
  batcher.add(sample(START));
  const message = batcher.flush()!;
  assert.deepEqual(message.sensorReadings.map(({ name }) => name), [
    "acceleration",
    "accelerationIncludingGravity",
  ]);
  const reader = new MessageReader(DEFAULT_INGEST);
  const { accepted, ignored } = reader.read(message, START);
  assert.deepEqual([accepted, ignored, reader.batch.gravity], [1, 1, "removed"]);
});

Deno.test("where the phone cannot tell gravity apart the server is told that it is included", () => {
  const batcher = newBatcher();
  batcher.add({ tMs: START, linear: null, total: [0, 0, 9.8] });
  const reader = new MessageReader(DEFAULT_INGEST);
  reader.read(batcher.flush(), START);
  assert.equal(reader.batch.gravity, "included");
});

Deno.test("a clock that is set back begins a new message", () => {
  const batcher = newBatcher();
  batcher.add(sample(START));
  assert.equal(batcher.add(sample(START - 5000))?.sensorReadings[0].timestamp, START);
});

Deno.test("no sample is lost and none is in two messages", () => {
  const samples = fc.array(fc.record({ stepMs: fc.double({ min: 0.1, max: 3000, noNaN: true }) }));
  fc.assert(fc.property(samples, (steps) => {
    const batcher = newBatcher();
    const sent: number[] = [], made: number[] = [];
    let tMs = START;
    for (const { stepMs } of steps) {
      tMs += stepMs;
      made.push(Number(tMs.toFixed(3)));
      batcher.add(sample(tMs))?.sensorReadings.forEach((reading) => sent.push(reading.timestamp));
    }
    batcher.flush()?.sensorReadings.forEach((reading) => sent.push(reading.timestamp));
    assert.deepEqual(sent.toSorted(), made.flatMap((t) => [t, t]).toSorted());
  }));
});
