/**
 * One statement on its way, from its request until its answer was fetched.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { type Journal } from "./journal.ts";
import { Code, refusal, type Reply, success } from "./replies.ts";
import { type Session } from "./sessions.ts";
import { parametersOf } from "./parameters.ts";
import { type SqlBind, SqlError, type SqlResult, type SqlSession, STATEMENT_TYPE } from "./sql/types.ts";

/** What a statement's request asks for. */
export interface Statement {
  text: string;
  binds: SqlBind[];
  describeOnly: boolean;
  /** Length of the request's body, bytes. */
  requestBytes: number;
}

export interface RunOptions {
  /** Waits so long before it executes, ms. */
  delayMs?: number;
  /** Refuses it with this instead. */
  refuseWith?: SqlError;
}

export class Run {
  readonly queryId = randomUUID();
  readonly answer: Promise<Reply>;
  done = false;
  readonly #stop = new AbortController();

  constructor(session: Session, statement: Statement, journal: Journal, options: RunOptions = {}) {
    this.answer = this.#execute(session, statement, journal, options).finally(() => {
      this.done = true;
      session.usedMs = Math.max(session.usedMs, journal.now());
    });
  }

  /** Cancels it where it waits. */
  abort(): void {
    this.#stop.abort();
  }

  async #execute(
    { sql, user }: Session,
    { text, binds, describeOnly, requestBytes }: Statement,
    journal: Journal,
    { delayMs = 0, refuseWith }: RunOptions,
  ): Promise<Reply> {
    const startMs = journal.now();
    const note = (status: string, kind: string, rows: number) =>
      journal.add({ text, user, queryId: this.queryId, requestBytes, status, kind, rows, startMs });
    try {
      await pause(delayMs, this.#stop.signal);
      if (refuseWith) throw refuseWith;
      const result = await sql.execute(text, binds, { describeOnly, signal: this.#stop.signal });
      const { inserted, updated, deleted } = result.counts;
      note("done", result.kind, inserted + updated + deleted || result.rows.length);
      return success(dataOf(result, sql, this.queryId, binds.length));
    } catch (error) {
      const known = error instanceof SqlError ? error : internal(error);
      note(known.code, "failed", 0);
      return refuse(known, this.queryId);
    }
  }
}

/** The emulator's own mistake: shown to whoever runs it, and to the driver as Snowflake would. */
function internal(error: unknown): SqlError {
  console.error(error);
  return new SqlError("000603", "XX000", "SQL execution internal error: Processing aborted by error 300010.");
}

function refuse({ code, sqlState, message }: SqlError, queryId: string): Reply {
  return refusal(code, message, {
    internalError: false,
    unredactedFromSecureObject: false,
    errorCode: code,
    age: 0,
    sqlState,
    queryId,
    line: -1,
    pos: -1,
    type: "COMPILATION",
  });
}

function dataOf({ columns, rows, kind, counts }: SqlResult, sql: SqlSession, queryId: string, binds: number) {
  const { database, schema, warehouse, role } = sql.context;
  return {
    parameters: parametersOf(sql.parameters),
    rowtype: columns.map(({ name, type, precision, scale, length, nullable }) => ({
      name,
      database: "",
      schema: "",
      table: "",
      type: type.toLowerCase(),
      precision,
      scale,
      length,
      // UTF-8 takes up to four for a character.
      byteLength: length === null ? null : 4 * length,
      nullable,
      collation: null,
    })),
    rowset: rows,
    total: rows.length,
    returned: rows.length,
    queryId,
    databaseProvider: null,
    finalDatabaseName: database,
    finalSchemaName: schema,
    finalWarehouseName: warehouse,
    finalRoleName: role,
    numberOfBinds: binds,
    arrayBindSupported: kind === "insert",
    statementTypeId: STATEMENT_TYPE[kind],
    version: 1,
    sendResultTime: Date.now(),
    queryResultFormat: "json",
    stats: {
      numRowsInserted: counts.inserted,
      numRowsUpdated: counts.updated,
      numRowsDeleted: counts.deleted,
      numDmlDuplicates: 0,
    },
  };
}

/** @throws SqlError when it is cancelled meanwhile */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, signal);
  if (signal.aborted) throw new SqlError(Code.statementCancelled, "57014", "SQL execution canceled");
}

/** Resolves after the time, or at once when it is aborted. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}
