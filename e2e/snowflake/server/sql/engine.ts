/**
 * The SQL engine of the strict server: Snowflake's statements on DuckDB, by a parser and compiler of its own. What it does not know it
 * refuses; what it knows follows Snowflake's documentation, read strictly. Each file says at its top what it leaves out.
 *
 * @module
 */
import { Catalog, newCatalog, type Table } from "./catalog.ts";
import { Mutex, TableLocks } from "./locks.ts";
import { PARAMETERS } from "./parameters.ts";
import { Session, type Shared } from "./session.ts";
import { Storage } from "./storage.ts";
import type { OpenOptions, SqlEngine, SqlSession, SqlUser } from "./types.ts";
import { Versions } from "./versions.ts";

export * from "./types.ts";

export interface EngineOptions {
  /** DuckDB file; in memory without one. */
  dataPath?: string;
  /** Account name, for CURRENT_ACCOUNT(). */
  account: string;
  /** Clock, ms since the epoch. */
  nowMs?: () => number;
}

/**
 * Opens it with what a new account has: roles ACCOUNTADMIN, SYSADMIN, SECURITYADMIN, USERADMIN and PUBLIC, and user ADMIN, who
 * has all of them and neither key nor password: only `open` gets it in.
 *
 * @throws SqlError when the file cannot be opened
 */
export async function openEngine({ dataPath, account, nowMs = Date.now }: EngineOptions): Promise<SqlEngine> {
  const storage = await Storage.open(dataPath);
  const data = await storage.loadCatalog() ?? newCatalog(account, nowMs());
  const versions = new Versions(storage);
  await versions.recover(allTables(data));
  return new Engine({
    catalog: new Catalog(data, account),
    storage,
    versions,
    locks: new TableLocks(),
    mutex: new Mutex(),
    nowMs,
    sessions: new Set(),
  });
}

const allTables = ({ databases }: Catalog["data"]): Table[] =>
  Object.values(databases).flatMap(({ schemas }) =>
    Object.values(schemas).flatMap(({ tables }) => Object.values(tables))
  );

class Engine implements SqlEngine {
  readonly #shared: Shared;
  #lastId = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  user(name: string): SqlUser | null {
    return this.#shared.catalog.user(name);
  }

  hasRole(user: string, role: string): boolean {
    return this.#shared.catalog.hasRole(user, role);
  }

  open({ user, role, warehouse, database, schema, parameters = {} }: OpenOptions): SqlSession {
    const { catalog } = this.#shared;
    const known = catalog.user(user);
    if (!known) throw new Error(`There is no user ${user}`);
    const [defaultDatabase, defaultSchema] = known.defaultNamespace?.split(".") ?? [];
    const chosenDatabase = database ?? defaultDatabase ?? null;
    const chosenSchema = schema ?? (database ? "PUBLIC" : defaultSchema ?? "PUBLIC");
    const chosenWarehouse = warehouse ?? known.defaultWarehouse;
    const schemas = chosenDatabase === null ? undefined : catalog.data.databases[chosenDatabase]?.schemas;
    const given = Object.entries(parameters).map(([name, value]): [string, string] => [
      name.toUpperCase(),
      String(value),
    ]);
    return new Session(this.#shared, {
      id: ++this.#lastId,
      context: {
        user,
        role: role ?? known.defaultRole ?? "PUBLIC",
        warehouse: chosenWarehouse !== null && catalog.data.warehouses[chosenWarehouse]
          ? chosenWarehouse
          : null,
        database: schemas ? chosenDatabase : null,
        schema: schemas?.[chosenSchema] ? chosenSchema : null,
      },
      parameters: new Map(given.filter(([name]) => Object.hasOwn(PARAMETERS, name))),
      transaction: null,
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#shared.sessions].map((session) => session.close()));
    this.#shared.storage.close();
  }
}
