/**
 * The SQL engine of the strict server: Snowflake's statements on DuckDB.
 *
 * @module
 */
import type { SqlEngine } from "./types.ts";
export * from "./types.ts";

export interface EngineOptions {
  /** DuckDB file; in memory without one. */
  dataPath?: string;
  /** Account name, for CURRENT_ACCOUNT(). */
  account: string;
}

/**
 * Opens it with what a new account has: roles ACCOUNTADMIN, SYSADMIN, SECURITYADMIN, USERADMIN and PUBLIC, and user ADMIN, who
 * has all of them and neither key nor password: only `open` gets it in.
 */
export function openEngine(_options: EngineOptions): Promise<SqlEngine> {
  throw new Error("coming");
}
