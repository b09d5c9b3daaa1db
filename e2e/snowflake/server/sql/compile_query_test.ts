import assert from "node:assert/strict";
import { Account, refused, rows, run, types } from "./testing.ts";

async function withRows(): Promise<Account> {
  const account = await Account.empty();
  await run(account.admin, "CREATE TABLE A (K VARCHAR, N NUMBER(9,0), V VARIANT)");
  await run(
    account.admin,
    `INSERT INTO A SELECT F.VALUE[0]::VARCHAR, F.VALUE[1]::NUMBER(9,0), F.VALUE[2] FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) AS F`,
    JSON.stringify([["x", 1, { tags: ["a", "b"] }], ["x", 3, { tags: [] }], ["y", 2, null], [
      "y",
      null,
      null,
    ]]),
  );
  return account;
}

const QUERIES: [sql: string, rows: (string | null)[][]][] = [
  ["SELECT K, SUM(N) FROM A GROUP BY K ORDER BY 1", [["x", "4"], ["y", "2"]]],
  ['SELECT K AS "key", COUNT(*) AS C FROM A GROUP BY "key" HAVING C > 1 ORDER BY "key" DESC', [["y", "2"], [
    "x",
    "2",
  ]]],
  ["SELECT K, MAX(N) FROM A GROUP BY ALL ORDER BY MAX(N)", [["y", "2"], ["x", "3"]]],
  ["SELECT N FROM A ORDER BY N", [["1"], ["2"], ["3"], [null]]],
  ["SELECT N FROM A ORDER BY N DESC LIMIT 2", [[null], ["3"]]],
  ["SELECT N FROM A ORDER BY N NULLS FIRST LIMIT 1 OFFSET 1", [["1"]]],
  ["SELECT N + 1 AS M, M * 2 FROM A WHERE M > 2 ORDER BY M", [["3", "6"], ["4", "8"]]],
  ["SELECT K, N FROM A QUALIFY ROW_NUMBER() OVER (PARTITION BY K ORDER BY N) = 1 ORDER BY K", [["x", "1"], [
    "y",
    "2",
  ]]],
  [
    "SELECT N, LAG(N) OVER (ORDER BY N), LAST_VALUE(N) OVER (ORDER BY N) FROM A WHERE N IS NOT NULL ORDER BY N",
    [["1", null, "3"], ["2", "1", "3"], ["3", "2", "3"]],
  ],
  [
    "SELECT N, SUM(N) OVER (ORDER BY N ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM A WHERE N > 0 ORDER BY N",
    [["1", "1"], ["2", "3"], ["3", "5"]],
  ],
  ["SELECT COUNT_IF(N > 1), COUNT(DISTINCT K), MEDIAN(N)::FLOAT FROM A", [["2", "2", "2"]]],
  ["SELECT LISTAGG(K, ',') WITHIN GROUP (ORDER BY K DESC) FROM A", [["y,y,x,x"]]],
  ["SELECT LISTAGG(K) FROM A WHERE FALSE", [[""]]],
  [
    "WITH B AS (SELECT K, N FROM A WHERE N > 1), C AS (SELECT MAX(N) AS M FROM B) SELECT B.K FROM B JOIN C ON B.N = C.M",
    [["x"]],
  ],
  ["SELECT A.N, B.N FROM A LEFT JOIN (SELECT N FROM A WHERE N = 3) AS B ON A.N = B.N ORDER BY A.N LIMIT 1", [[
    "1",
    null,
  ]]],
  ["SELECT K FROM A WHERE N IN (SELECT MAX(N) FROM A)", [["x"]]],
  ["SELECT K FROM A AS O WHERE EXISTS (SELECT 1 FROM A AS I WHERE I.K = O.K AND I.N > O.N)", [["x"]]],
  ["SELECT (SELECT MIN(N) FROM A)", [["1"]]],
  ["SELECT K FROM A WHERE N = 1 UNION ALL SELECT 'z' ORDER BY 1 DESC", [["z"], ["x"]]],
  ["SELECT K FROM A UNION SELECT K FROM A ORDER BY K", [["x"], ["y"]]],
  ["SELECT COLUMN2 FROM (VALUES (1, 'a'), (2, 'b')) WHERE COLUMN1 = 2", [["b"]]],
  ["SELECT A.N, T.INDEX, T.VALUE::VARCHAR FROM A, LATERAL FLATTEN(INPUT => A.V:tags) AS T ORDER BY 2", [
    ["1", "0", "a"],
    ["1", "1", "b"],
  ]],
  [
    "SELECT A.N, T.VALUE FROM A, LATERAL FLATTEN(INPUT => A.V:tags, OUTER => TRUE) AS T WHERE A.N > 1 ORDER BY 1",
    [
      ["2", null],
      ["3", null],
    ],
  ],
  ['SELECT KEY, PATH, VALUE FROM TABLE(FLATTEN(PARSE_JSON(\'{"b":1,"a":[]}\'))) ORDER BY KEY', [
    ["a", "a", "[]"],
    ["b", "b", "1"],
  ]],
  ["SELECT COUNT(*) FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[1,2,3]')))", [["3"]]],
  ["SELECT DISTINCT K FROM T.PUBLIC.A ORDER BY K LIMIT ?", [["x"]]],
];

Deno.test("queries give the rows that Snowflake gives", async () => {
  await using account = await withRows();
  for (const [sql, expected] of QUERIES) {
    assert.deepEqual(await rows(account.admin, sql, ...(sql.includes("?") ? [1] : [])), expected, sql);
  }
});

Deno.test("columns are named as Snowflake names them: aliases, upper case, or the expression", async () => {
  await using account = await withRows();
  const result = await run(
    account.admin,
    'SELECT k, N AS "time", Count(*), k AS Two FROM a GROUP BY ALL LIMIT 1',
  );
  assert.equal(types(result), "K:TEXT time:FIXED(9,0) COUNT(*):FIXED(18,0) TWO:TEXT");
  assert.equal(
    types(await account.admin.execute("SELECT * FROM A", [], { describeOnly: true })),
    "K:TEXT N:FIXED(9,0) V:VARIANT",
  );
});

const REFUSED: [sql: string, code: string, sqlState: string, message?: RegExp][] = [
  [
    "SELECT * FROM MISSING",
    "002003",
    "42S02",
    /Object 'T\.PUBLIC\.MISSING' does not exist or not authorized/,
  ],
  ["SELECT * FROM M.PUBLIC.A", "002003", "02000", /Database 'M'/],
  ["SELECT * FROM M.A", "002003", "02000", /Schema 'T\.M'/],
  ['SELECT * FROM "a"', "002003", "42S02", /T\.PUBLIC\."a"/],
  ['SELECT "k" FROM A', "000904", "42000", /'"k"'/],
  ["SELECT B.K FROM A", "000904", "42000", /B\.K/],
  ["SELECT K FROM A, A AS B", "002028", "42601"],
  ["SELECT K, COUNT(*) FROM A", "000979", "42601"],
  ["SELECT K FROM A UNION ALL SELECT 1", "001044", "42P13"],
  ["SELECT K FROM A UNION ALL SELECT K, N FROM A", "001789", "42601"],
  ["SELECT * FROM READ_TEXT('/etc/passwd')", "001003", "42000"],
  ["SELECT * FROM '/etc/passwd'", "001003", "42000"],
  ["SELECT * FROM TABLE(GENERATOR(ROWCOUNT => 3))", "000002", "0A000"],
  ["SELECT * FROM TABLE(FLATTEN(INPUT => '[1]'))", "001044", "42P13"],
  ["SELECT 1; SELECT 2", "001003", "42000"],
  ["", "000900", "42601"],
];

Deno.test("queries that Snowflake refuses are refused by its codes", async () => {
  await using account = await withRows();
  for (const [sql, code, sqlState, message] of REFUSED) {
    await refused(account.admin, sql, code, sqlState, message);
  }
});
