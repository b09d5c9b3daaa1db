/**
 * The DuckDB behind everything: one connection, one statement at a time.
 *
 * @module
 */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { CatalogData } from "./catalog.ts";
import { fromDuckDb } from "./errors.ts";
import { MACROS } from "./typed.ts";

/** The server is a guest on the machine of whoever runs it. */
const SETTINGS = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  memory_limit: "1GB",
  threads: "2",
};

const SYSTEM = [
  "CREATE TABLE IF NOT EXISTS sf_catalog (document VARCHAR)",
  // Transactions that are neither committed nor rolled back: what a crash leaves of them is removed at the next start.
  "CREATE TABLE IF NOT EXISTS sf_open (tx BIGINT)",
  "CREATE SEQUENCE IF NOT EXISTS sf_tx",
  "CREATE SEQUENCE IF NOT EXISTS sf_row",
  ...MACROS,
  // No statement reaches another file or the network, whatever it gets past the compiler.
  "SET enable_external_access = false",
  "SET lock_configuration = true",
];

export class Storage {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(path: string | undefined): Promise<Storage> {
    const instance = await DuckDBInstance.create(path ?? ":memory:", SETTINGS);
    const storage = new Storage(instance, await instance.connect());
    for (const sql of SYSTEM) await storage.run(sql);
    return storage;
  }

  /**
   * @returns rows changed
   * @throws SqlError
   */
  async run(sql: string, parameters: Record<string, string> = {}): Promise<number> {
    try {
      return (await this.#connection.run(sql, used(sql, parameters))).rowsChanged;
    } catch (error) {
      throw fromDuckDb(error);
    }
  }

  /**
   * @param sql all of its columns are VARCHAR
   * @throws SqlError
   */
  async rows(sql: string, parameters: Record<string, string> = {}): Promise<(string | null)[][]> {
    try {
      const reader = await this.#connection.runAndReadAll(sql, used(sql, parameters));
      return reader.getRows() as (string | null)[][];
    } catch (error) {
      throw fromDuckDb(error);
    }
  }

  async number(sql: string): Promise<number> {
    const [[value]] = await this.rows(`SELECT CAST((${sql}) AS VARCHAR)`);
    return Number(value ?? 0);
  }

  /** All or nothing of what the function does, and on disk when it resolves. */
  async atomically<T>(action: () => Promise<T>): Promise<T> {
    await this.run("BEGIN");
    try {
      const result = await action();
      await this.run("COMMIT");
      return result;
    } catch (error) {
      await this.run("ROLLBACK");
      throw error;
    }
  }

  async loadCatalog(): Promise<CatalogData | null> {
    const [row] = await this.rows("SELECT document FROM sf_catalog");
    return row ? JSON.parse(row[0]!) : null;
  }

  async saveCatalog(data: CatalogData): Promise<void> {
    await this.run("DELETE FROM sf_catalog");
    await this.run("INSERT INTO sf_catalog VALUES ($document)", { document: JSON.stringify(data) });
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

/** DuckDB refuses values for parameters that the statement has not. */
function used(sql: string, parameters: Record<string, string>): Record<string, string> | undefined {
  const entries = Object.entries(parameters).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
