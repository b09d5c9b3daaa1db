import assert from "node:assert/strict";
import type { ActivityRecord } from "../log/records.ts";
import { formatPosition, LiveChannels, parsePosition } from "./live_channels.ts";
import { fakeRecord } from "./testing/fake_services.ts";
import { ManualTimers } from "./testing/manual_timers.ts";

const END_MS = 1_767_225_600_000;

/** Channels, what they sent, and their time. */
class Bench implements Disposable {
  readonly timers = new ManualTimers();
  readonly sent: { channel: string; frame: string }[] = [];
  readonly channels = new LiveChannels(
    (channel, frame) => this.sent.push({ channel, frame: new TextDecoder().decode(frame) }),
    this.timers.now,
  );

  async publish(records: ActivityRecord[], ends: number[], partition = 0): Promise<void> {
    this.channels.publish(records, partition, ends);
    await Promise.resolve();
  }

  /** Frames since the last call. */
  frames(channel: string): string[] {
    const frames = this.sent.filter((each) => each.channel === channel).map(({ frame }) => frame);
    this.sent.splice(0, this.sent.length, ...this.sent.filter((each) => each.channel !== channel));
    return frames;
  }

  [Symbol.dispose](): void {
    assert.equal(this.timers.size, 0, "no timer outlives its channel");
    this.timers[Symbol.dispose]();
  }
}

const record = (deviceId: string) => fakeRecord(deviceId, END_MS, "walking");
const devicesIn = (frame: string): string[] =>
  [...frame.matchAll(/^data: (.*)$/gm)].flatMap(([, data]) => JSON.parse(data)).map(({ deviceId }) =>
    deviceId
  );

Deno.test("a channel without pace sends an event a record, each with the position after it", async () => {
  using bench = new Bench();
  const channel = bench.channels.open({ deviceId: null, batchMs: 0 }, [0, 0]);
  await bench.publish([record("a"), record("b")], [2, 5], 1);
  const [a, b] = [record("a"), record("b")].map((each) => JSON.stringify(each));
  assert.deepEqual(bench.frames(channel), [
    `id: 2.4\nevent: activity\ndata: ${a}\n\nid: 2.5\nevent: activity\ndata: ${b}\n\n`,
  ]);
});

Deno.test("the partitions of one commit are one frame, whose position is after all of them", async () => {
  using bench = new Bench();
  const channel = bench.channels.open({ deviceId: null, batchMs: 250 }, [0, 0]);
  const ends = [1, 0];
  bench.channels.publish([record("a")], 0, ends);
  ends[1] = 1;
  await bench.publish([record("b")], ends, 1);
  const [frame] = bench.frames(channel);
  assert.match(frame, /^id: 1\.1\nevent: activity\ndata: \[/);
  assert.deepEqual(devicesIn(frame), ["a", "b"]);
});

Deno.test("a channel with a pace sends arrays at most that often, and nothing is left behind", async () => {
  using bench = new Bench();
  const channel = bench.channels.open({ deviceId: null, batchMs: 1000 }, [0]);
  await bench.publish([record("a")], [1]);
  assert.equal(bench.frames(channel).length, 1, "the first at once");
  for (let i = 2; i <= 4; i++) {
    bench.timers.advance(100);
    await bench.publish([record(`phone-${i}`)], [i]);
    assert.deepEqual(bench.frames(channel), []);
  }
  bench.timers.advance(1000);
  const [frame, ...more] = bench.frames(channel);
  assert.deepEqual([devicesIn(frame), more], [["phone-2", "phone-3", "phone-4"], []]);
  assert.match(frame, /^id: 4\n/);
});

Deno.test("a channel of one device gets that device only, with the position after each", async () => {
  using bench = new Bench();
  const one = bench.channels.open({ deviceId: "b", batchMs: 0 }, [0]);
  const other = bench.channels.open({ deviceId: "c", batchMs: 0 }, [0]);
  await bench.publish([record("a"), record("b"), record("a")], [3]);
  const [frame] = bench.frames(one);
  assert.deepEqual(devicesIn(frame), ["b"]);
  assert.match(frame, /^id: 2\n/);
  assert.deepEqual(bench.frames(other), []);
});

Deno.test("session events go to the channels they concern, without a position", async () => {
  using bench = new Bench();
  const all = bench.channels.open({ deviceId: null, batchMs: 0 }, [0]);
  const one = bench.channels.open({ deviceId: "b", batchMs: 0 }, [0]);
  const session = { deviceId: "a", sessionId: "run-1" };
  const event = { status: "opened" as const, at: END_MS, session };
  bench.channels.note(event);
  await Promise.resolve();
  assert.deepEqual(bench.frames(all), [`event: session\ndata: [${JSON.stringify(event)}]\n\n`]);
  assert.deepEqual(bench.frames(one), []);
});

Deno.test("what waits is sent before a newcomer joins, who has it as missed", async () => {
  using bench = new Bench();
  const query = { deviceId: null, batchMs: 1000 };
  const channel = bench.channels.open(query, [0]);
  await bench.publish([record("a")], [1]);
  await bench.publish([record("b")], [2]);
  bench.frames(channel);
  assert.equal(bench.channels.open(query, [2]), channel);
  assert.deepEqual(bench.frames(channel).map(devicesIn), [["b"]]);
  bench.channels.close(channel);
  bench.channels.close(channel);
});

Deno.test("a channel stays as long as one of its viewers, and then sends nothing and keeps no timer", async () => {
  using bench = new Bench();
  const query = { deviceId: null, batchMs: 1000 };
  const channel = bench.channels.open(query, [0]);
  bench.channels.open(query, [0]);
  bench.channels.close(channel);
  await bench.publish([record("a")], [1]);
  assert.equal(bench.frames(channel).length, 1);
  await bench.publish([record("b")], [2]);
  bench.channels.close(channel);
  bench.timers.advance(10_000);
  await bench.publish([record("c")], [3]);
  assert.deepEqual(bench.frames(channel), []);
});

Deno.test("parsePosition() reads what formatPosition() writes and nothing else", () => {
  assert.deepEqual(parsePosition(formatPosition([0, 12, 999_999_999_999_999]), 3), [
    0,
    12,
    999_999_999_999_999,
  ]);
  for (const id of ["", "1", "1.2.3", "1.-2", "1.x", "1.2 ", "1.1e3", "1.9999999999999999", "a.b"]) {
    assert.equal(parsePosition(id, 2), null, id);
  }
});
