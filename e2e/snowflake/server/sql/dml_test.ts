import assert from "node:assert/strict";
import { Account, refused, rows, run, types } from "./testing.ts";

async function withTable(): Promise<Account> {
  const account = await Account.empty();
  await run(
    account.admin,
    "CREATE TABLE A (K VARCHAR, N NUMBER(9,0) DEFAULT 7, AT TIMESTAMP_NTZ(3) DEFAULT SYSDATE())",
  );
  await run(account.admin, "INSERT INTO A (K, N) VALUES ('x', 1), ('y', 2)");
  return account;
}

const ALL = "SELECT K, N FROM A ORDER BY K, N";

Deno.test("columns that are not named get their defaults", async () => {
  await using account = await withTable();
  await run(account.admin, "INSERT INTO A (K) VALUES ('z')");
  assert.deepEqual(await rows(account.admin, "SELECT N, AT = SYSDATE() FROM A WHERE K = 'z'"), [["7", "1"]]);
});

Deno.test("an UPDATE can take its values from a query; rows that do not match stay", async () => {
  await using account = await withTable();
  const result = await run(
    account.admin,
    "UPDATE A AS O SET N = O.N + S.M FROM (SELECT 'x' AS K, 10 AS M UNION ALL SELECT 'none', 1) AS S WHERE O.K = S.K",
  );
  assert.deepEqual([result.rows, result.counts.updated, result.kind], [[["1", "0"]], 1, "update"]);
  assert.deepEqual(await rows(account.admin, ALL), [["x", "11"], ["y", "2"]]);
});

Deno.test("an UPDATE or MERGE that meets a row twice is refused", async () => {
  await using account = await withTable();
  const twice = "(SELECT 'x' AS K, 10 AS M UNION ALL SELECT 'x', 20) AS S";
  await refused(account.admin, `UPDATE A SET N = M FROM ${twice} WHERE A.K = S.K`, "100090", "42P18");
  await refused(
    account.admin,
    `MERGE INTO A USING ${twice} ON A.K = S.K WHEN MATCHED THEN UPDATE SET N = M`,
    "100090",
    "42P18",
  );
  assert.deepEqual(await rows(account.admin, ALL), [["x", "1"], ["y", "2"]]);
});

Deno.test("a DELETE can name its rows by another table", async () => {
  await using account = await withTable();
  const result = await run(account.admin, "DELETE FROM A USING (SELECT 'y' AS K) AS S WHERE A.K = S.K");
  assert.deepEqual([result.rows, result.counts.deleted], [[["1"]], 1]);
  assert.deepEqual(await rows(account.admin, ALL), [["x", "1"]]);
});

Deno.test("a MERGE does to each row what its first fitting clause says, and counts it", async () => {
  await using account = await withTable();
  const result = await run(
    account.admin,
    `MERGE INTO A AS T USING (SELECT COLUMN1 AS K, COLUMN2 AS N FROM (VALUES ('x', 5), ('y', 0), ('z', 3), ('w', 0))) AS S
     ON T.K = S.K
     WHEN MATCHED AND S.N = 0 THEN DELETE
     WHEN MATCHED THEN UPDATE SET N = S.N
     WHEN NOT MATCHED AND S.N > 0 THEN INSERT (K, N) VALUES (S.K, S.N)`,
  );
  assert.deepEqual(result.counts, { inserted: 1, updated: 1, deleted: 1 });
  assert.equal(
    types(result),
    "number of rows inserted:FIXED(19,0) number of rows updated:FIXED(19,0) number of rows deleted:FIXED(19,0)",
  );
  assert.deepEqual(await rows(account.admin, ALL), [["x", "5"], ["z", "3"]]);
});

Deno.test("an array bind inserts one row per element, and only with VALUES", async () => {
  await using account = await withTable();
  const binds = [{ type: "TEXT", value: ["a", "b"] }, { type: "FIXED", value: ["1", null] }];
  const result = await account.admin.execute("INSERT INTO A (K, N) VALUES (?, ?)", binds);
  assert.equal(result.counts.inserted, 2);
  assert.deepEqual(await rows(account.admin, "SELECT K, N FROM A WHERE K < 'c' ORDER BY K"), [["a", "1"], [
    "b",
    null,
  ]]);
  await assert.rejects(account.admin.execute("INSERT INTO A (K, N) SELECT ?, ?", binds), { code: "000002" });
  await assert.rejects(account.admin.execute("UPDATE A SET N = ?", binds.slice(1)), { code: "000002" });
});

Deno.test("describing a change changes nothing", async () => {
  await using account = await withTable();
  const result = await account.admin.execute("DELETE FROM A", [], { describeOnly: true });
  assert.deepEqual([result.rows, types(result)], [[], "number of rows deleted:FIXED(19,0)"]);
  assert.equal((await rows(account.admin, ALL)).length, 2);
});
