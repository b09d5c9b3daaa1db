import assert from "node:assert/strict";
import fc from "fast-check";
import type { StateChange, TaskContext } from "../log/port.ts";
import { type ActivityRecord, type ReadingBatch, sessionKey } from "../log/records.ts";
import { batchOf } from "../log/testing/batches.ts";
import { MAX_OPEN_SESSIONS, Processor, type SessionEvent } from "./processor.ts";
import { DEFAULT_WINDOW } from "./settings.ts";
import { sampled, START_MS } from "./testing/signals.ts";
import type { StreamSetting } from "./stream_setting.ts";
import { DEFAULT_THRESHOLDS, type Thresholds } from "./thresholds.ts";

const { sessionIdleMs } = DEFAULT_WINDOW;
const KEY = sessionKey("phone-1", "run-1");

/** A partition: what its task committed, and the task that runs. */
class Partition {
  readonly states = new Map<string, StateChange>();
  readonly outputs: ActivityRecord[] = [];
  readonly events: SessionEvent[] = [];
  /** Of devices that have their own. */
  readonly thresholds = new Map<string, Thresholds>();
  readonly streams = new Map<string, StreamSetting>();
  processor!: Processor;
  /** Offset of the next record. */
  next = 0;

  constructor(nowMs = START_MS) {
    this.start(nowMs);
  }

  /** A new process takes the partition over from what is committed. */
  start(nowMs = START_MS): void {
    const context: TaskContext = {
      partition: 0,
      liveStates: () => [...this.states.values()].filter(({ live }) => live),
      state: (key) => this.states.get(key)?.value ?? null,
    };
    this.processor = new Processor(context, {
      settings: DEFAULT_WINDOW,
      thresholds: { of: (deviceId) => this.thresholds.get(deviceId) ?? DEFAULT_THRESHOLDS },
      streams: { streamOf: (deviceId) => this.streams.get(deviceId) ?? null },
      onSession: (event) => this.events.push(event),
      onClose: () => {},
      nowMs,
    });
  }

  process(...batches: ReadingBatch[]): void {
    for (const batch of batches) {
      this.processor.process(sessionKey(batch.deviceId, batch.sessionId), batch, this.next++);
    }
  }

  commit(snapshot = true): ActivityRecord[] {
    const { outputs, states } = this.processor.take(snapshot);
    for (const state of states) this.states.set(state.key, state);
    this.outputs.push(...outputs);
    return outputs;
  }
}

/** A walk of so many seconds in batches of one, received as they end and numbered. */
function walk(seconds: number, more: Partial<ReadingBatch> = {}): ReadingBatch[] {
  const { tMs, xyz } = sampled(seconds, 20, (s) => [0.3, 0.2, 9.81 + 5 * Math.sin(2 * Math.PI * 1.9 * s)]);
  return Array.from({ length: seconds }, (_, i) =>
    batchOf("phone-1", String(i), {
      count: 50,
      tMs: tMs.slice(50 * i, 50 * i + 50),
      xyz: xyz.slice(150 * i, 150 * i + 150),
      receivedAtMs: START_MS + 1000 * (i + 1),
      ...more,
    }));
}

const ends = (records: readonly ActivityRecord[]) =>
  records.map(({ timestamp }) => (timestamp - START_MS) / 1000);

Deno.test("a window's record names its session and is unique", () => {
  const partition = new Partition();
  partition.process(...walk(20));
  const [first, ...rest] = partition.commit();
  assert.deepEqual([first.deviceId, first.sessionId], ["phone-1", "run-1"]);
  assert.equal(first.messageId, `run-1:${first.timestamp}`);
  assert.equal(rest.at(-1)!.activity, "walking");
  assert.deepEqual(partition.commit(), [], "handed over once");
});

Deno.test("a silent session is closed at its idle time: its windows come, its state is not live any more", () => {
  const partition = new Partition();
  partition.process(...walk(10));
  partition.commit();
  partition.processor.tick(START_MS + 10_000 + sessionIdleMs - 1);
  assert.deepEqual(partition.commit(), []);
  assert.equal(partition.states.get(KEY)!.live, true);
  partition.processor.tick(START_MS + 10_000 + sessionIdleMs);
  assert.ok(partition.commit().length > 0);
  assert.deepEqual(ends(partition.outputs), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(partition.states.get(KEY)!.live, false);
  assert.ok(partition.states.get(KEY)!.value.length < 100, "a closed session keeps a few bytes only");
  assert.deepEqual(partition.events, [
    { status: "opened", deviceId: "phone-1", sessionId: "run-1", at: START_MS + 1000 },
    { status: "closed", deviceId: "phone-1", sessionId: "run-1", at: START_MS + 10_000 + sessionIdleMs },
  ]);
});

for (const committed of [true, false]) {
  Deno.test(`a closed session that is resent gives no window twice, its state ${committed ? "" : "not "}committed`, () => {
    const partition = new Partition();
    partition.process(...walk(10));
    partition.processor.tick(START_MS + 10_000 + sessionIdleMs);
    if (committed) partition.commit();
    partition.process(...walk(13));
    partition.processor.tick(START_MS + 13_000 + sessionIdleMs);
    partition.commit();
    const all = ends(partition.outputs);
    assert.deepEqual(all.slice(0, 13), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    assert.equal(new Set(all).size, all.length);
  });
}

Deno.test("what a closed session dropped is counted once, however often it opens again", () => {
  const partition = new Partition();
  const [late, ...rest] = walk(15);
  partition.process(late, ...rest, late);
  const dropped = () => {
    const { late, duplicates } = partition.processor.figures();
    return late + duplicates;
  };
  assert.equal(dropped(), 50);
  let nowMs = START_MS + 15_000;
  for (let times = 2; times <= 4; times++) {
    nowMs += sessionIdleMs;
    partition.processor.tick(nowMs);
    partition.commit();
    assert.equal(partition.processor.figures().openSessions, 0);
    partition.process({ ...late, receivedAtMs: nowMs });
    assert.equal(dropped(), 50 * times);
  }
  partition.commit();
  partition.start();
  assert.equal(dropped(), 0, "since this process started");
});

Deno.test("a process that goes on from the last snapshot makes the very same windows, whenever the last was killed", () => {
  const batches = [
    ...walk(20),
    ...walk(20, { sessionId: "run-2" }),
    ...walk(12, { deviceId: "phone-2", gravity: "removed" }),
  ];
  const order = batches.map((_, i) => (i * 7) % batches.length);
  /** All sessions are closed after this record, and some open again. */
  const closeAfter = 30;
  const closeMs = START_MS + 1e6;
  const undisturbed = new Partition();
  order.forEach((batch, i) => {
    undisturbed.process(batches[batch]);
    if (i === closeAfter) undisturbed.processor.tick(closeMs);
  });
  undisturbed.processor.tick(2 * closeMs);
  undisturbed.commit();
  assert.ok(undisturbed.outputs.length > 20);
  const byKey = (records: ActivityRecord[]) =>
    records.map((record) => JSON.stringify([record.deviceId, record.messageId, record])).sort();
  const chance = fc.constantFrom("go on", "go on", "commit", "snapshot", "crash");
  fc.assert(
    fc.property(fc.array(chance, { minLength: order.length, maxLength: order.length }), (events) => {
      const partition = new Partition();
      let committed = 0, snapshot = 0, closed = false;
      while (partition.next < order.length) {
        const i = partition.next;
        partition.process(batches[order[i]]);
        // What was committed before the crash is dropped, as the engine does.
        if (partition.next === committed) partition.processor.take(false);
        if (partition.next <= committed) continue;
        if (i === closeAfter && !closed) {
          partition.processor.tick(closeMs);
          partition.commit(false);
          committed = partition.next;
          closed = true;
        }
        const event = events[i];
        if (event === "commit" || event === "snapshot") {
          partition.commit(event === "snapshot");
          committed = partition.next;
          if (event === "snapshot") snapshot = committed;
        } else if (event === "crash") {
          events[i] = "go on";
          partition.start();
          partition.next = snapshot;
        }
      }
      partition.processor.tick(2 * closeMs);
      partition.commit();
      assert.deepEqual(byKey(partition.outputs), byKey(undisturbed.outputs));
    }),
    { numRuns: 40 },
  );
});

Deno.test("a restored session gets the whole idle time again and is announced as open", () => {
  const partition = new Partition();
  partition.process(...walk(10));
  partition.commit();
  const laterMs = START_MS + 3_600_000;
  partition.start(laterMs);
  partition.processor.tick(laterMs + sessionIdleMs - 1);
  assert.equal(partition.processor.figures().openSessions, 1);
  partition.processor.tick(laterMs + sessionIdleMs);
  assert.equal(partition.processor.figures().openSessions, 0);
  assert.deepEqual(partition.events.map(({ status }) => status), ["opened", "opened", "closed"]);
  partition.commit();
  assert.deepEqual(ends(partition.outputs), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

Deno.test("one session more than may be open closes the one opened first, which goes on when it is heard again", () => {
  const partition = new Partition();
  const [first, second] = walk(2);
  partition.process(first);
  for (let i = 1; i <= MAX_OPEN_SESSIONS; i++) {
    partition.process({ ...first, sessionId: `other-${i}`, count: 1 });
  }
  assert.equal(partition.processor.figures().openSessions, MAX_OPEN_SESSIONS);
  assert.deepEqual(ends(partition.commit().filter(({ sessionId }) => sessionId === "run-1")), [1]);
  partition.process(second);
  partition.processor.tick(START_MS + 10 * sessionIdleMs);
  assert.deepEqual(ends(partition.commit().filter(({ sessionId }) => sessionId === "run-1")), [2]);
});

Deno.test("a running session's next window is decided by its device's new thresholds, and says which", () => {
  const partition = new Partition();
  const batches = walk(30);
  const other = walk(30, { deviceId: "phone-2" });
  partition.process(...batches.slice(0, 15), ...other.slice(0, 15));
  partition.commit();
  partition.thresholds.set("phone-1", { ...DEFAULT_THRESHOLDS, walkingMs2: 6.5, version: 7 });
  partition.process(...batches.slice(15), ...other.slice(15));
  const changed = partition.commit();
  const of = (deviceId: string) => changed.filter((record) => record.deviceId === deviceId);
  assert.ok(of("phone-1").length > 10);
  for (const { activity, thresholdsVersion } of of("phone-1")) {
    assert.deepEqual([activity, thresholdsVersion], ["stationary", 7]);
  }
  for (const { activity, thresholdsVersion } of of("phone-2")) {
    assert.deepEqual([activity, thresholdsVersion], ["walking", DEFAULT_THRESHOLDS.version]);
  }
});

Deno.test("the last windows of a session that falls silent are decided by the thresholds of then", () => {
  const partition = new Partition();
  partition.process(...walk(10));
  partition.commit();
  partition.thresholds.set("phone-1", { ...DEFAULT_THRESHOLDS, walkingMs2: 6.5, version: 7 });
  partition.processor.tick(START_MS + 10_000 + sessionIdleMs);
  const last = partition.commit();
  assert.deepEqual(new Set(last.map(({ thresholdsVersion }) => thresholdsVersion)), new Set([7]));
});

Deno.test("what is set for a device's readings holds from the next window on, and until it is taken back", () => {
  const partition = new Partition();
  const batches = walk(30);
  const gravityRemoved = (from: number, to: number) => {
    partition.process(...batches.slice(from, to));
    return new Set(partition.commit().map((record) => record.gravityRemoved));
  };
  assert.deepEqual(gravityRemoved(0, 10), new Set([true]));
  partition.streams.set("phone-1", { gravity: "removed", unit: "ms2" });
  assert.deepEqual(gravityRemoved(10, 20), new Set([false]));
  partition.streams.delete("phone-1");
  assert.deepEqual(gravityRemoved(20, 30), new Set([true]));
});

/** The same by a clock that is set back after so many seconds. */
function setBack(batches: ReadingBatch[], afterS: number, byMs: number): ReadingBatch[] {
  return batches.map((batch, i) => i < afterS ? batch : { ...batch, tMs: batch.tMs.map((ms) => ms - byMs) });
}

const byId = (records: readonly ActivityRecord[]) =>
  Map.groupBy(records, ({ sessionId }) => sessionId) as Map<string, ActivityRecord[]>;

Deno.test("a clock that is set back goes on as a session of its own: no reading is without its windows, none has them twice", () => {
  const partition = new Partition();
  partition.process(...setBack(walk(30), 12, 60_000));
  partition.processor.tick(START_MS + 30_000 + sessionIdleMs);
  const runs = byId(partition.commit());
  assert.deepEqual([...runs.keys()], ["run-1", "run-1~2"]);
  const second = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i + 1);
  assert.deepEqual(ends(runs.get("run-1")!), second(0, 12));
  // As of every session, its first windows begin before it.
  assert.deepEqual(ends(runs.get("run-1~2")!), second(-48, -30));
  for (const [sessionId, records] of runs) {
    assert.ok(
      records.slice(4, -4).every(({ readings, activity }) => readings === 250 && activity === "walking"),
    );
    for (const { messageId, timestamp } of records) assert.equal(messageId, `${sessionId}:${timestamp}`);
  }
  assert.deepEqual(partition.processor.figures(), { openSessions: 0, late: 0, duplicates: 0 });
  assert.deepEqual(partition.events.map(({ status, sessionId }) => `${status} ${sessionId}`), [
    "opened run-1",
    "closed run-1",
    "opened run-1~2",
    "closed run-1~2",
  ]);
});

Deno.test("countersOf() tells a session's readings, also when it has ended or another process took it over", () => {
  const partition = new Partition(), batches = walk(20);
  const late = { ...batches[0], messageId: "late" };
  partition.process(...batches, batches[19], late);
  const counters = { readings: 1000, late: 50, duplicates: 50, clipped: 0 };
  const told = () => {
    const { clipped: _, ...counts } = partition.processor.countersOf("phone-1", "run-1")!;
    return { ...counts, clipped: 0 };
  };
  assert.deepEqual(told(), counters);
  partition.processor.tick(START_MS + 20_000 + sessionIdleMs);
  assert.deepEqual(told(), counters, "before its state is committed");
  partition.commit();
  partition.start();
  assert.deepEqual(told(), counters);
  assert.equal(partition.processor.countersOf("phone-1", "run-2"), null);
  assert.equal(partition.processor.countersOf("phone-2", "run-1"), null);
});

Deno.test("countersOf() tells apart the runs of a clock, as far as they are known", () => {
  const partition = new Partition();
  partition.process(...setBack(walk(30), 12, 60_000), ...walk(5, { sessionId: "odd~2" }));
  const readings = (id: string) => partition.processor.countersOf("phone-1", id)?.readings;
  assert.deepEqual(["run-1", "run-1~2", "run-1~3", "odd~2"].map(readings), [undefined, 900, undefined, 250]);
});

Deno.test("a clock may be set back again, and while the phone was away", () => {
  const partition = new Partition(), batches = setBack(setBack(walk(40), 10, 60_000), 20, 60_000);
  partition.process(...batches.slice(0, 30));
  partition.processor.tick(START_MS + 30_000 + sessionIdleMs);
  partition.commit();
  partition.start();
  partition.process(
    ...batches.slice(30).map((batch) => ({ ...batch, tMs: batch.tMs.map((ms) => ms - 60_000) })),
  );
  partition.commit();
  assert.deepEqual([...byId(partition.outputs).keys()], ["run-1", "run-1~2", "run-1~3", "run-1~4"]);
});

Deno.test("readings that come late are no clock set back: numbers below those before them, or none", () => {
  const late = walk(40);
  for (
    const batches of [
      [...late.slice(0, 10), ...late.slice(30), ...late.slice(10, 30)],
      setBack(late, 12, 60_000).map((batch, i) => ({ ...batch, messageId: `m-${i}` })),
      setBack(late, 12, 60_000).map((batch, i) => ({ ...batch, messageId: `${(i * 7919) % 100_003}` })),
    ]
  ) {
    const partition = new Partition();
    partition.process(...batches);
    partition.processor.tick(START_MS + 40_000 + sessionIdleMs);
    assert.deepEqual([...byId(partition.commit()).keys()], ["run-1"]);
    assert.ok(partition.processor.figures().late > 0);
  }
});

Deno.test("what is left over from before the clock was set back is late, and does not move the clock", () => {
  const partition = new Partition(), batches = setBack(walk(30), 12, 60_000);
  const [left] = batches.splice(11, 1);
  partition.process(...batches, { ...left, messageId: "11" });
  const runs = byId(partition.commit());
  assert.ok(Math.max(...ends(runs.get("run-1~2")!)) < 0);
  assert.equal(partition.processor.figures().late, left.count);
});

Deno.test("wherever a process dies, runs of the clock give the same windows", () => {
  const batches = setBack(setBack(walk(24), 8, 60_000), 16, 30_000);
  const whole = new Partition();
  whole.process(...batches);
  const expected = whole.commit();
  fc.assert(
    fc.property(fc.nat({ max: 24 }), fc.nat({ max: 24 }), (a, b) => {
      const [snapshotAt, diesAt] = [Math.min(a, b), Math.max(a, b)];
      const partition = new Partition();
      partition.process(...batches.slice(0, snapshotAt));
      partition.commit();
      partition.process(...batches.slice(snapshotAt, diesAt));
      partition.start();
      partition.next = snapshotAt;
      partition.process(...batches.slice(snapshotAt));
      partition.commit();
      assert.deepEqual(partition.outputs, expected);
    }),
    { seed: 1, numRuns: 60 },
  );
});
