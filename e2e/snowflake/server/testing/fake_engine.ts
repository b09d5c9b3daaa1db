/**
 * An engine that knows a handful of statements, so that tests of the protocol see what reached it.
 *
 * @module
 */
import {
  type OpenOptions,
  type SessionContext,
  type SqlBind,
  type SqlColumn,
  type SqlEngine,
  SqlError,
  type SqlResult,
  type SqlUser,
} from "../sql/types.ts";

const NO_COUNTS = { inserted: 0, updated: 0, deleted: 0 };
const COLUMN: SqlColumn = {
  name: "VALUE",
  type: "TEXT",
  precision: null,
  scale: null,
  length: 100,
  nullable: true,
};

export const USER: SqlUser = {
  name: "ACTIVITY_SINK",
  rsaPublicKey: null,
  rsaPublicKey2: null,
  password: null,
  disabled: false,
  defaultRole: "ACTIVITY_LOADER",
  defaultWarehouse: "ACTIVITY_WH",
  defaultNamespace: null,
};

/**
 * It knows `BEGIN`, `COMMIT`, `ROLLBACK`, `INSERT` (one row), `ECHO` (returns its binds), `WAIT` (until it is cancelled) and
 * refuses `FAIL`; database `ACTIVITY_DB` and role `ACTIVITY_LOADER` exist.
 */
export class FakeEngine implements SqlEngine {
  /** `session: statement`, in the order of their execution. */
  readonly executed: string[] = [];
  readonly closed: number[] = [];
  readonly opened: OpenOptions[] = [];

  constructor(readonly users: SqlUser[]) {}

  user(name: string): SqlUser | null {
    return this.users.find((user) => user.name === name) ?? null;
  }

  hasRole(_user: string, role: string): boolean {
    return role === "ACTIVITY_LOADER" || role === "PUBLIC";
  }

  open(options: OpenOptions) {
    const id = this.opened.push(options);
    const context: SessionContext = {
      user: options.user,
      role: options.role ?? "ACTIVITY_LOADER",
      warehouse: options.warehouse ?? "ACTIVITY_WH",
      database: options.database === "ACTIVITY_DB" ? options.database : null,
      schema: null,
    };
    const session = {
      id,
      context,
      inTransaction: false,
      parameters: new Map([["TIMEZONE", "Europe/Vienna"]]),
      execute: async (
        text: string,
        binds: readonly SqlBind[] = [],
        options: { signal?: AbortSignal } = {},
      ) => {
        this.executed.push(`${id}: ${text}`);
        if (text === "BEGIN") session.inTransaction = true;
        if (text === "COMMIT" || text === "ROLLBACK") session.inTransaction = false;
        return await run(text, binds, options.signal);
      },
      close: () => {
        this.closed.push(id);
        return Promise.resolve();
      },
    };
    return session;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function run(text: string, binds: readonly SqlBind[], signal?: AbortSignal): Promise<SqlResult> {
  switch (text.split(" ")[0]) {
    case "ECHO":
      return {
        columns: [COLUMN],
        rows: binds.map(({ type, value }) => [value === null ? null : `${type} ${value}`]),
        kind: "select",
        counts: NO_COUNTS,
      };
    case "INSERT":
      return {
        columns: [{ ...COLUMN, name: "number of rows inserted", type: "FIXED", precision: 18, scale: 0 }],
        rows: [["1"]],
        kind: "insert",
        counts: { ...NO_COUNTS, inserted: 1 },
      };
    case "FAIL":
      throw new SqlError(
        "002003",
        "42S02",
        "SQL compilation error:\nObject 'T' does not exist or not authorized.",
      );
    case "WAIT":
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      throw new SqlError("000604", "57014", "SQL execution canceled");
    default:
      return {
        columns: [COLUMN],
        rows: [["Statement executed successfully."]],
        kind: "tcl",
        counts: NO_COUNTS,
      };
  }
}
