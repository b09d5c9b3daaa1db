import assert from "node:assert/strict";
import fc from "fast-check";
import { Account, refused, rows, run } from "./testing.ts";

const COLUMNS =
  "S VARCHAR(3), N NUMBER(4,1), R FLOAT, B BOOLEAN, D DATE, T TIMESTAMP_NTZ(3), V VARIANT, Q VARCHAR NOT NULL";

async function withTable(): Promise<Account> {
  const account = await Account.empty();
  await run(account.admin, `CREATE TABLE A (${COLUMNS})`);
  return account;
}

Deno.test("texts become what the column holds; times lose what it does not hold", async () => {
  await using account = await withTable();
  await run(
    account.admin,
    "INSERT INTO A (S, N, R, B, D, T, Q) VALUES ('abc', '12.34', '1.5', 'true', '2026-01-02', '2026-01-02 03:04:05.678999', 'q')",
  );
  assert.deepEqual(await rows(account.admin, "SELECT * FROM A"), [
    ["abc", "12.3", "1.5", "1", "20455", "1767323045.678", null, "q"],
  ]);
});

const REFUSED: [values: string, code: string, sqlState: string][] = [
  ["(S, Q) VALUES ('abcd', 'q')", "100078", "22000"],
  ["(N, Q) VALUES (1000, 'q')", "100046", "22003"],
  ["(N, Q) VALUES ('x', 'q')", "100038", "22018"],
  ["(T, Q) VALUES ('x', 'q')", "100035", "22007"],
  ["(Q) VALUES (NULL)", "100072", "22000"],
  ["(S) VALUES ('a')", "100072", "22000"],
  ["(V, Q) VALUES ('{}', 'q')", "002023", "22000"],
  ["(V, Q) VALUES (PARSE_JSON('{}'), 'q')", "002014", "22000"],
  ["(S, Q) SELECT PARSE_JSON('\"a\"'), 'q'", "002023", "22000"],
  ["(S, Q) VALUES ('a')", "002020", "21S01"],
  ["(X) VALUES ('a')", "000904", "42000"],
];

Deno.test("what does not fit a column is refused, and nothing of the statement stays", async () => {
  await using account = await withTable();
  for (const [values, code, sqlState] of REFUSED) {
    await refused(account.admin, `INSERT INTO A ${values}`, code, sqlState);
  }
  await refused(account.admin, "INSERT INTO A (S, Q) VALUES ('a', 'q'), ('abcd', 'q')", "100078", "22000");
  assert.deepEqual(await rows(account.admin, "SELECT * FROM A"), []);
});

Deno.test("a value above 16 MB is refused, as a bind and as a VARIANT", async () => {
  await using account = await withTable();
  const half = "x".repeat(9_000_000);
  await assert.rejects(
    account.admin.execute("INSERT INTO A (Q) VALUES (?)", [{ type: "TEXT", value: half + half }]),
    { code: "100082" },
  );
  await assert.rejects(
    account.admin.execute("INSERT INTO A (V, Q) SELECT ARRAY_CONSTRUCT(?, ?)::VARIANT, 'q'", [
      { type: "TEXT", value: half },
      { type: "TEXT", value: half },
    ]),
    { code: "100082" },
  );
});

Deno.test("primary keys are not enforced", async () => {
  await using account = await Account.empty();
  await run(account.admin, "CREATE TABLE K (ID NUMBER PRIMARY KEY, U VARCHAR UNIQUE)");
  await run(account.admin, "INSERT INTO K VALUES (1, 'a'), (1, 'a')");
  assert.equal((await rows(account.admin, "SELECT * FROM K")).length, 2);
});

Deno.test("any text and any JSON comes back as it went in", async () => {
  await using account = await Account.empty();
  await run(account.admin, "CREATE TABLE J (I NUMBER, S VARCHAR, V VARIANT)");
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.jsonValue(), async (text, json) => {
      // DuckDB's texts end at no NUL, but Snowflake's drivers do not send it.
      fc.pre(!text.includes("\0"));
      const id = count++;
      await run(
        account.admin,
        "INSERT INTO J SELECT ?, ?, PARSE_JSON(?)",
        id,
        text,
        JSON.stringify(json),
      );
      const [[stored, variant]] = await rows(account.admin, "SELECT S, V FROM J WHERE I = ?", id);
      assert.equal(stored, text);
      assert.deepEqual(JSON.parse(variant!), JSON.parse(JSON.stringify(json)));
    }),
    { numRuns: 50 },
  );
});
