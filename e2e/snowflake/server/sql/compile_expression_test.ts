import assert from "node:assert/strict";
import { Account, NOW_MS, refused, rows, run, types } from "./testing.ts";

/** Expression, its value and its type as the reply has them. */
const EXPRESSIONS: [sql: string, value: string | null, type: string][] = [
  ["1", "1", "FIXED(1,0)"],
  ["-12.50", "-12.50", "FIXED(4,2)"],
  ["1e3", "1000", "REAL"],
  ["1 + 2.5", "3.5", "FIXED(3,1)"],
  ["1 / 3", "0.333333", "FIXED(7,6)"],
  ["2.5 * 2.5", "6.25", "FIXED(4,2)"],
  ["7 % 4", "3", "FIXED(1,0)"],
  ["0.1::FLOAT + 0.2", "0.30000000000000004", "REAL"],
  ["COUNT(*)", "1", "FIXED(18,0)"],
  ["SUM(5)", "5", "FIXED(38,0)"],
  ["AVG(5)", "5.000000", "FIXED(38,6)"],
  ["MEDIAN(5::FLOAT)", "5", "REAL"],
  ["'a' || 1 || TRUE", "a1true", "TEXT"],
  ["'it''s \\n' = 'it\\'s \n'", "1", "BOOLEAN"],
  ["NULL IS NULL AND NOT FALSE", "1", "BOOLEAN"],
  ["'abc' LIKE 'a_%'", "1", "BOOLEAN"],
  ["2 BETWEEN 1 AND 3", "1", "BOOLEAN"],
  ["2 NOT IN (1, 3)", "1", "BOOLEAN"],
  ["CASE WHEN 1 = 2 THEN 'a' ELSE 'bc' END", "bc", "TEXT"],
  ["CASE 2 WHEN 1 THEN 'a' END", null, "TEXT"],
  ["IFF(1 < 2, 1, 2.5)", "1.0", "FIXED(2,1)"],
  ["COALESCE(NULL, 3)", "3", "FIXED(1,0)"],
  ["GREATEST(1, NULL, 3)", null, "FIXED(1,0)"],
  ["NULLIF(3, 3)", null, "FIXED(1,0)"],
  ["'12'::NUMBER(5,1)", "12.0", "FIXED(5,1)"],
  ["TRY_CAST('x' AS NUMBER(5,0))", null, "FIXED(5,0)"],
  ["1.5::FLOAT::VARCHAR || 2::FLOAT::VARCHAR", "1.52", "TEXT"],
  ["'abcdef'::VARCHAR(3)", "abc", "TEXT"],
  ["DATE '2026-01-02'", "20455", "DATE"],
  ["'2026-01-02T03:04:05.678Z'::TIMESTAMP_NTZ", "1767323045.678000000", "TIMESTAMP_NTZ"],
  ["'1969-12-31 23:59:59.5'::TIMESTAMP_NTZ(3)", "-0.500", "TIMESTAMP_NTZ"],
  ["TO_TIMESTAMP_NTZ(1767323045678, 3)::VARCHAR", "2026-01-02 03:04:05.678", "TEXT"],
  ["TO_CHAR('2026-01-02'::TIMESTAMP_NTZ, 'YYYY/MM/DD HH24:MI')", "2026/01/02 00:00", "TEXT"],
  ["SYSDATE()", `${NOW_MS / 1000}.000000000`, "TIMESTAMP_NTZ"],
  ["CURRENT_TIMESTAMP", `${NOW_MS / 1000}.000000000`, "TIMESTAMP_LTZ"],
  ["DATEADD(day, 1, '2026-01-01'::DATE)", "20455", "DATE"],
  ["DATEADD('MILLISECOND', -1, '2026-01-01'::TIMESTAMP_NTZ)::VARCHAR", "2025-12-31 23:59:59.999", "TEXT"],
  [
    "DATEDIFF('HOUR', '2026-01-01 00:59:00'::TIMESTAMP_NTZ, '2026-01-01 02:00:00'::TIMESTAMP_NTZ)",
    "2",
    "FIXED(18,0)",
  ],
  ["DATE_TRUNC('DAY', '2026-01-02 03:04:05'::TIMESTAMP_NTZ)::VARCHAR", "2026-01-02 00:00:00.000", "TEXT"],
  [
    "TIME_SLICE('2026-01-02 03:04:05'::TIMESTAMP_NTZ, 15, 'MINUTE')::VARCHAR",
    "2026-01-02 03:00:00.000",
    "TEXT",
  ],
  [
    "TIME_SLICE('2026-01-02 03:04:05'::TIMESTAMP_NTZ, 60, 'SECOND', 'END')::VARCHAR",
    "2026-01-02 03:05:00.000",
    "TEXT",
  ],
  ["TIME_SLICE('2026-01-01'::DATE, 1, 'WEEK')::VARCHAR", "2025-12-29", "TEXT"],
  [
    "CONVERT_TIMEZONE('UTC', 'Europe/Berlin', '2026-07-01 00:00:00'::TIMESTAMP_NTZ)::VARCHAR",
    "2026-07-01 02:00:00.000",
    "TEXT",
  ],
  ["'2026-01-01'::TIMESTAMP_NTZ + INTERVAL '90 minutes' > '2026-01-01T01:29:59Z'", "1", "BOOLEAN"],
  ["EXTRACT(EPOCH_MILLISECOND FROM '1970-01-01 00:00:01'::TIMESTAMP_NTZ)", "1000", "FIXED(18,0)"],
  ['PARSE_JSON(\'{"a":{"B c":[1,2.5]}}\'):a:"B c"[1]::FLOAT', "2.5", "REAL"],
  ["PARSE_JSON('{\"a\":1}'):A", null, "VARIANT"],
  ["PARSE_JSON('{\"a\":null}'):a", "null", "VARIANT"],
  ["PARSE_JSON('{\"a\":null}'):a::VARCHAR", null, "TEXT"],
  ["PARSE_JSON('{\"a\":\"x\"}'):a = 'x'", "1", "BOOLEAN"],
  ["PARSE_JSON('[1]')[0]::NUMBER(9,0)", "1", "FIXED(9,0)"],
  ["TYPEOF(PARSE_JSON('[]'))", "ARRAY", "TEXT"],
  ["OBJECT_CONSTRUCT('a', 1, 'b', NULL, 'c', PARSE_JSON('null'))", '{"a":1,"c":null}', "OBJECT"],
  ["ARRAY_CONSTRUCT(1, 'x')", '[1,"x"]', "ARRAY"],
  ["CURRENT_USER()", "ADMIN", "TEXT"],
  ["CURRENT_ROLE()", "SYSADMIN", "TEXT"],
  ["CURRENT_DATABASE() || CURRENT_SCHEMA() || CURRENT_WAREHOUSE()", "TPUBLICW", "TEXT"],
];

Deno.test("expressions have Snowflake's values and types", async () => {
  await using account = await Account.empty();
  for (const [sql, value, type] of EXPRESSIONS) {
    const result = await run(account.admin, `SELECT ${sql} AS X`);
    assert.deepEqual([result.rows, types(result)], [[[value]], `X:${type}`], sql);
  }
});

const REFUSED: [sql: string, code: string, sqlState: string][] = [
  ["READ_CSV('/etc/passwd')", "002140", "42601"],
  ["RANGE(3)", "002140", "42601"],
  ["RATIO_TO_REPORT(1) OVER ()", "002140", "42601"],
  ["X", "000904", "42000"],
  ["1 +", "001003", "42000"],
  ["'a", "001003", "42000"],
  ["'abc'::NUMBER(5,0)", "100038", "22018"],
  ["'maybe'::BOOLEAN", "100037", "22018"],
  ["'yesterday'::TIMESTAMP_NTZ", "100035", "22007"],
  ["'2026-02-30'::DATE", "100040", "22007"],
  ["PARSE_JSON('{a')", "100069", "22P02"],
  ["PARSE_JSON('\"x\"')::NUMBER(9,0)", "100071", "22000"],
  ["12345::NUMBER(3,0)", "100046", "22003"],
  ["1 / 0", "100051", "22012"],
  ["'a' + 1", "001044", "42P13"],
  ["'a' = 1", "001044", "42P13"],
  ["NOT 1", "001044", "42P13"],
  ["ROW_NUMBER() OVER ()", "002303", "42601"],
  ["UPPER('a', 'b')", "000939", "22023"],
  ["DATE_TRUNC('fortnight', SYSDATE())", "001011", "22023"],
  ["1::DATE", "001007", "22023"],
  ["1::GEOGRAPHY", "000002", "0A000"],
  ["?", "002049", "42601"],
];

Deno.test("what Snowflake has not, or refuses, is refused by its codes", async () => {
  await using account = await Account.empty();
  for (const [sql, code, sqlState] of REFUSED) await refused(account.admin, `SELECT ${sql}`, code, sqlState);
});

Deno.test("a syntax error says where it is", async () => {
  await using account = await Account.empty();
  await refused(
    account.admin,
    "SELECT 1,\n  FROM A",
    "001003",
    "42000",
    /line 2 at position 2 unexpected 'FROM'/,
  );
});

Deno.test("binds are values of the type that they say, and long texts are handed on whole", async () => {
  await using account = await Account.empty();
  const bound = async (type: string, value: string | null) =>
    (await account.admin.execute("SELECT ? AS X", [{ type, value }])).rows[0][0];
  assert.equal(await bound("FIXED", "-5"), "-5");
  assert.equal(await bound("REAL", "2.5"), "2.5");
  assert.equal(await bound("BOOLEAN", "true"), "1");
  assert.equal(await bound("DATE", "86400000"), "1");
  assert.equal(await bound("TIMESTAMP_NTZ", "1500000000"), "1.500000000");
  assert.equal(await bound("TEXT", null), null);
  const text = "it's $p0 ? ".repeat(1000);
  assert.equal(await bound("TEXT", text), text);
  await assert.rejects(bound("FIXED", "1; DROP TABLE A"), { code: "100038" });
});

Deno.test("the session's TIMEZONE is what times without a zone are taken for", async () => {
  await using account = await Account.empty();
  await run(account.admin, "ALTER SESSION SET TIMEZONE = 'America/New_York'");
  assert.deepEqual(
    await rows(
      account.admin,
      "SELECT '2026-01-15 07:00:00'::TIMESTAMP_LTZ = CURRENT_TIMESTAMP, CURRENT_TIMESTAMP::TIMESTAMP_NTZ::VARCHAR",
    ),
    [["1", "2026-01-15 07:00:00.000"]],
  );
});
