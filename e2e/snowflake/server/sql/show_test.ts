import assert from "node:assert/strict";
import { OFFSETS } from "../../../../sinks/snowflake/tables.ts";
import type { SqlSession } from "./engine.ts";
import { likePattern } from "./like_pattern.ts";
import { Account, refused, rows, run } from "./testing.ts";

/** The named columns of each row. */
async function shown(session: SqlSession, sql: string, ...names: string[]): Promise<(string | null)[][]> {
  const { columns, rows } = await run(session, sql);
  const indexes = names.map((name) => columns.findIndex((column) => column.name === name));
  return rows.map((row) => indexes.map((index) => row[index]));
}

Deno.test("SHOW and DESCRIBE list what the check of the sink reads", async () => {
  await using account = await Account.loaded();
  const sink = account.sink();
  assert.deepEqual(
    await shown(sink, "SHOW WAREHOUSES LIKE 'activity_wh'", "name", "auto_suspend", "auto_resume"),
    [["ACTIVITY_WH", "60", "true"]],
  );
  assert.deepEqual(
    (await shown(sink, "DESCRIBE TABLE ACTIVITY_DB.SINK.OFFSETS", "name", "type", "null?", "default")).slice(
      2,
      5,
    ),
    [
      ["KAFKA_PARTITION", "NUMBER(9,0)", "N", null],
      ["NEXT_OFFSET", "NUMBER(18,0)", "N", null],
      ["LAST_MESSAGE", "VARCHAR(16777216)", "Y", null],
    ],
  );
  assert.deepEqual(
    (await shown(sink, "SHOW GRANTS TO ROLE ACTIVITY_LOADER", "privilege", "granted_on", "name"))
      .filter(([, kind]) => kind === "TABLE").map((row) => row.join(" ")),
    [
      "INSERT TABLE ACTIVITY_DB.RAW_DATA.ACTIVITY_RECORDS",
      "INSERT TABLE ACTIVITY_DB.PROCESSED_DATA.USER_ACTIVITY_PROCESSED",
      "SELECT TABLE ACTIVITY_DB.SINK.OFFSETS",
      "INSERT TABLE ACTIVITY_DB.SINK.OFFSETS",
      "UPDATE TABLE ACTIVITY_DB.SINK.OFFSETS",
      "SELECT TABLE ACTIVITY_DB.SINK.SCHEMA_HISTORY",
    ],
  );
  assert.deepEqual(await shown(sink, "SHOW GRANTS TO USER ACTIVITY_SINK", "role"), [["ACTIVITY_LOADER"]]);
  assert.deepEqual(await shown(sink, "SHOW SCHEMAS IN DATABASE ACTIVITY_DB", "name"), [
    ["RAW_DATA"],
    ["PROCESSED_DATA"],
    ["SINK"],
  ]);
  assert.deepEqual(
    await shown(sink, "SHOW TABLES LIKE 'off%' IN ACCOUNT", "database_name", "schema_name", "name"),
    [
      ["ACTIVITY_DB", "SINK", "OFFSETS"],
    ],
  );
  assert.deepEqual(
    await shown(sink, "SHOW COLUMNS IN TABLE ACTIVITY_DB.SINK.SCHEMA_HISTORY", "column_name", "null?"),
    [
      ["VERSION", "NOT_NULL"],
      ["APPLIED_AT", "NOT_NULL"],
    ],
  );
  await refused(sink, "SHOW GRANTS TO ROLE NOBODY", "002003", "02000");
  await refused(sink, "SHOW TABLES IN SCHEMA ACTIVITY_DB.MISSING", "002003", "02000");
  await refused(sink, "SHOW STAGES", "000002", "0A000");
});

Deno.test("names can come as IDENTIFIER(?), as the Kafka connector sends them", async () => {
  await using account = await Account.loaded();
  const sink = account.sink();
  await run(sink, "USE DATABASE IDENTIFIER(?)", "activity_db");
  await run(sink, "USE SCHEMA IDENTIFIER(?)", "SINK");
  assert.equal((await rows(sink, "DESC TABLE IDENTIFIER(?)", "OFFSETS")).length, OFFSETS.columns.length);
});

Deno.test("INFORMATION_SCHEMA holds what the role sees", async () => {
  await using account = await Account.loaded();
  const sql =
    "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, NUMERIC_PRECISION FROM ACTIVITY_DB.INFORMATION_SCHEMA.COLUMNS " +
    "WHERE TABLE_SCHEMA = 'SINK' AND ORDINAL_POSITION = 1 ORDER BY 1";
  assert.deepEqual(await rows(account.sink(), sql), [
    ["OFFSETS", "LOG_ID", "TEXT", null],
    ["SCHEMA_HISTORY", "VERSION", "NUMBER", "9"],
  ]);
  const reader = account.engine.open({ user: "ACTIVITY_READER" });
  assert.deepEqual(await rows(reader, sql), []);
  assert.deepEqual(
    await rows(reader, "SELECT TABLE_NAME FROM ACTIVITY_DB.INFORMATION_SCHEMA.TABLES ORDER BY 1"),
    [["ACTIVITY_RECORDS"], ["USER_ACTIVITY_PROCESSED"]],
  );
});

Deno.test("parameters are shown with what the session has changed", async () => {
  await using account = await Account.empty();
  await run(account.admin, "ALTER SESSION SET QUERY_TAG = 'mine' LOCK_TIMEOUT = 5");
  assert.deepEqual(
    await shown(account.admin, "SHOW PARAMETERS LIKE 'query_t%g' IN SESSION", "key", "value", "level"),
    [
      ["QUERY_TAG", "mine", "SESSION"],
    ],
  );
  await refused(account.admin, "ALTER SESSION SET COLOUR = 'red'", "001420", "22023");
  await refused(account.admin, "ALTER SESSION SET TIMEZONE = 'Mars'", "001008", "22023");
});

Deno.test("in LIKE % is any text and _ any character, unless a backslash stands before them", () => {
  assert.match("A.B", likePattern("a._"));
  assert.doesNotMatch("AxB", likePattern("a.b"));
  assert.match("A_B", likePattern("a\\_b"));
  assert.doesNotMatch("AxB", likePattern("a\\_b"));
  assert.match("", likePattern("%"));
});
