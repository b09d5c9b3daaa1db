import assert from "node:assert/strict";
import { emptyBatch, type ReadingBatch } from "../log/records.ts";
import { HttpProblem } from "./problem.ts";
import { MAX_READINGS_PER_S, RawHub } from "./raw_feed.ts";
import type { RawReadings } from "./schemas/raw.ts";
import { ManualTimers } from "./testing/manual_timers.ts";

const START_MS = 1_764_000_000_000;

/** Readings of a phone that samples at `hz`; x counts up. */
function batchOf(deviceId: string, count: number, hz = 50, fromMs = START_MS): ReadingBatch {
  const batch = { ...emptyBatch(count), deviceId, sessionId: "s", messageId: String(fromMs), count };
  for (let i = 0; i < count; i++) {
    batch.tMs[i] = fromMs + i * 1000 / hz;
    batch.xyz.set([i, -i, 9.80665], 3 * i);
  }
  return batch;
}

class Bench implements Disposable {
  readonly timers = new ManualTimers();
  readonly hub = new RawHub(this.timers.now);

  open(deviceId: string): ReadableStreamDefaultReader<Uint8Array> {
    const url = `http://localhost/api/live/raw?deviceId=${encodeURIComponent(deviceId)}`;
    return this.hub.open(new Request(url)).body!.getReader();
  }

  [Symbol.dispose](): void {
    this.hub.close();
    this.timers[Symbol.dispose]();
    assert.deepEqual([this.hub.viewers, this.timers.size], [0, 0]);
  }
}

/** The next event's readings. */
async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<RawReadings> {
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the stream ended");
    const found = /^event: readings\ndata: (.*)\n\n$/.exec(new TextDecoder().decode(value));
    if (found) return JSON.parse(found[1]);
  }
}

Deno.test("a viewer gets the readings of its device, rounded, and no other's", async () => {
  using bench = new Bench();
  const reader = bench.open("a");
  bench.hub.publish(batchOf("b", 3));
  bench.hub.publish(batchOf("a", 2, 60));
  assert.deepEqual(await next(reader), {
    tMs: [START_MS, START_MS + 16.7],
    xyz: [0, 0, 9.8067, 1, -1, 9.8067],
    every: 1,
  });
});

Deno.test("events come ten a second at most, with all that came in between", async () => {
  using bench = new Bench();
  const reader = bench.open("a");
  bench.hub.publish(batchOf("a", 1));
  assert.equal((await next(reader)).tMs.length, 1);
  bench.hub.publish(batchOf("a", 2, 50, START_MS + 1000));
  bench.timers.advance(60);
  bench.hub.publish(batchOf("a", 3, 50, START_MS + 2000));
  bench.timers.advance(39);
  const coming = next(reader);
  bench.timers.advance(1);
  assert.equal((await coming).tMs.length, 5);
});

Deno.test("a phone that samples too fast is thinned evenly, and its viewers are told", async () => {
  using bench = new Bench();
  const reader = bench.open("a");
  bench.hub.publish(batchOf("a", 400, 400));
  const { tMs, every } = await next(reader);
  assert.deepEqual([every, tMs.length, tMs[1] - tMs[0]], [2, 200, 5]);
});

Deno.test("a phone at the highest rate with a jittering clock is not thinned", async () => {
  using bench = new Bench();
  const reader = bench.open("a");
  bench.hub.publish(batchOf("a", MAX_READINGS_PER_S, MAX_READINGS_PER_S * 1.05));
  assert.equal((await next(reader)).every, 1);
});

Deno.test("a backlog is cut to what ten seconds may hold, and later readings come again", async () => {
  using bench = new Bench();
  const reader = bench.open("a");
  let sent = 0;
  for (let i = 0; i < 20; i++) bench.hub.publish(batchOf("a", 1000, 100, START_MS + i * 10_000));
  sent += (await next(reader)).tMs.length;
  bench.timers.advance(100);
  sent += (await next(reader)).tMs.length;
  assert(sent <= 10 * MAX_READINGS_PER_S, `${sent} readings`);
  bench.timers.advance(1000);
  bench.hub.publish(batchOf("a", 100, 100, START_MS + 300_000));
  assert.equal((await next(reader)).tMs.length, 100);
});

Deno.test("a tapped sink shows what the log has taken once, and copies nothing when nobody looks", async () => {
  using bench = new Bench();
  const taken: ReadingBatch[] = [];
  const acknowledged = Promise.withResolvers<{ duplicate: boolean }>();
  const sink = bench.hub.tap({ append: (batch) => (taken.push(batch), acknowledged.promise) });
  const first = batchOf("a", 2);
  const appended = sink.append(first);
  assert.equal(taken[0], first);
  const reader = bench.open("a");
  const second = batchOf("a", 2, 50, START_MS + 1000);
  const shown = sink.append(second);
  second.tMs.fill(0);
  acknowledged.resolve({ duplicate: false });
  assert.deepEqual([await appended, await shown], [{ duplicate: false }, { duplicate: false }]);
  assert.deepEqual((await next(reader)).tMs, [START_MS + 1000, START_MS + 1020]);
});

Deno.test("a tapped sink shows neither a duplicate nor what the log has not taken", async () => {
  using bench = new Bench();
  const reader = bench.open("a");
  const answers = [
    () => Promise.resolve({ duplicate: true }),
    () => Promise.reject(new Error("the disk is full")),
    () => Promise.resolve({ duplicate: false }),
  ];
  const sink = bench.hub.tap({ append: () => answers.shift()!() });
  await sink.append(batchOf("a", 5));
  await assert.rejects(sink.append(batchOf("a", 6)), /the disk is full/);
  await sink.append(batchOf("a", 7));
  assert.equal((await next(reader)).tMs.length, 7);
});

Deno.test("a viewer that does not read is cut off and counted, the others go on", async () => {
  using bench = new Bench();
  const slow = bench.open("a"), quick = bench.open("a");
  for (let i = 0; bench.hub.dropped === 0; i++) {
    assert(i < 60, "never cut off");
    bench.hub.publish(batchOf("a", 1000, 100, START_MS + i * 10_000));
    assert((await next(quick)).tMs.length > 0);
    bench.timers.advance(10_000);
  }
  assert.equal(bench.hub.viewers, 1);
  await assert.rejects(async () => {
    for (;;) await slow.read();
  }, /did not keep up/);
});

Deno.test("past 100 viewers there is a 503 until one leaves; a wrong query takes no place", async () => {
  using bench = new Bench();
  assert.throws(() => bench.hub.open(new Request("http://localhost/api/live/raw")), /deviceId/);
  const open = Array.from({ length: 100 }, (_, i) => bench.open(`d${i % 7}`));
  assert.throws(() => bench.open("a"), (error) => error instanceof HttpProblem && error.status === 503);
  await open[3].cancel();
  bench.open("a");
  assert.equal(bench.hub.viewers, 100);
});
