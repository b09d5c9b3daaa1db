/**
 * What the SQL engine takes and gives back, in the terms of Snowflake's JSON result format.
 *
 * @module
 */

/** Type names of the `rowtype` part of a reply. */
export type WireType =
  | "FIXED"
  | "REAL"
  | "TEXT"
  | "BOOLEAN"
  | "DATE"
  | "TIME"
  | "TIMESTAMP_NTZ"
  | "TIMESTAMP_LTZ"
  | "TIMESTAMP_TZ"
  | "VARIANT"
  | "OBJECT"
  | "ARRAY"
  | "BINARY";

export interface SqlColumn {
  name: string;
  type: WireType;
  precision: number | null;
  scale: number | null;
  /** Characters that a TEXT holds at most. */
  length: number | null;
  nullable: boolean;
}

/** A value for a `?`, as drivers send it; an array is one value per row of an array bind. */
export interface SqlBind {
  /** TEXT, FIXED, REAL, BOOLEAN, DATE (ms), TIMESTAMP_NTZ (ns) and so on. */
  type: string;
  value: string | null | (string | null)[];
}

/** Snowflake's `statementTypeId` by kind of statement; drivers tell queries from changes by it. */
export const STATEMENT_TYPE = {
  select: 0x1000,
  dml: 0x3000,
  insert: 0x3100,
  update: 0x3200,
  delete: 0x3300,
  merge: 0x3400,
  multiTableInsert: 0x3500,
  copy: 0x3600,
  scl: 0x4000,
  alterSession: 0x4100,
  use: 0x4300,
  describe: 0x1000 + 0x200,
  show: 0x1000 + 0x300,
  tcl: 0x5000,
  ddl: 0x6000,
} as const;

export type StatementKind = keyof typeof STATEMENT_TYPE;

export interface SqlResult {
  columns: SqlColumn[];
  /** Text as in a JSON rowset: BOOLEAN "1" and "0", DATE in days, TIMESTAMP in seconds with a fraction. */
  rows: (string | null)[][];
  kind: StatementKind;
  /** What changed; all 0 for anything but INSERT, UPDATE, DELETE and MERGE, whose `rows` say the same. */
  counts: { inserted: number; updated: number; deleted: number };
}

/** Where a session stands: null where nothing is chosen. */
export interface SessionContext {
  user: string;
  role: string;
  warehouse: string | null;
  database: string | null;
  schema: string | null;
}

export interface ExecuteOptions {
  /** Columns only, nothing is executed. */
  describeOnly?: boolean;
  /** Ends waiting for a lock with 000604. */
  signal?: AbortSignal;
}

/** Who may log in. */
export interface SqlUser {
  name: string;
  /** Body of the PEM, without armour and white space. */
  rsaPublicKey: string | null;
  rsaPublicKey2: string | null;
  password: string | null;
  disabled: boolean;
  defaultRole: string | null;
  defaultWarehouse: string | null;
  /** DATABASE or DATABASE.SCHEMA. */
  defaultNamespace: string | null;
}

/** A refusal in Snowflake's numbers and words. */
export class SqlError extends Error {
  override name = "SqlError";
  /**
   * @param code six digits, for example "002003"
   * @param sqlState for example "42S02"
   */
  constructor(readonly code: string, readonly sqlState: string, message: string) {
    super(message);
  }
}

/** One session: what it does runs one statement at a time, in the order of the calls. */
export interface SqlSession {
  readonly id: number;
  readonly context: Readonly<SessionContext>;
  readonly inTransaction: boolean;
  /** Session parameters in force (upper-case names), such as TIMEZONE. */
  readonly parameters: ReadonlyMap<string, string>;
  /** @throws SqlError */
  execute(text: string, binds?: readonly SqlBind[], options?: ExecuteOptions): Promise<SqlResult>;
  /** Rolls back what is open. */
  close(): Promise<void>;
}

/** What may be chosen at login; a name that does not exist is taken as none, as Snowflake does. */
export interface OpenOptions {
  /** Must exist: see `SqlEngine.user`. Upper case. */
  user: string;
  /** Without one: the user's default role, or PUBLIC. Check it first with `SqlEngine.hasRole`. */
  role?: string | null;
  warehouse?: string | null;
  database?: string | null;
  schema?: string | null;
  /** Session parameters sent with the login. */
  parameters?: Record<string, string | number | boolean>;
}

export interface SqlEngine {
  /** Null where there is none of this name (upper case). */
  user(name: string): SqlUser | null;
  /** Whether the user may take the role; PUBLIC is everybody's. */
  hasRole(user: string, role: string): boolean;
  open(options: OpenOptions): SqlSession;
  /** Ends all sessions, which rolls back what they had open, and closes the file. */
  close(): Promise<void>;
}
