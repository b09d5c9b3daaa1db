/**
 * A session: its statements one after the other, each under the engine's lock while it runs.
 *
 * @module
 */
import { accessStatement } from "./access.ts";
import type { Admin, SessionState } from "./admin.ts";
import type { Query } from "./ast.ts";
import { type Catalog, type Table, written } from "./catalog.ts";
import { compileQuery } from "./compile_query.ts";
import { Cursor } from "./cursor.ts";
import {
  type Change,
  change,
  changeResult,
  describedChange,
  neededPrivileges,
  needsLock,
  readColumns,
} from "./dml.ts";
import { cancelled, noWarehouse, unsupported } from "./errors.ts";
import { informationSchema } from "./information_schema.ts";
import type { Mutex, TableLocks } from "./locks.ts";
import { objectStatement } from "./objects.ts";
import { PARAMETERS } from "./parameters.ts";
import { parseData } from "./parse_query.ts";
import type { CompileContext, ReadableTable } from "./scope.ts";
import { sessionStatement } from "./session_statements.ts";
import { showStatement } from "./show.ts";
import type { Storage } from "./storage.ts";
import {
  type ExecuteOptions,
  type SessionContext,
  type SqlBind,
  SqlError,
  type SqlResult,
  type SqlSession,
} from "./types.ts";
import { physical, type Snapshot, type Transaction, type Versions, visible } from "./versions.ts";
import { describe, fetchRows } from "./wire.ts";

/** What all sessions share. */
export interface Shared {
  catalog: Catalog;
  storage: Storage;
  versions: Versions;
  locks: TableLocks;
  mutex: Mutex;
  nowMs(): number;
  /** Sessions that are open. */
  sessions: Set<SqlSession>;
}

/** Version that CURRENT_VERSION() answers: one of 2026, as the statements and options used here need. */
const VERSION = "10.1.0";

/** Statements that commit what is open: all that are about objects and rights. */
const COMMITS = /^(CREATE|ALTER|DROP|TRUNCATE|GRANT|REVOKE)$/;

export class Session implements SqlSession {
  readonly #shared: Shared;
  readonly #state: SessionState;
  readonly #end = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  constructor(shared: Shared, state: SessionState) {
    this.#shared = shared;
    this.#state = state;
    shared.sessions.add(this);
  }

  get id(): number {
    return this.#state.id;
  }

  get context(): Readonly<SessionContext> {
    return { ...this.#state.context };
  }

  get inTransaction(): boolean {
    return this.#state.transaction !== null;
  }

  get parameters(): ReadonlyMap<string, string> {
    const defaults = Object.entries(PARAMETERS).map(([name, { value }]): [string, string] => [name, value]);
    return new Map([...defaults, ...this.#state.parameters]);
  }

  execute(text: string, binds: readonly SqlBind[] = [], options: ExecuteOptions = {}): Promise<SqlResult> {
    const result = this.#last.then(() => this.#execute(text, binds, options));
    // One that fails does not stop those after it; the caller gets its error.
    this.#last = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#last;
    await this.#shared.mutex.run(() => this.#finish("rollback"));
    this.#shared.sessions.delete(this);
  }

  async #execute(text: string, binds: readonly SqlBind[], options: ExecuteOptions): Promise<SqlResult> {
    const signal = AbortSignal.any([this.#end.signal, ...(options.signal ? [options.signal] : [])]);
    if (signal.aborted) throw cancelled();
    const cursor = new Cursor(text, binds);
    if (cursor.token.kind === "end") {
      throw new SqlError("000900", "42601", "SQL compilation error:\nEmpty SQL statement.");
    }
    const data = parseData(cursor);
    if (data) cursor.end();
    const { mutex } = this.#shared;
    await mutex.acquire();
    try {
      if (data?.kind === "select") return await this.#select(data.query, binds, options);
      if (data) return await this.#change(data, binds, options, signal);
      if (options.describeOnly) {
        throw unsupported("Describing a statement that is neither a query nor a change");
      }
      return await this.#administer(cursor, signal);
    } finally {
      mutex.release();
    }
  }

  async #select(
    query: Query,
    binds: readonly SqlBind[],
    { describeOnly }: ExecuteOptions,
  ): Promise<SqlResult> {
    const { storage, versions } = this.#shared;
    const context = this.#compileContext(binds, versions.snapshot(this.#state.transaction));
    const compiled = compileQuery(query, null, context);
    const rows = describeOnly ? [] : await fetchRows(compiled, storage, context.parameters);
    return {
      columns: describe(compiled.columns),
      rows,
      kind: "select",
      counts: { inserted: 0, updated: 0, deleted: 0 },
    };
  }

  async #change(
    statement: Change,
    binds: readonly SqlBind[],
    { describeOnly }: ExecuteOptions,
    signal: AbortSignal,
  ): Promise<SqlResult> {
    const { catalog, storage, versions, nowMs } = this.#shared;
    const resolve = () =>
      catalog.table(statement.target, this.#state.context, ...neededPrivileges(statement));
    if (describeOnly) {
      resolve();
      return describedChange(statement);
    }
    const began = versions.snapshot(this.#state.transaction);
    const { table, name } = resolve();
    if (!this.#state.transaction && this.parameters.get("AUTOCOMMIT") === "false") {
      this.#state.transaction = await versions.begin(nowMs());
    }
    const open = this.#state.transaction;
    const transaction = open ?? await versions.begin(nowMs());
    try {
      if (needsLock(statement)) await this.#lock(table, name, transaction, signal);
      // Meanwhile the table may have been dropped or a right taken.
      const target = resolve();
      const snapshot: Snapshot = { ...began, me: transaction.id };
      const context = this.#compileContext(binds, snapshot);
      context.demandWarehouse();
      const counts = await storage.atomically(async () => {
        await versions.note(transaction, target.table, open !== null);
        return await change(statement, {
          storage,
          versions,
          target,
          snapshot,
          transaction,
          compile: context,
        });
      });
      return changeResult(statement.kind, counts);
    } finally {
      if (!open) await this.#forget(transaction);
    }
  }

  /** A statement's own transaction: DuckDB has committed it or rolled it back. */
  async #forget(transaction: Transaction): Promise<void> {
    await this.#shared.versions.forget(transaction);
    this.#shared.locks.release(transaction.id);
  }

  /** Others run while this one waits. */
  async #lock(table: Table, name: string, { id }: Transaction, signal: AbortSignal): Promise<void> {
    const { locks, mutex, versions } = this.#shared;
    if (locks.take(table.id, id)) return;
    const timeoutMs = Number(this.parameters.get("LOCK_TIMEOUT")) * 1000;
    await versions.keeping(async () => {
      mutex.release();
      try {
        await locks.wait(table.id, id, name, timeoutMs, signal);
      } finally {
        await mutex.acquire();
      }
    });
  }

  async #administer(cursor: Cursor, signal: AbortSignal): Promise<SqlResult> {
    const { catalog, storage, versions, nowMs } = this.#shared;
    const word = cursor.token.value;
    const isDdl = COMMITS.test(word) && !cursor.sees("ALTER", "SESSION");
    if (isDdl) await this.#finish("commit");
    let own: Transaction | null = null;
    const admin: Admin = {
      catalog,
      storage,
      versions,
      session: this.#state,
      nowMs: nowMs(),
      commit: () => this.#finish("commit"),
      rollback: () => this.#finish("rollback"),
      lock: async (table, name) => {
        own ??= await versions.begin(nowMs());
        await this.#lock(table, name, own, signal);
      },
    };
    const run = async () =>
      await sessionStatement(cursor, admin) ?? showStatement(cursor, admin) ??
        await objectStatement(cursor, admin) ?? accessStatement(cursor, admin) ?? cursor.fail();
    if (!isDdl) return await run();
    const before = structuredClone(catalog.data);
    const context = { ...this.#state.context };
    try {
      const result = await run();
      await storage.atomically(() => storage.saveCatalog(catalog.data));
      return result;
    } catch (error) {
      Object.assign(catalog.data, before);
      Object.assign(this.#state.context, context);
      throw error;
    } finally {
      if (own) await this.#forget(own);
    }
  }

  async #finish(how: "commit" | "rollback"): Promise<void> {
    const { transaction } = this.#state;
    if (!transaction) return;
    const { versions, locks } = this.#shared;
    this.#state.transaction = null;
    try {
      await versions[how](transaction);
    } finally {
      locks.release(transaction.id);
    }
  }

  #compileContext(binds: readonly SqlBind[], snapshot: Snapshot): CompileContext {
    const { catalog, nowMs } = this.#shared;
    const { context } = this.#state;
    const { transaction } = this.#state;
    let names = 0;
    return {
      zone: this.parameters.get("TIMEZONE")!,
      nowMs: nowMs(),
      session: {
        CURRENT_USER: context.user,
        CURRENT_ROLE: context.role,
        CURRENT_ACCOUNT: catalog.account,
        CURRENT_ACCOUNT_NAME: catalog.account,
        CURRENT_ORGANIZATION_NAME: "LOCAL",
        CURRENT_REGION: "LOCAL",
        CURRENT_DATABASE: context.database,
        CURRENT_SCHEMA: context.schema,
        CURRENT_WAREHOUSE: context.warehouse,
        CURRENT_SESSION: String(this.#state.id),
        CURRENT_VERSION: VERSION,
        CURRENT_CLIENT: null,
        CURRENT_TRANSACTION: transaction && String(transaction.startedMs),
        LAST_QUERY_ID: null,
      },
      table: (path) => this.#readable(path, snapshot),
      demandWarehouse: () => this.#demandWarehouse(),
      binds,
      parameters: {},
      unique: (prefix) => `${prefix}${names++}`,
    };
  }

  #readable(path: string[], snapshot: Snapshot): ReadableTable {
    const { catalog } = this.#shared;
    const { context } = this.#state;
    const full = catalog.qualify(path, context);
    if (full[1] === "INFORMATION_SCHEMA") return informationSchema(full[0], full[2], catalog, this.#state);
    const { table } = catalog.table(full, context, "SELECT");
    return {
      columns: readColumns(table),
      render: (used) => {
        const columns = used.size === 0 ? "1" : [...used].join(", ");
        return `(SELECT ${columns} FROM ${physical(table)} WHERE ${visible(snapshot)})`;
      },
    };
  }

  /** A sleeping warehouse wakes, if it may. */
  #demandWarehouse(): void {
    const { catalog } = this.#shared;
    const { warehouse: name, role } = this.#state.context;
    const warehouse = name === null ? undefined : catalog.data.warehouses[name];
    if (!warehouse || !catalog.may(role, "USAGE", "WAREHOUSE", written(warehouse.name))) throw noWarehouse();
    if (warehouse.suspended && !warehouse.autoResume) throw noWarehouse();
    warehouse.suspended = false;
  }
}
