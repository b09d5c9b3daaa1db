import assert from "node:assert/strict";
import { Account, refused, rows, run } from "./testing.ts";

Deno.test("unquoted names are upper case, quoted ones as they are written", async () => {
  await using account = await Account.empty();
  const { admin } = account;
  await run(admin, 'CREATE TABLE a (b NUMBER, "b" NUMBER, "select" VARCHAR)');
  await run(admin, 'CREATE TABLE "a" (N NUMBER)');
  await refused(admin, "CREATE TABLE A (N NUMBER)", "002002", "42710");
  await run(admin, "CREATE TABLE IF NOT EXISTS A (X VARCHAR)");
  await run(admin, "INSERT INTO A VALUES (1, 2, 'x')");
  assert.deepEqual(await rows(admin, 'SELECT B, "b", "select" FROM t.public.a'), [["1", "2", "x"]]);
  await refused(admin, "CREATE TABLE B (N NUMBER, n VARCHAR)", "002002", "42710");
});

Deno.test("columns are added, renamed, widened and dropped, and rows stay", async () => {
  await using account = await Account.empty();
  const { admin } = account;
  await run(admin, "CREATE TABLE A (K VARCHAR(2) NOT NULL, N NUMBER(3,0))");
  await run(admin, "INSERT INTO A VALUES ('x', 1)");
  await run(admin, "ALTER TABLE A ADD COLUMN IF NOT EXISTS C FLOAT COMMENT 'new'");
  await run(admin, "ALTER TABLE A ADD COLUMN IF NOT EXISTS C FLOAT");
  await refused(admin, "ALTER TABLE A ADD COLUMN C FLOAT", "002002", "42710");
  await refused(admin, "ALTER TABLE A ADD COLUMN D FLOAT NOT NULL", "000002", "0A000");
  await run(admin, "ALTER TABLE A ALTER COLUMN K SET DATA TYPE VARCHAR(5)");
  await run(admin, "ALTER TABLE A ALTER COLUMN N SET DATA TYPE NUMBER(9,0)");
  await refused(admin, "ALTER TABLE A ALTER COLUMN N SET DATA TYPE NUMBER(2,0)", "000002", "0A000");
  await run(admin, "ALTER TABLE A ALTER COLUMN K DROP NOT NULL");
  await run(admin, "ALTER TABLE A RENAME COLUMN C TO D");
  await run(admin, "INSERT INTO A VALUES ('abcde', 12345, 2.5), (NULL, 2, 3)");
  assert.deepEqual(await rows(admin, "SELECT * FROM A ORDER BY N"), [
    ["x", "1", null],
    [null, "2", "3"],
    ["abcde", "12345", "2.5"],
  ]);
  await refused(admin, "ALTER TABLE A ALTER COLUMN K SET NOT NULL", "100072", "22000");
  await run(admin, "ALTER TABLE A DROP COLUMN N");
  await run(admin, "INSERT INTO A (K) VALUES ('n')");
  assert.deepEqual(await rows(admin, "SELECT * FROM A WHERE D IS NULL ORDER BY K"), [["n", null], [
    "x",
    null,
  ]]);
});

Deno.test("dropping takes what is inside, and the session no longer stands in it", async () => {
  await using account = await Account.empty();
  const { admin } = account;
  await run(admin, "CREATE SCHEMA S");
  await run(admin, "CREATE TABLE A (N NUMBER)");
  assert.equal(admin.context.schema, "S");
  await run(admin, "DROP TABLE IF EXISTS MISSING");
  await refused(admin, "DROP TABLE MISSING", "002003", "42S02");
  await run(admin, "DROP SCHEMA S");
  assert.equal(admin.context.schema, null);
  await refused(admin, "SELECT * FROM A", "090106", "22000");
  await run(admin, "DROP DATABASE T");
  await refused(admin, "SELECT * FROM A", "090105", "22000");
  await run(admin, "DROP WAREHOUSE W");
  await refused(admin, "USE WAREHOUSE W", "002043", "02000");
});

Deno.test("TRUNCATE and DROP wait for who has changed the table, and keep nothing of it", async () => {
  await using account = await Account.empty();
  const { admin } = account;
  await run(admin, "CREATE TABLE A (N NUMBER)");
  await run(admin, "INSERT INTO A VALUES (1)");
  const other = account.session();
  await run(other, "BEGIN");
  await run(other, "UPDATE A SET N = 2");
  const truncating = run(admin, "TRUNCATE TABLE A");
  await run(other, "COMMIT");
  await truncating;
  assert.deepEqual(await rows(admin, "SELECT * FROM A"), []);
});

Deno.test("a statement that fails changes no object", async () => {
  await using account = await Account.empty();
  const { admin } = account;
  await refused(admin, "CREATE TABLE A (N NUMBER, B BINARY)", "000002", "0A000");
  await refused(admin, "CREATE OR REPLACE TABLE A (N NUMBER)", "000002", "0A000");
  await refused(admin, "ALTER WAREHOUSE W SET AUTO_SUSPEND = 5 COLOUR = 'red'", "000002", "0A000");
  assert.equal((await rows(admin, "SHOW WAREHOUSES"))[0][6], "600");
  await refused(admin, "CREATE VIEW V AS SELECT 1", "000002", "0A000");
  await refused(admin, "CALL F()", "001003", "42000");
});
