import assert from "node:assert/strict";
import { fullName, SCHEMA_VERSION, TABLES } from "../tables.ts";
import { INSERT_ROWS } from "../statements.ts";
import { ddl, ddlSections } from "./mod.ts";
import { migrate, MIGRATIONS } from "./migrations.ts";
import { addColumn, quote } from "./objects.ts";

/** A key as openssl writes it, shortened. */
const KEY = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A";

Deno.test("every column of every table is made, with its type and what it holds", () => {
  const creates = ddl().filter((sql) => sql.startsWith("CREATE TABLE"));
  for (const table of TABLES) {
    const sql = creates.find((create) => create.includes(` ${fullName(table)} (`));
    assert(sql, fullName(table));
    for (const { name, type, comment } of table.columns) {
      assert(sql.includes(`\n  ${name} ${type}`), `${table.name}.${name}`);
      assert(sql.includes(quote(comment)), `${table.name}.${name}`);
    }
  }
  assert.equal(creates.length, TABLES.length);
});

Deno.test("every column that is loaded is a column of its table", () => {
  for (const sql of Object.values(INSERT_ROWS)) {
    const [, name, list] = /^INSERT INTO (\S+) \(([^)]+)\)/.exec(sql)!;
    const table = TABLES.find((table) => fullName(table) === name)!;
    const known = new Set(table.columns.map(({ name }) => name));
    for (const column of list.split(/,\s*/)) assert(known.has(column), `${name}.${column}`);
  }
});

Deno.test("everything can be run again: nothing is made without IF NOT EXISTS, replaced or dropped", () => {
  for (const sql of ddl({ publicKey: KEY, readerPublicKey: KEY })) {
    if (sql.startsWith("CREATE ")) assert.match(sql, /^CREATE \w+ IF NOT EXISTS /);
    assert.doesNotMatch(sql, /\b(OR REPLACE|DROP|DELETE|TRUNCATE|REVOKE|FUTURE|ALL PRIVILEGES|OWNERSHIP)\b/);
    assert.match(sql, /^(USE|CREATE|ALTER USER|GRANT|MERGE)\b/);
  }
});

Deno.test("only SYSADMIN and USERADMIN are used", () => {
  const roles = ddl().filter((sql) => sql.startsWith("USE ROLE")).map((sql) => sql.slice("USE ROLE ".length));
  assert.deepEqual([...new Set(roles)].sort(), ["SYSADMIN", "USERADMIN"]);
});

Deno.test("users are service users without a password; a key that is not given stays as it is", () => {
  const users = (sql: string) => / USER /.test(sql);
  const without = ddl().filter(users);
  assert(without.every((sql) => !/PASSWORD|RSA_PUBLIC_KEY/.test(sql)));
  assert.equal(without.filter((sql) => sql.includes("TYPE = SERVICE")).length, 2);
  const keys = ddl({ publicKey: KEY, readerPublicKey: "OTHER" }).filter((sql) =>
    sql.startsWith("ALTER USER")
  );
  assert.deepEqual(keys, [
    `ALTER USER ACTIVITY_SINK SET RSA_PUBLIC_KEY = '${KEY}'`,
    "ALTER USER ACTIVITY_READER SET RSA_PUBLIC_KEY = 'OTHER'",
  ]);
});

Deno.test("other names of the loader's user, role and warehouse are used throughout", () => {
  const all = ddl({ loader: { user: "U1", role: "R1", warehouse: "W1" } }).join("\n");
  assert.doesNotMatch(all, /ACTIVITY_(SINK|LOADER|WH)\b/);
  assert.match(all, /GRANT ROLE R1 TO USER U1/);
  assert.match(all, /GRANT USAGE ON WAREHOUSE W1 TO ROLE R1/);
});

Deno.test("the loader may write rows and move offsets, the reader may only read the two tables", () => {
  const grants = ddl().filter((sql) => sql.startsWith("GRANT") && / ON TABLE /.test(sql));
  assert.deepEqual(grants, [
    "GRANT INSERT ON TABLE ACTIVITY_DB.RAW_DATA.ACTIVITY_RECORDS TO ROLE ACTIVITY_LOADER",
    "GRANT INSERT ON TABLE ACTIVITY_DB.PROCESSED_DATA.USER_ACTIVITY_PROCESSED TO ROLE ACTIVITY_LOADER",
    "GRANT SELECT, INSERT, UPDATE ON TABLE ACTIVITY_DB.SINK.OFFSETS TO ROLE ACTIVITY_LOADER",
    "GRANT SELECT ON TABLE ACTIVITY_DB.SINK.SCHEMA_HISTORY TO ROLE ACTIVITY_LOADER",
    "GRANT SELECT ON TABLE ACTIVITY_DB.RAW_DATA.ACTIVITY_RECORDS TO ROLE ACTIVITY_READER",
    "GRANT SELECT ON TABLE ACTIVITY_DB.PROCESSED_DATA.USER_ACTIVITY_PROCESSED TO ROLE ACTIVITY_READER",
  ]);
});

Deno.test("an object is made before it is used, and each section says in one line what it is for", () => {
  const sql = ddl();
  const at = (start: string) => {
    const found = sql.findIndex((statement) => statement.startsWith(start));
    assert.notEqual(found, -1, start);
    return found;
  };
  const order = [
    "CREATE WAREHOUSE",
    "CREATE DATABASE",
    "CREATE SCHEMA",
    "CREATE TABLE",
    "MERGE",
    "CREATE ROLE",
    "CREATE USER",
    "GRANT USAGE ON WAREHOUSE",
  ].map(at);
  assert.deepEqual(order, order.toSorted((a, b) => a - b));
  for (const { title } of ddlSections()) assert.doesNotMatch(title, /\n|;/);
});

Deno.test("migrations count from 1 to today's version", () => {
  assert.deepEqual(
    MIGRATIONS.map(({ version }) => version),
    Array.from({ length: SCHEMA_VERSION }, (_, i) => i + 1),
  );
});

Deno.test("a later migration adds columns and then notes its version; columns come as the table has them", () => {
  const [table] = TABLES;
  const column = { name: "ALTITUDE", type: "FLOAT", comment: "Phone's altitude, m", default: "0" };
  const statements = migrate([...MIGRATIONS, { version: 2, statements: [addColumn(table, column)] }]);
  assert.equal(
    statements.at(-2),
    `ALTER TABLE ${fullName(table)} ADD COLUMN IF NOT EXISTS ALTITUDE FLOAT COMMENT 'Phone''s altitude, m'`,
  );
  assert.match(statements.at(-1)!, /^MERGE INTO ACTIVITY_DB\.SINK\.SCHEMA_HISTORY .*\n.*SELECT 2::NUMBER/);
  assert.equal(statements.filter((sql) => sql.startsWith("MERGE")).length, 2);
});
