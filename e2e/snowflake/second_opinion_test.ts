import assert from "node:assert/strict";
import { ddl } from "../../sinks/snowflake/ddl/mod.ts";
import { migrate, MIGRATIONS } from "../../sinks/snowflake/ddl/migrations.ts";
import { addColumn } from "../../sinks/snowflake/ddl/objects.ts";
import * as statements from "../../sinks/snowflake/statements.ts";
import { ACTIVITY_RECORDS, fullName, TABLES, USER_ACTIVITY_PROCESSED } from "../../sinks/snowflake/tables.ts";
import {
  NOT_ON_FAKESNOW,
  type Outcome,
  parseWithSqlglot,
  runOnFakesnow,
  secondOpinionTest,
  type Step,
} from "./second_opinion.ts";

/** sqlglot keeps these as text: it has no grammar for users and roles. */
const ONLY_TEXT = /^(CREATE ROLE|CREATE USER|ALTER USER|GRANT ROLE) /;

const DDL = ddl({ publicKey: "MIIB", readerPublicKey: "MIIB" });
const TABLES_DDL = DDL.filter((sql) => !NOT_ON_FAKESNOW.test(sql));
const {
  ADD_POSITIONS,
  BEGIN,
  COMMIT,
  INSERT_DELIVERED,
  LOCK_POSITIONS,
  MOVE_POSITIONS,
  READ_POSITIONS,
  ROLLBACK,
} = statements;

const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const LOG = "log-1";
const DELIVERY = "delivery-1";
const RAW = {
  messageId: "7",
  sessionId: 'it\'s a "session" \\ ☃',
  deviceId: "phone-1",
  receivedAt: AT_MS,
  source: "seed",
  gravity: "included",
  sensorReadings: [{ name: "accelerometer", timestamp: AT_MS - 20.5, values: [0.1, -9.81, 1e-7] }],
};
const WINDOW = {
  messageId: `s:${AT_MS}`,
  sessionId: "s",
  deviceId: "phone-1",
  timestamp: AT_MS,
  magnitude: 1.2345,
  activity: "walking",
  windowStart: AT_MS - 5000,
  windowMs: 5000,
  magnitudeStd: 0.5,
  cadenceHz: null,
  readings: 250,
  coverage: 0.98,
  confidence: 0.875,
  gravityRemoved: true,
  thresholdsVersion: 3,
};

/** One load of both topics, as the sink sends it. */
const load = (ending: string): Step[] => [
  { sql: BEGIN },
  { sql: LOCK_POSITIONS, binds: [LOG] },
  {
    sql: MOVE_POSITIONS,
    binds: [
      JSON.stringify([
        ["raw_sensor_data", 1, 0, 3, "7", DELIVERY],
        ["processed_activity", 0, 0, 1, "s", DELIVERY],
      ]),
      LOG,
    ],
  },
  ...ending === COMMIT
    ? [insert("raw_sensor_data", [[1, 0, RAW], [1, 2, RAW]]), insert("processed_activity", [[0, 0, WINDOW]])]
    : [],
  { sql: ending },
];

function insert(topic: statements.Topic, rows: unknown[]): Step {
  return { sql: INSERT_DELIVERED[topic], binds: [topic, LOG, topic, JSON.stringify(rows), LOG, DELIVERY] };
}

async function run(steps: Step[]): Promise<{ columns: string[]; rows: unknown[][] }[]> {
  const outcomes = await runOnFakesnow(steps);
  return outcomes.map((outcome, i) => good(outcome, steps[i].sql));
}

function good(outcome: Outcome, sql: string): { columns: string[]; rows: unknown[][] } {
  if ("error" in outcome) assert.fail(`${sql}\n${outcome.error}`);
  return outcome;
}

const steps = (sql: string[]): Step[] => sql.map((sql) => ({ sql }));

secondOpinionTest("sqlglot understands every statement that the sink sends", async () => {
  const sql = Object.values(statements).flatMap((one) =>
    typeof one === "string" ? [one] : Object.values(one)
  );
  assert.deepEqual(await parseWithSqlglot(sql), sql.map(() => null));
});

secondOpinionTest("sqlglot understands the DDL, but for users and roles", async () => {
  const refused = (await parseWithSqlglot(DDL)).flatMap((problem, i) => problem === null ? [] : [DDL[i]]);
  assert.deepEqual(refused, DDL.filter((sql) => ONLY_TEXT.test(sql)));
});

secondOpinionTest(
  "an error and a statement that is not understood are told apart from a good one",
  async () => {
    const [good, error, text] = await parseWithSqlglot(["SELECT 1", "SELECT FROM WHERE (", "CREATE ROLE R"]);
    assert.equal(good, null);
    assert.match(error!, /Line 1/);
    assert.match(text!, /taken for a command/);
    const [, failed] = await runOnFakesnow(steps(["SELECT 1", "SELECT * FROM NOWHERE.AT.ALL"]));
    assert("error" in failed);
  },
);

secondOpinionTest("the DDL runs twice on fakesnow and makes every column, its version once", async () => {
  const looks = steps([
    ...TABLES.map((table) => `DESCRIBE TABLE ${fullName(table)}`),
    "SELECT VERSION FROM ACTIVITY_DB.SINK.SCHEMA_HISTORY",
    statements.READ_VERSION,
  ]);
  const outcomes = (await run([...steps(TABLES_DDL), ...steps(TABLES_DDL), ...looks])).slice(-looks.length);
  TABLES.forEach((table, i) => {
    const made = outcomes[i].rows.map((
      [name, type],
    ) => [name, String(type).replace(/^(VARCHAR|TIMESTAMP_NTZ)\(.*/, "$1")]);
    assert.deepEqual(
      made,
      table.columns.map(({ name, type }) => [name, type.replace(/^(TIMESTAMP_NTZ)\(.*/, "$1")]),
    );
  });
  assert.deepEqual(outcomes.slice(-2).map(({ rows }) => rows), [[[1]], [[1]]]);
});

secondOpinionTest(
  "a table of an older version gets the columns that it lacks and keeps its rows",
  async () => {
    const name = fullName(ACTIVITY_RECORDS);
    const older = ["RECORD_CONTENT", "RECORD_METADATA"];
    const added = ACTIVITY_RECORDS.columns.filter((column) => !older.includes(column.name));
    const upgrade = migrate([
      ...MIGRATIONS,
      { version: 2, statements: added.map((column) => addColumn(ACTIVITY_RECORDS, column)) },
    ]);
    const outcomes = await run(steps([
      "CREATE DATABASE IF NOT EXISTS ACTIVITY_DB",
      "CREATE SCHEMA IF NOT EXISTS ACTIVITY_DB.RAW_DATA",
      `CREATE TABLE ${name} (${older.map((column) => `${column} VARIANT`).join(", ")})`,
      `INSERT INTO ${name} SELECT PARSE_JSON('{"a":1}'), NULL`,
      ...upgrade,
      ...upgrade,
      `DESCRIBE TABLE ${name}`,
      `SELECT RECORD_CONTENT:a::NUMBER(9,0) AS A, DEVICE_ID FROM ${name}`,
      "SELECT VERSION FROM ACTIVITY_DB.SINK.SCHEMA_HISTORY ORDER BY VERSION",
    ]));
    const [columns, rows, versions] = outcomes.slice(-3).map(({ rows }) => rows);
    assert.deepEqual(columns.map(([name]) => name), [...older, ...added.map(({ name }) => name)]);
    assert.deepEqual(rows, [[1, null]]);
    assert.deepEqual(versions, [[1], [2]]);
  },
);

secondOpinionTest("a load lands, and the same load again is fenced and changes nothing", async () => {
  const add: Step = {
    // fakesnow takes no TABLE(FLATTEN(…)) as the source of a MERGE; Snowflake takes either.
    sql: ADD_POSITIONS.replace(
      "TABLE(FLATTEN(INPUT => PARSE_JSON(?)))",
      "LATERAL FLATTEN(INPUT => PARSE_JSON(?))",
    ),
    binds: [LOG, JSON.stringify([["raw_sensor_data", 1], ["processed_activity", 0]])],
  };
  const origin = "LOG_ID, KAFKA_TOPIC, KAFKA_PARTITION, KAFKA_OFFSET";
  const windowColumns = USER_ACTIVITY_PROCESSED.columns.map(({ name }) => name).filter((name) =>
    !/^(RECORD_METADATA|LOADED_AT)$/.test(name)
  );
  const looks: Step[] = [
    { sql: READ_POSITIONS, binds: [LOG] },
    {
      sql: `SELECT MESSAGE_ID, SESSION_ID, DEVICE_ID, RECEIVED_AT, ${origin}, RECORD_CONTENT, RECORD_METADATA,
        LOADED_AT IS NULL AS UNDATED FROM ${fullName(ACTIVITY_RECORDS)} ORDER BY KAFKA_OFFSET`,
    },
    { sql: `SELECT ${windowColumns.join(", ")} FROM ${fullName(USER_ACTIVITY_PROCESSED)}` },
  ];
  const first = load(COMMIT), again = load(ROLLBACK);
  const outcomes = await run([...steps(TABLES_DDL), add, add, ...first, ...again, ...looks]);
  const from = TABLES_DDL.length;
  const counts = (at: number, of: Step[]) =>
    outcomes.slice(at, at + of.length).map(({ rows }) => rows[0]?.[0]);
  assert.deepEqual(counts(from, [add, add]), [2, 0]);
  assert.deepEqual(counts(from + 2, first).slice(1, -1), [2, 2, 2, 1], "lock, move, insert, insert");
  assert.deepEqual(counts(from + 2 + first.length, again).slice(1, -1), [2, 0], "lock, move");

  const [positions, raw, windows] = outcomes.slice(-3);
  assert.deepEqual(positions.columns, ["KAFKA_TOPIC", "KAFKA_PARTITION", "NEXT_OFFSET", "LAST_MESSAGE"]);
  assert.deepEqual(positions.rows.toSorted(), [["processed_activity", 0, 1, "s"], [
    "raw_sensor_data",
    1,
    3,
    "7",
  ]]);

  const at = "2026-01-02T03:04:05.678000";
  assert.deepEqual(
    raw.rows.map((row) => [
      ...row.slice(0, 8),
      ...row.slice(8, 10).map((json) => JSON.parse(String(json))),
      row[10],
    ]),
    [0, 2].map((offset) => [
      "7",
      RAW.sessionId,
      "phone-1",
      at,
      LOG,
      "raw_sensor_data",
      1,
      offset,
      RAW,
      { topic: "raw_sensor_data", partition: 1, offset, key: "phone-1", CreateTime: AT_MS },
      false,
    ]),
  );
  assert.deepEqual(Object.fromEntries(windowColumns.map((column, i) => [column, windows.rows[0][i]])), {
    MESSAGE_ID: WINDOW.messageId,
    SESSION_ID: "s",
    DEVICE_ID: "phone-1",
    TIMESTAMP: at,
    MAGNITUDE: 1.2345,
    ACTIVITY: "walking",
    CONFIDENCE: 0.875,
    WINDOW_START: "2026-01-02T03:04:00.678000",
    WINDOW_MS: 5000,
    MAGNITUDE_STD: 0.5,
    CADENCE_HZ: null,
    READINGS: 250,
    COVERAGE: 0.98,
    GRAVITY_REMOVED: true,
    THRESHOLDS_VERSION: 3,
    LOG_ID: LOG,
    KAFKA_TOPIC: "processed_activity",
    KAFKA_PARTITION: 0,
    KAFKA_OFFSET: 0,
  });
  assert.equal(windows.rows.length, 1);
});
