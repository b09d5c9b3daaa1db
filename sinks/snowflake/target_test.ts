import assert from "node:assert/strict";
import type { Part } from "./delivery.ts";
import { type Connection, SnowflakeError, Unanswered } from "./driver/connection.ts";
import {
  ADD_POSITIONS,
  BEGIN,
  COMMIT,
  INSERT_DELIVERED,
  MOVE_POSITIONS,
  READ_POSITIONS,
  READ_VERSION,
} from "./statements.ts";
import { SCHEMA_VERSION } from "./tables.ts";
import { Fenced, Target, WrongVersion } from "./target.ts";
import { FakeSnowflake } from "./testing/fake_snowflake.ts";

const LOG = "log-1";
const TOPIC = "raw_sensor_data";
const RIGHT_LACKING = 3001;

/** Records of partition 0 from one offset up to another. */
function partOf(from: number, next: number): Part {
  const rows = Array.from({ length: next - from }, (_, i) => {
    const json = JSON.stringify({ messageId: String(from + i), deviceId: "phone-1" });
    return { offset: from + i, key: "phone-1", json, bytes: json.length, mark: `${from + i} phone-1 m` };
  });
  return { topic: TOPIC, partition: 0, from, next, rows };
}

async function openTarget(snowflake: FakeSnowflake): Promise<Target> {
  const target = await Target.open(snowflake.connect, LOG);
  await target.positions([0]);
  return target;
}

const offsets = (snowflake: FakeSnowflake) => snowflake.rows.map(({ offset }) => offset);

Deno.test("a new log's partitions begin at 0, and positions of other logs are left alone", async () => {
  const snowflake = new FakeSnowflake();
  const target = await openTarget(snowflake);
  await target.deliver([partOf(0, 2)]);
  const other = await Target.open(snowflake.connect, "log-2");
  assert.deepEqual(await other.positions([0]), [
    { topic: TOPIC, partition: 0, next: 0, lastMark: null },
    { topic: "processed_activity", partition: 0, next: 0, lastMark: null },
  ]);
  assert.deepEqual((await target.positions([0, 1])).map(({ partition, next }) => [partition, next]), [
    [0, 2],
    [0, 0],
    [1, 0],
    [1, 0],
  ]);
});

Deno.test("rows and position come together, and the position tells the newest row", async () => {
  const snowflake = new FakeSnowflake();
  const target = await openTarget(snowflake);
  await target.deliver([partOf(0, 3)]);
  const [position] = await target.positions([0]);
  assert.deepEqual(position, { topic: TOPIC, partition: 0, next: 3, lastMark: "2 phone-1 m" });
  assert.deepEqual(offsets(snowflake), [0, 1, 2]);
});

Deno.test("moving on without a row keeps what tells the newest one", async () => {
  const snowflake = new FakeSnowflake();
  const target = await openTarget(snowflake);
  await target.deliver([partOf(0, 3)]);
  await target.deliver([{ ...partOf(3, 4), rows: [] }]);
  const [{ next, lastMark }] = await target.positions([0]);
  assert.deepEqual([next, lastMark], [4, "2 phone-1 m"]);
});

Deno.test("whoever comes second with the same rows is fenced and loads nothing", async () => {
  const snowflake = new FakeSnowflake();
  const [first, second] = [await openTarget(snowflake), await openTarget(snowflake)];
  await first.deliver([partOf(0, 2)]);
  await assert.rejects(second.deliver([partOf(0, 3)]), Fenced);
  assert.deepEqual(offsets(snowflake), [0, 1]);
  await second.deliver([partOf(2, 3)]);
  assert.deepEqual(offsets(snowflake), [0, 1, 2]);
});

Deno.test("of two that load the same rows at the same time one is fenced", async () => {
  const snowflake = new FakeSnowflake();
  const targets = [await openTarget(snowflake), await openTarget(snowflake)];
  const results = await Promise.allSettled(targets.map((target) => target.deliver([partOf(0, 2)])));
  assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  assert.deepEqual(offsets(snowflake), [0, 1]);
});

Deno.test("a statement that is refused takes everything back, and the session is of use again", async () => {
  for (const sql of [MOVE_POSITIONS, INSERT_DELIVERED[TOPIC], COMMIT]) {
    const snowflake = new FakeSnowflake();
    const target = await openTarget(snowflake);
    snowflake.failNext(sql, { code: RIGHT_LACKING });
    await assert.rejects(target.deliver([partOf(0, 2)]), SnowflakeError);
    assert.deepEqual([offsets(snowflake), snowflake.position(TOPIC, 0, LOG)], [[], 0]);
    await target.deliver([partOf(0, 2)]);
    assert.deepEqual(offsets(snowflake), [0, 1]);
  }
});

Deno.test("a position whose row was added twice moves as one, and its rows come once", async () => {
  const snowflake = new FakeSnowflake();
  const connect = async () => twice(await snowflake.connect());
  const target = await Target.open(connect, LOG);
  const positions = await target.positions([0]);
  assert.deepEqual(positions.map(({ topic, next }) => [topic, next]), [[TOPIC, 0], [
    "processed_activity",
    0,
  ]]);
  await target.deliver([partOf(0, 2)]);
  assert.deepEqual(offsets(snowflake), [0, 1]);
});

Deno.test("of rows that stand for one position the farthest counts", async () => {
  const snowflake = new FakeSnowflake();
  await (await openTarget(snowflake)).deliver([partOf(0, 2)]);
  const connection = await snowflake.connect();
  const withStale: Connection = {
    close: () => connection.close(),
    execute: async (sql, binds, deadlineMs) => {
      const reply = await connection.execute(sql, binds, deadlineMs);
      if (sql !== READ_POSITIONS) return reply;
      const stale = reply.rows.map((row) => ({ ...row, NEXT_OFFSET: 0, LAST_MESSAGE: null }));
      return { ...reply, rows: [...stale, ...reply.rows, ...stale] };
    },
  };
  const target = await Target.open(() => Promise.resolve(withStale), LOG);
  const [{ next, lastMark }] = await target.positions([0]);
  assert.deepEqual([next, lastMark], [2, "1 phone-1 m"]);
  await target.deliver([partOf(2, 3)]);
  assert.deepEqual(offsets(snowflake), [0, 1, 2]);
});

/** As where two processes have added the same positions. */
const twice = (connection: Connection): Connection => ({
  close: () => connection.close(),
  execute: async (sql, binds, deadlineMs) => {
    const { rows, rowsAffected } = await connection.execute(sql, binds, deadlineMs);
    if (sql === READ_POSITIONS) return { rows: [...rows, ...rows], rowsAffected };
    return { rows, rowsAffected: sql === MOVE_POSITIONS ? 2 * rowsAffected : rowsAffected };
  },
});

Deno.test("without an answer nothing is loaded, unless it was the commit's that was lost", async () => {
  for (const sql of [BEGIN, MOVE_POSITIONS, INSERT_DELIVERED[TOPIC], COMMIT]) {
    for (const fault of ["never", "done"] as const) {
      const snowflake = new FakeSnowflake();
      const target = await openTarget(snowflake);
      snowflake.failNext(sql, fault);
      await assert.rejects(target.deliver([partOf(0, 2)]), Unanswered);
      const expected = sql === COMMIT && fault === "done" ? 2 : 0;
      assert.equal(snowflake.position(TOPIC, 0, LOG), expected);
      assert.equal(snowflake.rows.length, expected);
    }
  }
});

Deno.test("rows that come after Snowflake has ended the idle transaction are not taken without their position", async () => {
  const snowflake = new FakeSnowflake();
  const target = await openTarget(snowflake);
  snowflake.failNext(INSERT_DELIVERED[TOPIC], "alone");
  await assert.rejects(target.deliver([partOf(0, 2)]), /took 0 of 2 rows/);
  assert.deepEqual([offsets(snowflake), snowflake.position(TOPIC, 0, LOG)], [[], 0]);
});

Deno.test("tables of another version are not touched, and the session is closed", async () => {
  for (
    const [version, message] of [[0, /snowflake:ddl/], [SCHEMA_VERSION + 1, /update the program/]] as const
  ) {
    const snowflake = new FakeSnowflake();
    snowflake.version = version;
    await assert.rejects(Target.open(snowflake.connect, LOG), (error) => {
      assert.ok(error instanceof WrongVersion);
      assert.match(error.message, message);
      return true;
    });
    assert.equal(snowflake.sessions, 0);
  }
});

Deno.test("what fails while opening leaves no session behind", async () => {
  const snowflake = new FakeSnowflake();
  snowflake.failNext(READ_VERSION, { code: RIGHT_LACKING });
  await assert.rejects(Target.open(snowflake.connect, LOG), SnowflakeError);
  assert.equal(snowflake.sessions, 0);
  snowflake.failNext(ADD_POSITIONS, { code: RIGHT_LACKING });
  const target = await Target.open(snowflake.connect, LOG);
  await assert.rejects(target.positions([0]), SnowflakeError);
  await target.close();
  assert.equal(snowflake.sessions, 0);
});
