/**
 * Accounts for the tests of the engine.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ddl } from "../../../../sinks/snowflake/ddl/mod.ts";
import {
  openEngine,
  type SqlBind,
  type SqlEngine,
  SqlError,
  type SqlResult,
  type SqlSession,
} from "./engine.ts";

/** Shaped like a key; nothing here verifies a signature. */
export const PUBLIC_KEY = `MII${"A".repeat(380)}`;

/** Noon of an ordinary day. */
export const NOW_MS = Date.UTC(2026, 0, 15, 12);

export class Account implements AsyncDisposable {
  constructor(readonly engine: SqlEngine, readonly admin: SqlSession) {}

  /** A session that may make databases and has one, `T`, with a schema and a warehouse. */
  static async empty(dataPath?: string): Promise<Account> {
    const engine = await openEngine({ account: "LOCAL", dataPath, nowMs: () => NOW_MS });
    const admin = engine.open({ user: "ADMIN", role: "SYSADMIN" });
    const account = new Account(engine, admin);
    for (
      const sql of [
        "CREATE WAREHOUSE IF NOT EXISTS W",
        "USE WAREHOUSE W",
        "CREATE DATABASE IF NOT EXISTS T",
        "USE SCHEMA T.PUBLIC",
        "ALTER SESSION SET TIMEZONE = 'UTC'",
      ]
    ) await run(admin, sql);
    return account;
  }

  /** With everything that the sink needs. */
  static async loaded(dataPath?: string): Promise<Account> {
    const engine = await openEngine({ account: "LOCAL", dataPath, nowMs: () => NOW_MS });
    const admin = engine.open({ user: "ADMIN" });
    for (const sql of ddl({ publicKey: PUBLIC_KEY })) await run(admin, sql);
    await run(admin, "USE ROLE SYSADMIN");
    return new Account(engine, admin);
  }

  /** Another session like the administrator's. */
  session(): SqlSession {
    const { warehouse, database, schema, role } = this.admin.context;
    return this.engine.open({
      user: "ADMIN",
      role,
      warehouse,
      database,
      schema,
      parameters: { TIMEZONE: "UTC" },
    });
  }

  /** A session of the sink's user. */
  sink(): SqlSession {
    return this.engine.open({ user: "ACTIVITY_SINK" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.close();
  }
}

export const binds = (...values: (string | number)[]): SqlBind[] =>
  values.map((value) => ({ type: typeof value === "number" ? "FIXED" : "TEXT", value: String(value) }));

export const run = (session: SqlSession, sql: string, ...values: (string | number)[]): Promise<SqlResult> =>
  session.execute(sql, binds(...values));

export const rows = async (session: SqlSession, sql: string, ...values: (string | number)[]) =>
  (await run(session, sql, ...values)).rows;

/** The only value of the only row. */
export async function value(
  session: SqlSession,
  sql: string,
  ...values: (string | number)[]
): Promise<string | null> {
  const result = await rows(session, sql, ...values);
  assert.equal(result.length, 1, sql);
  return result[0][0];
}

/** Asserts that it is refused with this code and SQLSTATE. */
export async function refused(
  session: SqlSession,
  sql: string,
  code: string,
  sqlState: string,
  message?: RegExp,
): Promise<void> {
  await assert.rejects(run(session, sql), (error) => {
    assert(error instanceof SqlError, String(error));
    assert.deepEqual([error.code, error.sqlState], [code, sqlState], `${sql}: ${error.message}`);
    if (message) assert.match(error.message, message);
    return true;
  });
}

/** `name:TYPE(precision,scale)` of the columns. */
export const types = ({ columns }: SqlResult): string =>
  columns.map(({ name, type, precision, scale }) =>
    `${name}:${type}${type === "FIXED" ? `(${precision},${scale})` : ""}`
  ).join(" ");
