import assert from "node:assert/strict";
import { loaderRights } from "../ddl/rights.ts";
import { type Connection, type Reply, SnowflakeError, Unanswered } from "../driver/connection.ts";
import { PASSPHRASE, writeKey } from "../driver/testing/keys.ts";
import type { SnowflakeSettings } from "../settings.ts";
import { fullName, SCHEMA_VERSION, TABLES } from "../tables.ts";
import type { Finding } from "./finding.ts";
import { checkSnowflake } from "./mod.ts";

/** An account as the DDL leaves it, of which a test breaks one thing. */
interface Account {
  role: string;
  tables: Map<string, Record<string, unknown>[]>;
  grants: Map<string, Record<string, unknown>[]>;
  warehouse: Record<string, unknown> | null;
  version: number | null;
  /** Statements that match are refused. */
  refused: { match: RegExp; error: Error } | null;
}

const WAREHOUSE = "ACTIVITY_WH", ROLE = "ACTIVITY_LOADER";
const grantOf = (privilege: string, granted_on: string, name: string, grantee_name = ROLE) => ({
  privilege,
  granted_on,
  name,
  grantee_name,
});

function goodAccount(): Account {
  const tables = TABLES.map((table): [string, Record<string, unknown>[]] => [
    fullName(table),
    table.columns.map(({ name, type, required, default: standard }) => ({
      name,
      type: type === "VARCHAR" ? "VARCHAR(16777216)" : type,
      "null?": required ? "N" : "Y",
      default: standard ?? null,
    })),
  ]);
  const grants = loaderRights(WAREHOUSE).map(({ privilege, kind, object }) =>
    grantOf(privilege, kind, object)
  );
  return {
    role: ROLE,
    tables: new Map(tables),
    grants: new Map([[ROLE, grants]]),
    warehouse: { name: WAREHOUSE, auto_resume: "true", auto_suspend: 60 },
    version: SCHEMA_VERSION,
    refused: null,
  };
}

class FakeConnection implements Connection {
  readonly ran: string[] = [];
  closed = false;

  constructor(readonly account: Account) {}

  execute(sql: string, _binds: readonly (string | number)[]): Promise<Reply> {
    this.ran.push(sql);
    const { refused } = this.account;
    if (refused?.match.test(sql)) return Promise.reject(refused.error);
    try {
      return Promise.resolve({
        rows: this.#rows(sql),
        rowsAffected: /processed_activity|^INSERT/.test(sql) ? 1 : 2,
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #rows(sql: string): Record<string, unknown>[] {
    const { role, warehouse, tables, grants, version } = this.account;
    const [, verb, name] = /^(DESCRIBE TABLE|SHOW GRANTS TO ROLE) (\S+)$/.exec(sql) ?? [];
    if (verb === "SHOW GRANTS TO ROLE") return grants.get(name) ?? [];
    if (verb === "DESCRIBE TABLE") {
      const columns = tables.get(name);
      if (columns) return columns;
      throw new SnowflakeError(`Table '${name}' does not exist or not authorized.`, 2003, "42S02", null);
    }
    if (sql.includes("CURRENT_ROLE()")) return [{ ROLE_NAME: role }];
    if (sql.startsWith("SHOW WAREHOUSES")) return warehouse ? [{ name: "OTHER_WH" }, warehouse] : [];
    if (sql.includes("MAX(VERSION)")) return [{ VERSION: version }];
    if (sql.includes("COUNT(DISTINCT LOG_ID)")) return [{ LOGS: 1, RECORDS: 70, UPDATED_AT: "2026-01-01" }];
    return [];
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

const keyPath = Deno.makeTempFileSync();
writeKey(keyPath);
addEventListener("unload", () => Deno.removeSync(keyPath));

const SETTINGS: SnowflakeSettings = {
  account: "MYORG-MYACCOUNT",
  user: "ACTIVITY_SINK",
  role: ROLE,
  warehouse: WAREHOUSE,
  privateKeyPath: keyPath,
  passphrase: PASSPHRASE,
  url: null,
  bufferCountRecords: 1,
  bufferSizeBytes: 1,
  bufferFlushMs: 1,
};

async function check(
  breakIt: (account: Account) => void = () => {},
  settings = SETTINGS,
): Promise<{ findings: Finding[]; connection: FakeConnection }> {
  const account = goodAccount();
  breakIt(account);
  const connection = new FakeConnection(account);
  const findings = await checkSnowflake(settings, {
    connect: () => Promise.resolve(connection),
    reach: () => Promise.resolve(),
  });
  return { findings, connection };
}

/** What is not as it should be. */
const bad = ({ findings }: { findings: Finding[] }) => findings.filter(({ state }) => state !== "ok");

Deno.test("an account as the DDL leaves it is right throughout, and the session is closed", async () => {
  const result = await check();
  assert.deepEqual(bad(result), []);
  assert.deepEqual(result.findings.map(({ what }) => what), [
    "private key",
    "address",
    "login",
    "role",
    "warehouse",
    ...TABLES.map(fullName),
    "rights of ACTIVITY_LOADER",
    "version of the tables",
    "offsets",
    "trial load, rolled back",
  ]);
  assert(result.connection.closed);
  assert.equal(result.connection.ran.at(-1), "ROLLBACK");
  assert(!result.connection.ran.includes("COMMIT"));
});

Deno.test("a table that is missing is made with its rights, and its rights are not listed beside it", async () => {
  const lost = "ACTIVITY_DB.SINK.OFFSETS";
  const result = await check(({ tables, grants }) => {
    tables.delete(lost);
    grants.set(ROLE, grants.get(ROLE)!.filter(({ name }) => name !== lost));
  });
  const [finding, ...others] = bad(result);
  assert.equal(finding.what, lost);
  assert.deepEqual(finding.mend.map((sql) => sql.split(" (")[0]), [
    "CREATE DATABASE IF NOT EXISTS ACTIVITY_DB COMMENT = 'What people did, by their phones'",
    "CREATE SCHEMA IF NOT EXISTS ACTIVITY_DB.SINK",
    `CREATE TABLE IF NOT EXISTS ${lost}`,
    "GRANT USAGE ON DATABASE ACTIVITY_DB TO ROLE ACTIVITY_LOADER",
    "GRANT USAGE ON SCHEMA ACTIVITY_DB.SINK TO ROLE ACTIVITY_LOADER",
    `GRANT SELECT, INSERT, UPDATE ON TABLE ${lost} TO ROLE ACTIVITY_LOADER`,
  ]);
  assert.deepEqual(others, []);
});

Deno.test("each right that is missing is named with its grant; a role that was granted may have it", async () => {
  const [first, ...rest] = loaderRights(WAREHOUSE);
  const without = (account: Account) => {
    const grants = account.grants.get(ROLE)!;
    account.grants.set(ROLE, grants.filter(({ name }) => name !== first.object));
  };
  for (const right of [first, ...rest]) {
    const result = await check(({ grants }) =>
      grants.set(
        ROLE,
        grants.get(ROLE)!.filter((g) => g.name !== right.object || g.privilege !== right.privilege),
      )
    );
    assert.deepEqual(bad(result).map(({ what, mend }) => ({ what, mend })), [{
      what: `${right.privilege} on ${right.object}`,
      mend: [`GRANT ${right.privilege} ON ${right.kind} ${right.object} TO ROLE ${ROLE}`],
    }]);
  }
  const inherited = await check((account) => {
    without(account);
    account.grants.get(ROLE)!.push(grantOf("USAGE", "ROLE", "HELPER"));
    account.grants.set("HELPER", [grantOf(first.privilege, first.kind, first.object, "HELPER")]);
  });
  // Only that it has a role that it would not need.
  assert.deepEqual(bad(inherited).map(({ state, mend }) => ({ state, mend })), [{
    state: "warning",
    mend: ["REVOKE ROLE HELPER FROM ROLE ACTIVITY_LOADER"],
  }]);
});

Deno.test("more rights than are needed are a warning with what takes them back", async () => {
  const extra = [
    grantOf("OWNERSHIP", "TABLE", "ACTIVITY_DB.SINK.OFFSETS"),
    grantOf("CREATE TABLE", "SCHEMA", "ACTIVITY_DB.SINK"),
    grantOf("CREATE DATABASE", "ACCOUNT", "MYACCOUNT"),
  ];
  const [finding, ...others] = bad(await check(({ grants }) => grants.get(ROLE)!.push(...extra)));
  assert.equal(finding.state, "warning");
  assert.match(finding.detail, /OWNERSHIP on TABLE ACTIVITY_DB\.SINK\.OFFSETS, CREATE TABLE on SCHEMA/);
  assert.deepEqual(finding.mend, [
    "GRANT OWNERSHIP ON TABLE ACTIVITY_DB.SINK.OFFSETS TO ROLE SYSADMIN COPY CURRENT GRANTS",
    "REVOKE CREATE TABLE ON SCHEMA ACTIVITY_DB.SINK FROM ROLE ACTIVITY_LOADER",
    "REVOKE CREATE DATABASE ON ACCOUNT FROM ROLE ACTIVITY_LOADER",
  ]);
  assert.deepEqual(others, []);
});

Deno.test("loading as an administrator is a warning that names the setting", async () => {
  const result = await check((account) => {
    account.role = "ACCOUNTADMIN";
    const all = loaderRights(WAREHOUSE).map(({ kind, object }) => grantOf("OWNERSHIP", kind, object));
    account.grants.set("ACCOUNTADMIN", all);
  }, { ...SETTINGS, role: "ACCOUNTADMIN" });
  assert.equal(bad(result).length, 1);
  assert.match(bad(result)[0].detail, /SNOWFLAKE_ROLE=ACTIVITY_LOADER/);
  assert.equal(bad(result)[0].state, "warning");
});

Deno.test("a column that is missing, of another type or demanded is named with what changes it", async () => {
  const name = "ACTIVITY_DB.PROCESSED_DATA.USER_ACTIVITY_PROCESSED";
  const cases: [Record<string, unknown> | null, RegExp, string[]][] = [
    [null, /is not there/, [
      `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS WINDOW_MS NUMBER(9,0) COMMENT 'Length of the window, ms'`,
    ]],
    [{ type: "NUMBER(4,0)" }, /is NUMBER\(4,0\): expected NUMBER\(9,0\)/, [
      `ALTER TABLE ${name} ALTER COLUMN WINDOW_MS SET DATA TYPE NUMBER(9,0)`,
    ]],
    [{ type: "BOOLEAN" }, /is BOOLEAN/, [
      `ALTER TABLE ${name} RENAME COLUMN WINDOW_MS TO WINDOW_MS_OLD`,
      `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS WINDOW_MS NUMBER(9,0) COMMENT 'Length of the window, ms'`,
    ]],
    [{ "null?": "N" }, /must not be NULL/, [`ALTER TABLE ${name} ALTER COLUMN WINDOW_MS DROP NOT NULL`]],
  ];
  for (const [change, detail, mend] of cases) {
    const result = await check(({ tables }) => {
      const columns = tables.get(name)!;
      const at = columns.findIndex((column) => column.name === "WINDOW_MS");
      columns.splice(at, 1, ...(change ? [{ ...columns[at], ...change }] : []));
    });
    const [finding, ...others] = bad(result);
    assert.equal(finding.what, `${name}.WINDOW_MS`);
    assert.match(finding.detail, detail);
    assert.deepEqual(finding.mend, mend);
    assert.deepEqual(others, []);
  }
});

Deno.test("columns of others do no harm unless rows must have them; wider ones are as good", async () => {
  const result = await check(({ tables }) => {
    const columns = tables.get("ACTIVITY_DB.RAW_DATA.ACTIVITY_RECORDS")!;
    columns.push({ name: "NOTE", type: "VARCHAR(10)", "null?": "Y", default: null });
    columns.push({ name: "OWNER", type: "VARCHAR(10)", "null?": "N", default: null });
    columns.find(({ name }) => name === "KAFKA_PARTITION")!.type = "NUMBER(38,0)";
    columns.find(({ name }) => name === "RECEIVED_AT")!.type = "TIMESTAMP_NTZ(9)";
  });
  assert.deepEqual(bad(result).map(({ what }) => what), ["ACTIVITY_DB.RAW_DATA.ACTIVITY_RECORDS.OWNER"]);
});

Deno.test("a warehouse that is missing, does not wake or sleeps too late is named", async () => {
  const warehouse = async (change: Record<string, unknown> | null) =>
    bad(
      await check((account) => {
        account.warehouse = change && { ...account.warehouse, ...change };
        if (!change) account.grants.get(ROLE)!.shift();
      }),
    ).map(({ state, mend }) => ({ state, mend: mend.at(-1) }));
  assert.deepEqual(await warehouse(null), [{
    state: "wrong",
    mend: "GRANT USAGE ON WAREHOUSE ACTIVITY_WH TO ROLE ACTIVITY_LOADER",
  }]);
  assert.deepEqual(await warehouse({ auto_resume: "false" }), [{
    state: "wrong",
    mend: "ALTER WAREHOUSE ACTIVITY_WH SET AUTO_RESUME = TRUE",
  }]);
  for (const auto_suspend of [null, 0, 3600]) {
    assert.deepEqual(await warehouse({ auto_suspend }), [{
      state: "warning",
      mend: "ALTER WAREHOUSE ACTIVITY_WH SET AUTO_SUSPEND = 60",
    }]);
  }
});

Deno.test("tables of an older version get its migrations; those of a newer ask for a newer program", async () => {
  const version = async (version: number | null) =>
    bad(await check((account) => void (account.version = version)));
  const [older] = await version(null);
  assert.match(older.detail, /^none is noted: expected 1/);
  assert.match(older.mend.at(-1)!, /^MERGE INTO ACTIVITY_DB\.SINK\.SCHEMA_HISTORY/);
  const [newer] = await version(SCHEMA_VERSION + 1);
  assert.match(newer.detail, /newer program/);
  assert.deepEqual(newer.mend, []);
});

Deno.test("what only a load shows, the trial shows", async () => {
  const error = new SnowflakeError("Insufficient privileges to operate on table", 3001, "42501", null);
  const result = await check((account) => void (account.refused = { match: /^INSERT/, error }));
  assert.deepEqual(bad(result).map(({ what }) => what), ["trial load, rolled back"]);
  assert.match(bad(result)[0].detail, /003001/);
  assert(result.connection.closed);
});

Deno.test("without an answer the check ends and says so once", async () => {
  const error = new Unanswered("Snowflake did not answer within 120 s");
  const result = await check((account) => void (account.refused = { match: /^DESCRIBE/, error }));
  assert.equal(bad(result).length, 1);
  assert.match(bad(result)[0].detail, /did not answer/);
});

Deno.test("a key, an address or a login that fails ends the check with what mends it", async () => {
  const refuse = (error: Error) =>
    checkSnowflake(SETTINGS, { connect: () => Promise.reject(error), reach: () => Promise.resolve() });
  const refusal = (code: number) => new SnowflakeError("refused", code, null, null);

  const noKey = await check(() => {}, { ...SETTINGS, passphrase: "wrong" });
  assert.deepEqual(noKey.findings.map(({ what, state }) => `${what} ${state}`), ["private key wrong"]);

  const noAddress = await checkSnowflake({ ...SETTINGS, account: "MY_ORG-MY_ACCOUNT" }, {
    connect: () => assert.fail(),
    reach: (host, port) => Promise.reject(new Error(`no route to ${host}:${port}`)),
  });
  assert.match(noAddress.at(-1)!.detail, /no route to my-org-my-account\.snowflakecomputing\.com:443/i);

  const wrongKey = (await refuse(refusal(390144))).at(-1)!;
  assert.match(wrongKey.mend.join("\n"), /ALTER USER ACTIVITY_SINK SET RSA_PUBLIC_KEY = 'MII/);
  assert.deepEqual(
    (await refuse(refusal(390189))).at(-1)!.mend.at(-1),
    "GRANT ROLE ACTIVITY_LOADER TO USER ACTIVITY_SINK",
  );
  assert.deepEqual((await refuse(refusal(390102))).at(-1)!.mend, [
    "ALTER USER ACTIVITY_SINK SET DISABLED = FALSE MINS_TO_UNLOCK = 0",
  ]);
  assert.match((await refuse(new Unanswered("gone"))).at(-1)!.detail, /gone/);
});

Deno.test("neither the key nor its passphrase is in any finding", async () => {
  const findings = JSON.stringify([
    ...(await check()).findings,
    ...(await check(() => {}, { ...SETTINGS, passphrase: "my secret" })).findings,
  ]);
  assert(
    !findings.includes(PASSPHRASE) && !findings.includes("my secret") && !findings.includes("PRIVATE KEY--"),
  );
});
