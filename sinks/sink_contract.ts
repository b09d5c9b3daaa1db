/**
 * What every sink must do, as tests. A sink passes by calling {@linkcode testSinkContract} with a harness of its own.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { EmbeddedHarness } from "../log/embedded/testing.ts";
import type { Log } from "../log/port.ts";
import { batchOf, readAllActivity, readAllRaw } from "../log/testing/batches.ts";
import { CountingTask } from "../log/testing/counting_task.ts";
import type { SinkLog } from "./port.ts";

/** The log, as a sink under test may use it. */
export type ContractLog = SinkLog & Pick<Log, "tailActivity">;

export type SinkTopic = "raw_sensor_data" | "processed_activity";

/** What whoever looks into the target finds. */
export interface Found {
  /** Each row as `topicDeviceMessage` gives it, as often as it is there. */
  rows: string[];
  /** First offset that is not delivered, per partition. */
  positions: Partial<Record<SinkTopic, readonly number[]>>;
}

/** A sink and its target, whose topics are delivered from one log at a time. */
export interface SinkHarness extends AsyncDisposable {
  readonly topics: readonly SinkTopic[];
  /** Starts the sink on a log; the target is as it was left. */
  start(log: ContractLog): Promise<void>;
  /** Stops it in order. */
  stop(): Promise<void>;
  /** Lets it work, and kills it after so many steps of what it does; 0: at once. */
  kill(steps: number): Promise<void>;
  /** Resolves when all is delivered that can be. */
  settle(): Promise<void>;
  /** From now on the target refuses to take anything, until `mend`. */
  refuse(): void;
  mend(): void;
  /** The target loses everything; the sink is stopped. */
  empty(): Promise<void>;
  /** What the target holds for good. */
  look(): Promise<Found>;
}

/** A run takes a tenth of a second. */
const RUNS = 15;
/** More than the sinks do for one delivery. */
const MAX_STEPS = 14;
const PHONES = 5;

export const topicDeviceMessage = (topic: SinkTopic, deviceId: string, messageId: string): string =>
  `${topic} ${deviceId} ${messageId}`;

/**
 * @param newHarness makes a sink with an empty target for one test
 * @param register takes each test's name and body; `Deno.test` unless the sink needs something that may be missing
 */
export function testSinkContract(
  name: string,
  newHarness: () => SinkHarness,
  register: (name: string, body: () => Promise<void>) => void = Deno.test,
): void {
  function test(sentence: string, run: (sink: SinkHarness, logs: Logs) => Promise<void>): void {
    register(`${name}: ${sentence}`, async () => {
      await using logs = new Logs();
      await using sink = newHarness();
      await run(sink, logs);
    });
  }

  test(
    "everything in the log is delivered once, and so is what comes while the sink runs",
    async (sink, logs) => {
      const log = await logs.open();
      await logs.append(log, 20);
      await sink.start(log);
      await sink.settle();
      await logs.append(log, 20);
      await sink.settle();
      await assertComplete(sink, log);
    },
  );

  test("whenever it is killed, it goes on without loss or repetition, and no position is ahead of the rows", async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ append: fc.integer({ min: 1, max: 8 }) }) },
      { weight: 3, arbitrary: fc.record({ kill: fc.integer({ min: 0, max: MAX_STEPS }) }) },
      { weight: 1, arbitrary: fc.constantFrom("settle" as const, "restart" as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 16 }), async (steps) => {
        await using logs = new Logs();
        await using sink = newHarness();
        const log = await logs.open();
        await sink.start(log);
        for (const step of steps) {
          if (step === "settle") await sink.settle();
          else if (step === "restart") await sink.stop();
          else if ("append" in step) await logs.append(log, step.append);
          else await sink.kill(step.kill);
          if (step === "restart" || (typeof step === "object" && "kill" in step)) {
            await assertDelivered(sink, log, "up to the positions");
            await sink.start(log);
          }
        }
        await sink.settle();
        await assertComplete(sink, log);
      }),
      { numRuns: RUNS },
    );
  });

  test("what the target refuses for a while is delivered when it takes it again", async (sink, logs) => {
    const log = await logs.open();
    await sink.start(log);
    await logs.append(log, 10);
    await sink.settle();
    const before = await sink.look();
    sink.refuse();
    await logs.append(log, 10);
    await sink.settle();
    assert.deepEqual(await sink.look(), before);
    sink.mend();
    await sink.settle();
    await assertComplete(sink, log);
  });

  test("a stop delivers what came or leaves it for the next start", async (sink, logs) => {
    const log = await logs.open();
    await sink.start(log);
    for (let i = 0; i < 3; i++) {
      await logs.append(log, 7);
      await sink.stop();
      await assertDelivered(sink, log, "up to the positions");
      await sink.start(log);
    }
    await sink.settle();
    await assertComplete(sink, log);
  });

  test("a target that was emptied is filled again from the log", async (sink, logs) => {
    const log = await logs.open();
    await logs.append(log, 20);
    await sink.start(log);
    await sink.settle();
    await sink.stop();
    await sink.empty();
    assert.deepEqual((await sink.look()).rows, []);
    await sink.start(log);
    await sink.settle();
    await assertComplete(sink, log);
  });

  test("another log is delivered from its beginning", async (sink, logs) => {
    const first = await logs.open();
    await logs.append(first, 20);
    await sink.start(first);
    await sink.settle();
    await sink.stop();
    const second = await logs.open();
    await logs.append(second, 3);
    await sink.start(named(second, "another"));
    await sink.settle();
    await assertDelivered(sink, second, "everything");
  });
}

/** Logs in temporary folders, each with phones of its own. */
class Logs implements AsyncDisposable {
  readonly #engine = new EmbeddedHarness();
  readonly #opened: Log[] = [];
  #messages = 0;

  async open(): Promise<Log> {
    const log = await this.#engine.open();
    await log.run((context) => new CountingTask(context));
    this.#opened.push(log);
    return log;
  }

  /** Resolves when the windows of these messages are in the log, too. */
  async append(log: Log, messages: number): Promise<void> {
    for (let i = 0; i < messages; i++) {
      const message = this.#messages++;
      await log.append(batchOf(`phone-${this.#opened.indexOf(log)}-${message % PHONES}`, String(message)));
    }
    await this.#engine.settle(log);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]();
  }
}

/** The same log under another name. */
const named = (log: Log, id: string): ContractLog => ({
  id,
  partitions: log.partitions,
  extents: (topic) => log.extents(topic),
  readRaw: (...range) => log.readRaw(...range),
  readActivity: (...range) => log.readActivity(...range),
  tailActivity: (...from) => log.tailActivity(...from),
  setAside: (letters) => log.setAside(letters),
  share: (...work) => log.share(...work),
});

/** What the target has to hold of a topic, per partition. */
async function expectedOf(log: Log, topic: SinkTopic): Promise<{ offset: number; row: string }[][]> {
  const read = topic === "raw_sensor_data" ? readAllRaw : readAllActivity;
  return (await read(log)).map((records) =>
    records.map(({ offset, record: { deviceId, messageId } }) => ({
      offset,
      row: topicDeviceMessage(topic, deviceId, messageId),
    }))
  );
}

/** The target holds nothing else than the log, all of it, each once. */
async function assertComplete(sink: SinkHarness, log: Log): Promise<void> {
  const expected = await Promise.all(sink.topics.map((topic) => expectedOf(log, topic)));
  const { rows } = await sink.look();
  assert.deepEqual([...rows].sort(), expected.flat(2).map(({ row }) => row).sort());
  await assertDelivered(sink, log, "everything");
}

/** What the log holds is in the target once, and whatever comes after the positions once at most. */
async function assertDelivered(
  sink: SinkHarness,
  log: Log,
  extent: "everything" | "up to the positions",
): Promise<void> {
  const { rows, positions } = await sink.look();
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  for (const topic of sink.topics) {
    const ends = (await log.extents(topic)).map(({ end }) => end);
    if (extent === "everything") assert.deepEqual(positions[topic], ends);
    (await expectedOf(log, topic)).forEach((records, partition) => {
      for (const { offset, row } of records) {
        const count = counts.get(row) ?? 0;
        assert.ok(count <= 1, `${row} is there ${count} times`);
        if (offset < positions[topic]![partition]) assert.equal(count, 1, `${row} is behind the position`);
      }
    });
  }
}
