import assert from "node:assert/strict";
import { Unavailable } from "../../log/unavailable.ts";
import { Unanswered } from "./driver/connection.ts";
import { SnowflakeLoader } from "./loader.ts";
import { COMMIT, INSERT_DELIVERED, MOVE_POSITIONS, READ_POSITIONS, type Topic } from "./statements.ts";
import { FakeSnowflake } from "./testing/fake_snowflake.ts";
import { MemoryLog } from "./testing/memory_log.ts";
import { TestClock } from "./testing/test_clock.ts";

const RAW = "raw_sensor_data";
const PROCESSED = "processed_activity";
const FLUSH_MS = 600_000;
const POLL_MS = 1000;
/** Longer than any wait between two tries. */
const LONG_MS = 400_000;
const RIGHT_LACKING = { code: 3001 };
const INTERNAL_ERROR = { code: 370_001 };
const DATA_ERROR = { code: 100_038, sqlState: "22018" };

class Harness implements AsyncDisposable {
  readonly clock = new TestClock();
  readonly snowflake: FakeSnowflake;
  readonly log: MemoryLog;
  readonly loader: SnowflakeLoader;

  constructor(log = new MemoryLog(), snowflake = new FakeSnowflake()) {
    this.log = log;
    this.snowflake = snowflake;
    this.loader = new SnowflakeLoader({
      log,
      connect: snowflake.connect,
      clock: this.clock,
      settings: {
        account: "ORG-ACCOUNT",
        user: "SINK",
        role: "LOADER",
        warehouse: "LOAD_WH",
        privateKeyPath: "key.p8",
        passphrase: null,
        url: null,
        bufferCountRecords: 200,
        bufferSizeBytes: 100_000,
        bufferFlushMs: FLUSH_MS,
      },
    });
    this.loader.start();
  }

  /** Records that have just come in. */
  append(...messages: string[]): void {
    for (const message of messages) this.log.appendRaw(0, message, { receivedAtMs: this.clock.nowMs() });
  }

  get messages(): string[] {
    return this.snowflake.rows.map(({ record }) => record.messageId);
  }

  position(topic: Topic = RAW, partition = 0): number {
    return this.snowflake.position(topic, partition, this.log.id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.snowflake.mend();
    await this.loader.close();
    assert.equal(this.snowflake.sessions, 0, "no session is left open");
    assert.equal(this.log.isShared, false, "the partitions are left to others");
  }
}

/** Runs with console.error kept away from the test's output. */
async function quietly(run: (said: string[]) => Promise<void>): Promise<void> {
  const said: string[] = [];
  const before = console.error;
  console.error = (...parts: unknown[]) => said.push(parts.join(" "));
  try {
    await run(said);
  } finally {
    console.error = before;
  }
}

function test(sentence: string, run: (harness: Harness, said: string[]) => Promise<void>): void {
  Deno.test(sentence, () =>
    quietly(async (said) => {
      await using harness = new Harness();
      await run(harness, said);
    }));
}

test("records wait for others until the oldest has waited long enough, without a connection", async (harness) => {
  const { clock, snowflake, loader } = harness;
  await clock.pass(POLL_MS);
  harness.append("a");
  await clock.pass(FLUSH_MS - 2 * POLL_MS);
  harness.append("b");
  await clock.pass(POLL_MS);
  assert.deepEqual([harness.messages, snowflake.sessions], [[], 0]);
  assert.deepEqual(loader.status().lagRecords, { raw_sensor_data: 2, processed_activity: 0 });
  await clock.pass(2 * POLL_MS);
  assert.deepEqual([harness.messages, harness.position(), snowflake.sessions], [["a", "b"], 2, 0]);
  assert.deepEqual([snowflake.loads, snowflake.logins], [1, 2]);
  const { lagRecords, trouble, deliveries, deliveredRecords, deliveredBytes, lastDeliveryAtMs } = loader
    .status();
  assert.deepEqual(lagRecords, { raw_sensor_data: 0, processed_activity: 0 });
  assert.deepEqual([trouble, deliveries, deliveredRecords], [null, 1, 2]);
  assert.ok(deliveredBytes > 200 && clock.nowMs() - lastDeliveryAtMs! <= 2 * POLL_MS);
});

test("as many records or bytes as are held at most do not wait, and what is behind goes on at once", async (harness) => {
  const { clock, snowflake } = harness;
  await clock.pass(POLL_MS);
  harness.append(...Array.from({ length: 450 }, (_, i) => String(i)));
  await clock.pass(POLL_MS);
  assert.equal(snowflake.loads, 2);
  assert.deepEqual(harness.messages, Array.from({ length: 400 }, (_, i) => String(i)));
  const large = { xyz: new Float64Array(9000).fill(0.123456), tMs: new Float64Array(3000), count: 3000 };
  harness.log.appendRaw(1, "large", { ...large, receivedAtMs: clock.nowMs() });
  await clock.pass(2 * POLL_MS);
  assert.equal(harness.messages.length, 451);
});

test("nothing is loaded where nothing came", async (harness) => {
  await harness.clock.pass(2 * FLUSH_MS);
  assert.deepEqual([harness.snowflake.loads, harness.snowflake.logins], [0, 1]);
});

for (const fault of ["never", "done"] as const) {
  test(`a commit without an answer that was ${fault}: each record is there once`, async (harness) => {
    const { clock, snowflake, loader } = harness;
    harness.append("a", "b");
    harness.log.appendActivity(0, 5000);
    snowflake.failNext(COMMIT, fault);
    await clock.pass(FLUSH_MS);
    assert.match(loader.status().trouble ?? "", /no answer/);
    await clock.pass(LONG_MS);
    assert.deepEqual(harness.messages, ["a", "b", "run-1:5000"]);
    assert.deepEqual([harness.position(), harness.position(PROCESSED)], [2, 1]);
    assert.equal(loader.status().trouble, null);
  });
}

test("a commit that is done late, while the same records are loaded again: each record is there once", async (harness) => {
  const { clock, snowflake } = harness;
  harness.append("a", "b");
  snowflake.failNext(COMMIT, "late");
  const passed = clock.pass(FLUSH_MS + LONG_MS);
  await snowflake.whenBlocked();
  snowflake.commitLate();
  await passed;
  assert.deepEqual([harness.messages, harness.position()], [["a", "b"], 2]);
  assert.equal(harness.loader.status().trouble, null);
});

test(
  "another process that loads the same partition is no trouble, and nothing is loaded twice",
  async (harness, said) => {
    const { clock, snowflake } = harness;
    const other = new Harness(harness.log, snowflake);
    harness.append("a", "b");
    await other.clock.pass(FLUSH_MS + POLL_MS);
    await clock.pass(POLL_MS);
    assert.equal(harness.loader.status().trouble, null);
    harness.append("c");
    await clock.pass(FLUSH_MS + LONG_MS);
    await other.clock.pass(FLUSH_MS + LONG_MS);
    assert.deepEqual([harness.messages, harness.position()], [["a", "b", "c"], 3]);
    assert.deepEqual(said, []);
    await other.loader.close();
  },
);

test(
  "what failed is tried again after waits that grow up to a bound, its trouble is said once and goes away",
  async (harness, said) => {
    const { clock, snowflake, loader } = harness;
    await clock.pass(POLL_MS);
    for (
      const [fault, firstMs, mostMs] of [[INTERNAL_ERROR, 1000, 60_000], [
        RIGHT_LACKING,
        15_000,
        300_000,
      ]] as const
    ) {
      said.length = 0;
      harness.append("a");
      snowflake.failAll(INSERT_DELIVERED[RAW], fault);
      await clock.pass(FLUSH_MS);
      clock.waits.length = 0;
      await clock.pass(3_600_000);
      const { trouble } = loader.status();
      assert.ok(trouble?.includes(String(fault.code).padStart(6, "0")), trouble ?? "no trouble");
      assert.equal(said.length, 1);
      for (const waitMs of clock.waits) assert.ok(waitMs >= 0.75 * firstMs && waitMs <= 1.25 * mostMs);
      assert.ok(clock.waits.at(-1)! >= 0.75 * mostMs);
      snowflake.mend();
      await clock.pass(LONG_MS);
      assert.equal(loader.status().trouble, null);
    }
    assert.deepEqual(harness.messages, ["a", "a"]);
  },
);

for (const sql of [INSERT_DELIVERED[RAW], COMMIT]) {
  test(`a transaction that Snowflake has ended before ${sql.slice(0, 6)} is done again`, async (harness) => {
    const { clock, snowflake } = harness;
    harness.append("a");
    snowflake.failNext(sql, "alone");
    await clock.pass(FLUSH_MS + LONG_MS);
    harness.append("b");
    await clock.pass(FLUSH_MS + LONG_MS);
    assert.deepEqual([harness.messages, harness.position()], [["a", "b"], 2]);
  });
}

test("fenced again and again, it says so", async (harness) => {
  const { clock, snowflake, loader } = harness;
  await clock.pass(POLL_MS);
  harness.append("a");
  snowflake.failAll(MOVE_POSITIONS, { rowsAffected: 2 });
  await clock.pass(FLUSH_MS + LONG_MS);
  assert.match(loader.status().trouble ?? "", /another process .*2 of 1/);
  snowflake.mend();
  await clock.pass(LONG_MS);
  assert.deepEqual([harness.messages, loader.status().trouble], [["a"], null]);
});

test("while a table refuses, the trouble stays although what is read again is young, and the lag grows", async (harness) => {
  const { clock, snowflake, loader } = harness;
  await clock.pass(POLL_MS);
  harness.log.appendActivity(0, 5000);
  snowflake.failAll(INSERT_DELIVERED[PROCESSED], RIGHT_LACKING);
  await clock.pass(FLUSH_MS + POLL_MS);
  for (let timeMs = 0; timeMs < FLUSH_MS; timeMs += 10_000) {
    await clock.pass(10_000);
    assert.match(loader.status().trouble ?? "", /003001/);
  }
  snowflake.failAll(READ_POSITIONS, RIGHT_LACKING);
  harness.log.appendActivity(0, 10_000);
  await clock.pass(LONG_MS);
  assert.equal(loader.status().lagRecords?.processed_activity, 2);
});

test("an account that cannot be reached is trouble, and loading goes on when it can", async (harness) => {
  const { clock, snowflake, loader } = harness;
  snowflake.down = new Unanswered("no such host", "ENOTFOUND");
  harness.append("a");
  await clock.pass(FLUSH_MS);
  assert.match(loader.status().trouble ?? "", /SNOWFLAKE_ACCOUNT/);
  assert.equal(loader.status().lagRecords, null);
  snowflake.mend();
  await clock.pass(LONG_MS);
  assert.deepEqual([harness.messages, loader.status().trouble], [["a"], null]);
});

test("a log that does not answer is the log's trouble, not Snowflake's", async (harness) => {
  const { clock, log, loader } = harness;
  log.trouble = new Unavailable("Kafka does not answer: check KAFKA_BROKERS", 5);
  await clock.pass(POLL_MS);
  assert.equal(loader.status().trouble, "Kafka does not answer: check KAFKA_BROKERS");
  log.trouble = null;
  await clock.pass(LONG_MS);
  assert.equal(loader.status().trouble, null);
});

test("records that are refused are set aside with the reason, and the others land", async (harness) => {
  const { clock, snowflake, log, loader } = harness;
  snowflake.marker = "bad";
  const all = Array.from({ length: 20 }, (_, i) => [0, 7, 8, 19].includes(i) ? `bad ${i}` : String(i));
  harness.append(...all);
  await clock.pass(FLUSH_MS + POLL_MS);
  assert.deepEqual(harness.messages, all.filter((message) => !message.startsWith("bad")));
  assert.deepEqual(log.letters.map(({ topic, partition, offset }) => [topic, partition, offset]), [
    [RAW, 0, 0],
    [RAW, 0, 7],
    [RAW, 0, 8],
    [RAW, 0, 19],
  ]);
  assert.equal(JSON.parse(log.letters[1].value).messageId, "bad 7");
  assert.match(log.letters[1].reason, /^Snowflake refused it: bad is not recognized/);
  const { refusedRecords, deliveredRecords, trouble } = loader.status();
  assert.deepEqual([refusedRecords, deliveredRecords, trouble, harness.position()], [4, 16, null, 20]);
});

test("a refused record is not passed over before it is set aside", async (harness) => {
  const { clock, snowflake, log } = harness;
  await clock.pass(POLL_MS);
  snowflake.marker = "bad";
  harness.append("a", "bad");
  const { setAside } = log;
  log.setAside = () => Promise.reject(new Unavailable("the log is full", 5));
  await clock.pass(FLUSH_MS + LONG_MS);
  assert.deepEqual([harness.messages, harness.position(), log.letters], [["a"], 1, []]);
  log.setAside = setAside;
  await clock.pass(LONG_MS);
  assert.deepEqual([harness.messages, harness.position(), log.letters.length], [["a"], 2, 1]);
});

test("where more are refused than single ones, it stops and says that it must be the table", async (harness) => {
  const { clock, snowflake, loader, log } = harness;
  harness.append(...Array.from({ length: 150 }, (_, i) => String(i)));
  snowflake.failAll(INSERT_DELIVERED[RAW], DATA_ERROR);
  await clock.pass(FLUSH_MS + POLL_MS);
  assert.match(loader.status().trouble ?? "", /refused more than 100 records.*snowflake:check/);
  assert.deepEqual([log.letters.length, harness.position()], [100, 100]);
  // However often it is tried again.
  await clock.pass(LONG_MS);
  assert.deepEqual([log.letters.length, harness.position()], [100, 100]);
  snowflake.mend();
  await clock.pass(LONG_MS);
  assert.deepEqual([harness.messages.length, harness.position()], [50, 150]);
});

test("a wrong table keeps its records in the log while those of the other topic are loaded", async (harness) => {
  const { clock, snowflake, log } = harness;
  for (let i = 0; i < 2000; i++) log.appendActivity(0, 5000 * i);
  snowflake.failAll(INSERT_DELIVERED[PROCESSED], DATA_ERROR);
  for (let hour = 0; hour < 5; hour++) {
    harness.append(String(hour));
    await clock.pass(3_600_000);
  }
  assert.deepEqual([harness.messages, log.letters.length], [["0", "1", "2", "3", "4"], 100]);
});

test("without partitions there is no connection, however far behind it was", async (harness) => {
  const { clock, snowflake, log } = harness;
  harness.append(...Array.from({ length: 250 }, (_, i) => String(i)));
  snowflake.onLoad = () => log.assign([]);
  await clock.pass(LONG_MS);
  assert.deepEqual([harness.messages.length, snowflake.sessions], [200, 0]);
});

test("a topic that is far behind does not hold up the others", async (harness) => {
  const { clock, snowflake, log } = harness;
  harness.append(...Array.from({ length: 5000 }, (_, i) => String(i)));
  log.appendActivity(1, 5000);
  await clock.pass(POLL_MS);
  const place = snowflake.rows.findIndex(({ topic }) => topic === PROCESSED);
  assert.ok(place >= 0 && place <= 1000, `loaded after ${place} others`);
});

test("a topic made anew is trouble with the SQL that lets it be loaded, holds up no other, and goes on after that", async (harness) => {
  const { clock, snowflake, log, loader } = harness;
  harness.append("a", "b");
  await clock.pass(FLUSH_MS + POLL_MS);
  log.makeAnew(RAW, 0);
  harness.append("new a");
  await clock.pass(POLL_MS);
  assert.match(loader.status().trouble ?? "", /DELETE FROM ACTIVITY_DB\.SINK\.OFFSETS/);
  for (let i = 1; i <= 3; i++) {
    log.appendActivity(1, 5000 * i);
    await clock.pass(FLUSH_MS + 2 * POLL_MS);
    assert.equal(harness.position(PROCESSED, 1), i);
  }
  assert.equal(harness.position(), 2);
  snowflake.deletePosition(RAW, 0, log.id);
  await clock.pass(2 * FLUSH_MS);
  assert.deepEqual(harness.messages.filter((message) => message.startsWith("new")), ["new a"]);
  assert.equal(loader.status().trouble, null);
});

test(
  "records that were deleted before they were loaded are counted once, however often loading fails",
  async (harness, said) => {
    const { clock, snowflake, log, loader } = harness;
    harness.append("a", "b", "c", "d");
    log.deleteBefore(RAW, 0, 3);
    snowflake.failAll(COMMIT, INTERNAL_ERROR);
    await clock.pass(FLUSH_MS + LONG_MS);
    snowflake.mend();
    await clock.pass(LONG_MS);
    assert.deepEqual([loader.status().lostRecords, harness.messages], [3, ["d"]]);
    assert.equal(said.filter((line) => line.includes("RETENTION_MS")).length, 1);
  },
);

test("partitions that go are not loaded any more, and those that come are, from where they stand", async (harness) => {
  const { clock, log, loader } = harness;
  log.assign([0]);
  for (const partition of [0, 1]) {
    log.appendRaw(partition, `of ${partition}`, { receivedAtMs: clock.nowMs() });
  }
  await clock.pass(FLUSH_MS + POLL_MS);
  assert.deepEqual(harness.messages, ["of 0"]);
  log.assign([]);
  harness.append("for another process");
  await clock.pass(FLUSH_MS + POLL_MS);
  assert.deepEqual(harness.messages, ["of 0"]);
  assert.deepEqual(loader.status().lagRecords, { raw_sensor_data: 0, processed_activity: 0 });
  log.assign([1]);
  await clock.pass(FLUSH_MS + POLL_MS);
  assert.deepEqual(harness.messages, ["of 0", "of 1"]);
});

test("what waits is loaded when it stops", async (harness) => {
  harness.append("a");
  await harness.clock.pass(2 * POLL_MS);
  assert.deepEqual(harness.messages, []);
  await harness.loader.close();
  assert.deepEqual([harness.messages, harness.position()], [["a"], 1]);
});

test("what cannot be loaded when it stops stays in the log", async (harness) => {
  harness.append("a");
  await harness.clock.pass(2 * POLL_MS);
  harness.snowflake.down = new Unanswered("no such host", "ENOTFOUND");
  await harness.loader.close();
  assert.deepEqual([harness.messages, harness.position()], [[], 0]);
});
