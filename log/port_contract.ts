/**
 * What every engine behind the log port must do, as tests. An engine passes by calling {@linkcode testLogContract} with a
 * harness of its own.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { partitionOf } from "./partition.ts";
import { Conflict, type Log, type SetAside } from "./port.ts";
import { type ActivityRecord, type ControlEvent, type ReadingBatch, sessionKey } from "./records.ts";
import { batchOf, columnsOf, readAllActivity, readAllRaw } from "./testing/batches.ts";
import { CLOSING, countedWindow, CountingTask, decodeState } from "./testing/counting_task.ts";
import { encodeRaw } from "./raw_json.ts";
import { Unavailable } from "./unavailable.ts";

/** An engine under test: its logs live until the harness is disposed of. */
export interface LogHarness extends AsyncDisposable {
  /** A new, empty log with at least two partitions. */
  open(): Promise<Log>;
  /** The same log, opened again after it was closed. */
  reopen(log: Log): Promise<Log>;
  /** What a process finds that starts after this one was killed now. */
  crash(log: Log): Promise<Log>;
  /** Resolves when everything appended is processed and committed. */
  settle(log: Log): Promise<void>;
  /** Resolves when the status, which may be a second old, tells what is now. */
  refreshStatus(log: Log): Promise<void>;
  /** Settles, and resolves when the live states are stored too. */
  snapshot(log: Log): Promise<void>;
}

const SLOW_RUNS = 6;
const RUNS = 40;

/** Ids as clients may choose them: any text without control characters. */
const idText = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 })
  .filter((text) => !/\p{Cc}/u.test(text));
const axis = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.constantFrom(-0, 0, 9.806650161743164, -0.123456, 400, Number.MIN_VALUE),
  fc.integer({ min: -400_000_000, max: 400_000_000 }).map((millionths) => millionths / 1e6),
);
const time = fc.oneof(
  fc.double({ min: 1e12, max: 4e12, noNaN: true }),
  fc.integer({ min: 1_767_225_600_000, max: 1_767_225_700_000 }),
);
const columns = fc.tuple(
  fc.integer({ min: 0, max: 2000 }),
  fc.array(time, { minLength: 1, maxLength: 20 }),
  fc.array(axis, { minLength: 1, maxLength: 20 }),
);

/**
 * @param newHarness makes an engine for one test
 * @param register takes each test's name and body; `Deno.test` unless the engine needs something that may be missing
 */
export function testLogContract(
  name: string,
  newHarness: () => LogHarness,
  register: (name: string, body: () => Promise<void>) => void = Deno.test,
): void {
  function test(sentence: string, run: (harness: LogHarness) => Promise<void>): void {
    register(`${name}: ${sentence}`, async () => {
      await using harness = newHarness();
      await run(harness);
    });
  }

  test("what is appended is read back to the last digit, in one partition, at the next offset", async (harness) => {
    const log = await harness.open();
    const source = fc.constantFrom("seed" as const, "sensor-logger" as const, "mqtt" as const);
    const gravity = fc.constantFrom("included" as const, "removed" as const, "unknown" as const);
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(idText, idText, idText),
        columns,
        source,
        gravity,
        async ([deviceId, sessionId, messageId], [count, times, axes], source, gravity) => {
          const batch = batchOf(deviceId, messageId, {
            sessionId,
            source,
            gravity,
            receivedAtMs: times[0],
            ...columnsOf(count, times, axes),
          });
          const partition = partitionOf(deviceId, log.partitions);
          const { end } = (await log.extents("raw_sensor_data"))[partition];
          const { duplicate } = await log.append(batch);
          const { records, next } = await log.readRaw(partition, end, 2);
          if (duplicate) return assert.equal(records.length, 0);
          assert.deepEqual(records, [{ offset: end, record: batch }]);
          assert.equal(next, end + 1);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test("longer columns than the count are cut, not stored", async (harness) => {
    const log = await harness.open();
    await log.append(batchOf("phone-1", "1", { ...columnsOf(100, [1e12], [1]), count: 3 }));
    const [{ record }] = (await readAllRaw(log)).flat();
    assert.deepEqual([record.count, record.tMs.length, record.xyz.length], [3, 3, 9]);
  });

  test("a device's records are in the partition of its key's hash, in the order they were appended", async (harness) => {
    const log = await harness.open();
    for (let at = 0; at < 60; at += 6) {
      await Promise.all(
        Array.from({ length: 6 }, (_, i) => log.append(batchOf(`phone-${(at + i) % 7}`, String(at + i)))),
      );
    }
    const partitions = await readAllRaw(log);
    let total = 0;
    partitions.forEach((records, partition) => {
      total += records.length;
      records.forEach(({ offset, record }, i) => {
        assert.equal(offset, i);
        assert.equal(partitionOf(record.deviceId, log.partitions), partition);
        if (i > 0) assert.ok(Number(record.messageId) > Number(records[i - 1].record.messageId));
      });
    });
    assert.equal(total, 60);
    const extents = await log.extents("raw_sensor_data");
    assert.deepEqual(extents, partitions.map((records) => ({ begin: 0, end: records.length })));
  });

  test("reading goes on at next, whatever the limit", async (harness) => {
    const log = await harness.open();
    await Promise.all(Array.from({ length: 25 }, (_, i) => log.append(batchOf("phone-1", String(i)))));
    await log.append(batchOf("phone-1", "last"));
    const partition = partitionOf("phone-1", log.partitions);
    const whole = (await readAllRaw(log))[partition];
    for (const limit of [1, 7, 26, 100]) {
      const read = [];
      for (let at = 0; at < whole.length;) {
        const { records, next } = await log.readRaw(partition, at, limit);
        assert.ok(records.length > 0 && records.length <= limit);
        read.push(...records);
        at = next;
      }
      assert.deepEqual(read, whole);
    }
    assert.deepEqual(await log.readRaw(partition, whole.length, 5), { records: [], next: whole.length });
  });

  test("the same message again is a duplicate: at once, later, after a restart and after a crash", async (harness) => {
    let log = await harness.open();
    const again = async (expected: boolean[]) => {
      const ids = [
        "1",
        "2",
        "40",
        "2147483648",
        "99999999999999999999",
        "00",
        "2f1c9e",
        "\ufeffbom",
        "naïve 🏃",
      ];
      for (const [i, sessionId] of ["run-1", "run-2"].entries()) {
        const results = await Promise.all(ids.map((id) => log.append(batchOf("phone-1", id, { sessionId }))));
        assert.deepEqual(results, ids.map(() => ({ duplicate: expected[i] })));
      }
    };
    const twice = await Promise.all([1, 2, 3].map(() => log.append(batchOf("phone-0", "7"))));
    assert.deepEqual(twice.map(({ duplicate }) => duplicate), [false, true, true]);
    await again([false, false]);
    await again([true, true]);
    log = await harness.crash(log);
    await again([true, true]);
    await log.close();
    log = await harness.reopen(log);
    await again([true, true]);
    assert.deepEqual(await log.append(batchOf("phone-2", "1")), { duplicate: false });
    assert.deepEqual(await log.append(batchOf("phone-1", "bom")), { duplicate: false });
    assert.equal((await readAllRaw(log)).flat().length, 1 + 18 + 2);
  });

  test("of concurrent appends each is stored once", async (harness) => {
    const log = await harness.open();
    const batches: ReadingBatch[] = [];
    for (let i = 0; i < 400; i++) batches.push(batchOf(`phone-${i % 20}`, String(i % 100)));
    const results = await Promise.all(batches.map((batch) => log.append(batch)));
    const stored = batches.filter((_, i) => !results[i].duplicate);
    const keys = new Set(batches.map(({ deviceId, messageId }) => `${deviceId} ${messageId}`));
    assert.equal(stored.length, keys.size);
    const read = (await readAllRaw(log)).flat().map(({ record }) => `${record.deviceId} ${record.messageId}`);
    assert.deepEqual(new Set(read), keys);
    assert.equal(read.length, keys.size);
  });

  test("a task is given each record of its partition once, in order", async (harness) => {
    const log = await harness.open();
    const post = (message: string) =>
      Promise.all(Array.from({ length: 10 }, (_, i) => log.append(batchOf(`phone-${i}`, message))));
    for (const message of ["before 1", "before 2"]) await post(message);
    const tasks = await runCounting(log);
    for (const message of ["after 1", "after 2"]) await post(message);
    await harness.settle(log);
    const raw = await readAllRaw(log);
    assert.deepEqual(
      tasks.map((task) => task.offsets),
      raw.map((records) => records.map(({ offset }) => offset)),
    );
    assert.deepEqual(log.status().lagRecords, raw.map(() => 0));
  });

  test("outputs are read back as the task made them", async (harness) => {
    const log = await harness.open();
    await runCounting(log);
    await log.append(batchOf("phone-1", "a"));
    await log.append(batchOf("phone-1", "b", columnsOf(17, [1e12], [1])));
    await harness.settle(log);
    const records = (await readAllActivity(log))[partitionOf("phone-1", log.partitions)];
    assert.deepEqual(records.map(({ record }) => record), [
      countedWindow("phone-1", "run-1", 1),
      countedWindow("phone-1", "run-1", 2, 17),
    ]);
    assert.ok(records[0].offset < records[1].offset);
  });

  test("whenever it is killed, each record has its outputs once and nothing acknowledged is lost", async (harness) => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.integer({ min: 0, max: 4 }).map((phone) => ({ kind: "append" as const, phone })),
      },
      { weight: 2, arbitrary: fc.constant({ kind: "settle" as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: "snapshot" as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: "crash" as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 20 }), async (steps) => {
        let log = await harness.open();
        await runCounting(log);
        const acknowledged = new Map<string, number>();
        for (const [i, step] of steps.entries()) {
          if (step.kind === "settle") await harness.settle(log);
          else if (step.kind === "snapshot") await harness.snapshot(log);
          else if (step.kind === "append") {
            const deviceId = `phone-${step.phone}`;
            // Every third message closes its session; the next one opens it again.
            await log.append(batchOf(deviceId, i % 3 === 0 ? `${CLOSING}${i}` : String(i)));
            acknowledged.set(deviceId, (acknowledged.get(deviceId) ?? 0) + 1);
          } else {
            if (step.kind === "crash") log = await harness.crash(log);
            else {
              await log.close();
              log = await harness.reopen(log);
            }
            await runCounting(log);
          }
        }
        await harness.settle(log);
        const windows = (await readAllActivity(log)).flat().map(({ record }) => record);
        for (const [deviceId, count] of acknowledged) {
          assert.deepEqual(
            windows.filter((window) => window.deviceId === deviceId).map(({ timestamp }) => timestamp),
            Array.from({ length: count }, (_, i) => (i + 1) * 1000),
          );
        }
      }),
      { numRuns: SLOW_RUNS },
    );
  });

  test("live states are handed to the next task, others only when it asks", async (harness) => {
    const log = await harness.open();
    await runCounting(log);
    await log.append(batchOf("phone-1", "1", { sessionId: "open" }));
    await log.append(batchOf("phone-1", "2", { sessionId: "closed" }));
    await log.append(batchOf("phone-1", `${CLOSING}3`, { sessionId: "closed" }));
    await harness.snapshot(log);
    const check = async (log: Log) => {
      const states: (Uint8Array | null)[] = [];
      const restored: string[] = [];
      await log.run((context) => {
        const task = new CountingTask(context);
        restored.push(...task.restored);
        if (context.partition === partitionOf("phone-1", log.partitions)) {
          for (const id of ["open", "closed", "other"]) states.push(context.state(sessionKey("phone-1", id)));
        }
        return task;
      });
      assert.deepEqual(restored, [sessionKey("phone-1", "open")]);
      assert.deepEqual(states.map((state) => state && decodeState(state).count), [1, 2, null]);
    };
    const crashed = await harness.crash(log);
    await check(crashed);
    await crashed.close();
    await check(await harness.reopen(crashed));
  });

  test("tailing from any position gives each later record once, also those that come meanwhile", async (harness) => {
    const log = await harness.open();
    await runCounting(log);
    const post = (message: string) =>
      Promise.all(Array.from({ length: 5 }, (_, i) => log.append(batchOf(`phone-${i}`, message))));
    for (const message of ["1", "2", "3"]) {
      await post(message);
      await harness.settle(log);
    }
    const kept = await readAllActivity(log);
    const extents = await log.extents("processed_activity");
    const tails: { from: number[]; got: ActivityRecord[][]; offsets: number[][] }[] = [];
    for (const share of [0, 0.2, 0.5, 0.9, 1]) {
      const from = kept.map((records, partition) =>
        records[Math.floor(share * records.length)]?.offset ?? extents[partition].end
      );
      const tail = { from, got: kept.map((): ActivityRecord[] => []), offsets: kept.map((): number[] => []) };
      tails.push(tail);
      let before = from;
      const caughtUp = log.tailActivity(from, (records, partition, ends) => {
        tail.got[partition].push(...records);
        const first = ends[partition] - records.length;
        assert.ok(first >= before[partition], "positions go forward");
        records.forEach((_, i) => tail.offsets[partition].push(first + i));
        before = [...ends];
      });
      await post(`while tailing from ${share}`);
      await harness.settle(log);
      await caughtUp;
    }
    await post("after");
    await harness.settle(log);
    const whole = await readAllActivity(log);
    assert.equal(whole.flat().length, 5 * 9);
    for (const { from, got, offsets } of tails) {
      const later = whole.map((records, p) => records.filter(({ offset }) => offset >= from[p]));
      assert.deepEqual(got, later.map((records) => records.map(({ record }) => record)));
      assert.deepEqual(offsets, later.map((records) => records.map(({ offset }) => offset)));
    }
  });

  test("who tails from the end gets nothing older while others are still behind", async (harness) => {
    const log = await harness.open();
    await runCounting(log);
    for (let i = 0; i < 10; i++) await log.append(batchOf("phone-1", `${i}`));
    await harness.settle(log);
    const extents = await log.extents("processed_activity");
    const got: [number[], number[]] = [[], []];
    const froms = [extents.map(() => 0), extents.map(({ end }) => end)];
    await Promise.all(
      froms.map((from, i) =>
        log.tailActivity(from, (records) => got[i].push(...records.map(({ timestamp }) => timestamp / 1000)))
      ),
    );
    await log.append(batchOf("phone-1", "10"));
    await harness.settle(log);
    assert.deepEqual(got, [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [11]]);
  });

  test("control events keep their order, and a version that is not the next is a conflict", async (harness) => {
    let log = await harness.open();
    const event = (entity: string, version: number): ControlEvent => ({
      entity,
      version,
      type: "renamed",
      atMs: 1_767_225_600_000,
      by: "admin",
      data: { name: "Zoë", nested: { n: 0.1 } },
    });
    const events = [event("device:b", 1), event("device:a", 1), event("device:b", 2)];
    const tailed = await controlEvents(log);
    assert.deepEqual(tailed, []);
    for (const [i, each] of events.entries()) {
      await log.appendControl(each);
      assert.deepEqual(tailed, events.slice(0, i + 1));
    }
    for (const version of [0, 1, 2, 4]) {
      await assert.rejects(log.appendControl(event("device:b", version)), Conflict);
    }
    assert.deepEqual(await controlEvents(log), events);
    log = await harness.crash(log);
    assert.deepEqual(await controlEvents(log), events);
    await assert.rejects(log.appendControl(event("device:a", 1)), Conflict);
    const many = Array.from({ length: 40 }, (_, i) => event(`device:${i % 20}`, 1 + Math.floor(i / 20)));
    await Promise.all(many.slice(0, 20).map((each) => log.appendControl(each)));
    await Promise.all(many.slice(20).map((each) => log.appendControl(each)));
    await log.appendControl(event("device:a", 2));
    assert.equal((await controlEvents(log)).length, events.length + many.length + 1);
  });

  test("what a sink's target refuses is kept with its place and reason, and tasks are not disturbed", async (harness) => {
    let log = await harness.open();
    await runCounting(log);
    await log.append(batchOf("phone-1", "1"));
    const letter = (offset: number, more: Partial<SetAside> = {}): SetAside => ({
      topic: "raw_sensor_data",
      partition: 1,
      offset,
      key: "phöne 🏃",
      value: JSON.stringify({ text: "ä".repeat(offset) }),
      reason: `no such column: ${offset}`,
      ...more,
    });
    const long = letter(1_000_000, { topic: "processed_activity", reason: "r".repeat(5000) });
    await log.setAside([letter(7), long, letter(40, { partition: 0 })]);
    await Promise.all([log.setAside([letter(8)]), log.setAside([letter(9), letter(10)])]);
    await log.setAside([]);
    const placeOf = ({ topic, partition, offset }: { topic: string; partition: number; offset: number }) =>
      `${/raw_sensor_data$|processed_activity$/.exec(topic)?.[0]}/${partition}/${offset}`;
    const kept = async (limit: number) => (await log.readDeadLetters(limit)).map(placeOf).sort();
    const expected = [
      "processed_activity/1/1000000",
      "raw_sensor_data/0/40",
      ...[10, 7, 8, 9].map((offset) => `raw_sensor_data/1/${offset}`),
    ].sort();
    assert.deepEqual(await kept(100), expected);
    const letters = await log.readDeadLetters(100);
    const of = (offset: number) => letters.find((each) => each.offset === offset)!;
    assert.equal(of(7).reason, "no such column: 7");
    assert.equal(of(7).key, "phöne 🏃");
    assert.equal(of(7).excerpt, letter(7).value);
    assert.equal(of(7).bytes, new TextEncoder().encode(letter(7).value).length);
    assert.ok(Number.isFinite(of(7).atMs));
    assert.ok(long.reason.startsWith(of(1_000_000).reason) && of(1_000_000).reason.length < 5000);
    assert.ok(long.value.startsWith(of(1_000_000).excerpt) && of(1_000_000).excerpt.length > 100);
    assert.equal(of(1_000_000).bytes, 2_000_011);
    assert.equal((await log.readDeadLetters(2)).length, 2);
    await harness.refreshStatus(log);
    assert.equal(log.status().deadLetters, expected.length);

    log = await harness.crash(log);
    assert.deepEqual(await kept(100), expected);
    await runCounting(log);
    // Again, as a sink does that was killed before it could remember.
    await log.setAside([letter(7)]);
    assert.deepEqual([...new Set(await kept(100))], expected);
    await log.append(batchOf("phone-1", "2"));
    await harness.settle(log);
    const windows = (await readAllActivity(log)).flat().map(({ record }) => record.timestamp);
    assert.deepEqual(windows, [1000, 2000]);
    await log.close();
    await assert.rejects(log.setAside([letter(11)]), Unavailable);
  });

  test("a dead letter is read whole, and one that is discarded is gone for good, with who did it", async (harness) => {
    let log = await harness.open();
    const batch = batchOf("phone-1", "1", columnsOf(40, [1e12, 1e12 + 20], [0.1, -0, 9.81]));
    await log.append(batch);
    const partition = partitionOf("phone-1", log.partitions);
    const letter = (offset: number): SetAside => ({
      topic: "raw_sensor_data",
      partition,
      offset,
      key: "phone-1",
      value: encodeRaw(batch),
      reason: "refused",
    });
    await log.setAside([0, 500, 501, 502].map(letter));
    const all = await log.readDeadLetters(10);
    const [first, ...others] = [0, 500, 501, 502].map((offset) =>
      all.find((each) => each.offset === offset)!
    );
    const whole = await log.readDeadLetter(first);
    assert.equal(new TextDecoder().decode(whole!.value), encodeRaw(batch));
    assert.deepEqual([whole!.isWhole, whole!.isRefused, whole!.reason], [true, true, "refused"]);
    const nowhere = { topic: first.topic, partition, offset: 9 };
    assert.equal(await log.readDeadLetter(nowhere), null);

    const events: ControlEvent[] = [];
    await log.tailControl((event) => events.push(event));
    assert.equal(await log.discardDeadLetters([first, others[0]], "Anna"), 2);
    assert.equal(await log.discardDeadLetters([first], "Ben"), 0);
    const entity = ({ topic, offset }: { topic: string; offset: number }) =>
      `deadLetter:${topic}:${partition}:${offset}`;
    assert.deepEqual(
      events.map(({ entity, version, type, by }) => [entity, version, type, by]),
      [first, others[0]].map((each) => [entity(each), 1, "deadLetter.discarded", "Anna"]),
    );
    const left = async () => (await log.readDeadLetters(10)).map(({ offset }) => offset).sort();
    assert.deepEqual(await left(), [501, 502]);
    assert.equal(await log.readDeadLetter(first), null);
    await harness.refreshStatus(log);
    assert.equal(log.status().deadLetters, 2);
    // The record itself stays.
    assert.equal((await readAllRaw(log)).flat().length, 1);

    log = await harness.crash(log);
    assert.deepEqual(await left(), [501, 502]);
    assert.equal(await log.discardDeadLetters([others[1], others[2]], "Anna"), 2);
    assert.deepEqual(await left(), []);
    assert.equal((await controlEvents(log)).length, 4);
  });

  test("a single process that shares a work has every partition, also after it has left and come back", async (harness) => {
    const log = await harness.open();
    const all = Array.from({ length: log.partitions }, (_, partition) => partition);
    for (let times = 0; times < 2; times++) {
      const told: number[][] = [];
      const share = await log.share("sink", (partitions) => told.push([...partitions]));
      assert.deepEqual(told.map((partitions) => partitions.sort((a, b) => a - b)), [all]);
      await share.close();
      await share.close();
    }
  });

  test("closing commits what waits; appending after it is refused as unavailable", async (harness) => {
    const log = await harness.open();
    await runCounting(log);
    const waiting = log.append(batchOf("phone-1", "1"));
    await log.close();
    assert.deepEqual(await waiting, { duplicate: false });
    await assert.rejects(log.append(batchOf("phone-1", "2")), Unavailable);
    await log.close();
    const again = await harness.reopen(log);
    assert.equal((await readAllRaw(again)).flat().length, 1);
    await runCounting(again);
    await harness.settle(again);
    assert.equal((await readAllActivity(again)).flat().length, 1);
  });
}

/** The events so far; later ones are added to it. */
async function controlEvents(log: Log): Promise<ControlEvent[]> {
  const events: ControlEvent[] = [];
  await log.tailControl((event) => events.push(event));
  return events;
}

async function runCounting(log: Log): Promise<CountingTask[]> {
  const tasks: CountingTask[] = [];
  await log.run((context) => tasks[context.partition] = new CountingTask(context));
  return tasks;
}
