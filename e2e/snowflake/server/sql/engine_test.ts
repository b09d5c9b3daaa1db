import assert from "node:assert/strict";
import { join } from "node:path";
import { ddl } from "../../../../sinks/snowflake/ddl/mod.ts";
import * as statements from "../../../../sinks/snowflake/statements.ts";
import { Account, NOW_MS, PUBLIC_KEY, rows, run, value } from "./testing.ts";

const LOG = "log-1";
const DELIVERY = "delivery-1";
const RAW_RECORD = {
  messageId: "7",
  sessionId: "s",
  deviceId: 'it\'s "x"',
  receivedAt: NOW_MS,
  sensorReadings: [],
};
const WINDOW = {
  messageId: "s:1",
  sessionId: "s",
  deviceId: "d",
  timestamp: NOW_MS,
  magnitude: 1e-7,
  activity: "walking",
  confidence: 0.9,
  windowStart: NOW_MS - 5000,
  windowMs: 5000,
  magnitudeStd: 0.25,
  cadenceHz: null,
  readings: 250,
  coverage: 1,
  gravityRemoved: true,
  thresholdsVersion: 3,
};

/** One batch of a record in each topic, as the sink sends it. */
async function load(session: ReturnType<Account["sink"]>, from: number): Promise<number> {
  await run(session, statements.BEGIN);
  await run(session, statements.LOCK_POSITIONS, LOG);
  const topics = ["raw_sensor_data", "processed_activity"] as const;
  const moves = topics.map((topic) => [topic, 0, from, from + 1, "m", DELIVERY]);
  const { counts: { updated } } = await run(session, statements.MOVE_POSITIONS, JSON.stringify(moves), LOG);
  if (updated !== topics.length) {
    await run(session, statements.ROLLBACK);
    return updated;
  }
  for (const topic of topics) {
    const record = topic === "raw_sensor_data" ? RAW_RECORD : WINDOW;
    const { counts } = await run(
      session,
      statements.INSERT_DELIVERED[topic],
      topic,
      LOG,
      topic,
      JSON.stringify([[0, from, record]]),
      LOG,
      DELIVERY,
    );
    assert.equal(counts.inserted, 1);
  }
  await run(session, statements.COMMIT);
  return updated;
}

Deno.test("the sink's statements load a batch, and the same batch again is fenced off", async () => {
  await using account = await Account.loaded();
  const session = account.sink();
  assert.equal(await value(session, statements.READ_VERSION), "1");
  const partitions = JSON.stringify([["raw_sensor_data", 0], ["processed_activity", 0]]);
  assert.equal((await run(session, statements.ADD_POSITIONS, LOG, partitions)).counts.inserted, 2);
  assert.equal((await run(session, statements.ADD_POSITIONS, LOG, partitions)).counts.inserted, 0);
  assert.equal(await load(session, 0), 2);
  assert.equal(await load(session, 0), 0);
  assert.equal(await load(session, 1), 2);
  assert.deepEqual(await rows(session, statements.READ_POSITIONS, LOG), [
    ["raw_sensor_data", "0", "2", "m"],
    ["processed_activity", "0", "2", "m"],
  ]);
  assert.deepEqual(
    await rows(
      account.admin,
      "SELECT KAFKA_OFFSET, DEVICE_ID, RECORD_METADATA:key::VARCHAR, RECORD_CONTENT:messageId::NUMBER(9,0), RECEIVED_AT " +
        "FROM ACTIVITY_DB.RAW_DATA.ACTIVITY_RECORDS ORDER BY 1",
    ),
    ["0", "1"].map((
      offset,
    ) => [offset, RAW_RECORD.deviceId, RAW_RECORD.deviceId, "7", `${NOW_MS / 1000}.000`]),
  );
  assert.deepEqual(
    await rows(
      account.admin,
      "SELECT TIMESTAMP, WINDOW_START, MAGNITUDE, CADENCE_HZ, GRAVITY_REMOVED, THRESHOLDS_VERSION, LOADED_AT " +
        "FROM ACTIVITY_DB.PROCESSED_DATA.USER_ACTIVITY_PROCESSED WHERE KAFKA_OFFSET = 0",
    ),
    [[`${NOW_MS / 1000}.000`, `${NOW_MS / 1000 - 5}.000`, "1e-7", null, "1", "3", `${NOW_MS / 1000}.000`]],
  );
});

Deno.test("the DDL can be run again and changes nothing", async () => {
  await using account = await Account.loaded();
  const show = () => rows(account.admin, "SHOW GRANTS TO ROLE ACTIVITY_LOADER");
  const before = await show();
  await run(account.admin, "USE ROLE ACCOUNTADMIN");
  for (const sql of ddl({ publicKey: PUBLIC_KEY })) await run(account.admin, sql);
  assert.deepEqual(await show(), before);
  assert.equal(account.engine.user("ACTIVITY_SINK")?.rsaPublicKey, PUBLIC_KEY);
  assert(account.engine.hasRole("ACTIVITY_SINK", "ACTIVITY_LOADER"));
  assert(!account.engine.hasRole("ACTIVITY_SINK", "SYSADMIN"));
});

Deno.test("a file keeps what was committed; what was open at the crash is undone at the next start", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const dataPath = join(directory, "crashed.duckdb");
    const copyPath = join(directory, "copy.duckdb");
    {
      await using account = await Account.empty(dataPath);
      await run(account.admin, "CREATE TABLE A (N NUMBER(9,0))");
      await run(account.admin, "INSERT INTO A VALUES (1), (2)");
      await run(account.admin, "BEGIN");
      await run(account.admin, "INSERT INTO A VALUES (3)");
      await run(account.admin, "UPDATE A SET N = 9 WHERE N = 1");
      // What a killed process leaves behind.
      for (const suffix of ["", ".wal"]) await Deno.copyFile(dataPath + suffix, copyPath + suffix);
      await run(account.admin, "COMMIT");
    }
    const numbers = async (path: string) => {
      await using account = await Account.empty(path);
      return (await rows(account.admin, "SELECT N FROM A ORDER BY N")).flat();
    };
    assert.deepEqual(await numbers(dataPath), ["2", "3", "9"]);
    assert.deepEqual(await numbers(copyPath), ["1", "2"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a session takes the user's defaults, and none of what is not there", async () => {
  await using account = await Account.loaded();
  const session = account.engine.open({ user: "ACTIVITY_SINK", database: "MISSING", warehouse: "MISSING" });
  assert.deepEqual(session.context, {
    user: "ACTIVITY_SINK",
    role: "ACTIVITY_LOADER",
    warehouse: null,
    database: null,
    schema: null,
  });
  assert.equal(account.sink().context.warehouse, "ACTIVITY_WH");
  assert.throws(() => account.engine.open({ user: "NOBODY" }), /no user NOBODY/);
});
