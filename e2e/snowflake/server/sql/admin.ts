/**
 * What statements about objects, rights and sessions share.
 *
 * @module
 */
import type { Catalog, Table } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { type DataType, fixed, LTZ, resultColumn, text } from "./data_types.ts";
import type { Storage } from "./storage.ts";
import type { SessionContext, SqlResult, StatementKind } from "./types.ts";
import type { Transaction, Versions } from "./versions.ts";

/** A statement's session, as far as statements change it. */
export interface SessionState {
  id: number;
  context: SessionContext;
  /** By upper-case name. */
  parameters: Map<string, string>;
  transaction: Transaction | null;
}

export interface Admin {
  catalog: Catalog;
  storage: Storage;
  versions: Versions;
  session: SessionState;
  nowMs: number;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Waits for the table's lock, and keeps it to the end of the statement. */
  lock(table: Table, name: string): Promise<void>;
}

export const status = (message: string, kind: StatementKind = "ddl"): SqlResult => ({
  columns: [resultColumn("status", text(), false)],
  rows: [[message]],
  kind,
  counts: { inserted: 0, updated: 0, deleted: 0 },
});

export type Cell = string | number | boolean | null;

/** What SHOW and DESCRIBE answer: `created_on` and its like are times, all else is text but what is said to be a number. */
export function listing(
  kind: StatementKind,
  names: string[],
  rows: Cell[][],
  numbers: string[] = [],
): SqlResult {
  const type = (name: string): DataType =>
    name.endsWith("_on") && name !== "granted_on" && name !== "grant_on"
      ? { ...LTZ, scale: 3 }
      : numbers.includes(name)
      ? fixed(18, 0)
      : text();
  return {
    columns: names.map((name) => resultColumn(name, type(name))),
    rows: rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
    kind,
    counts: { inserted: 0, updated: 0, deleted: 0 },
  };
}

/** Milliseconds as a rowset has a time of scale 3. */
export const wireTime = (ms: number): string => (ms / 1000).toFixed(3);

/** `NAME = value` as often as there are some; values as text, words upper-cased. */
export function properties(cursor: Cursor): Record<string, string> {
  const found: Record<string, string> = {};
  while (cursor.token.kind === "word" && cursor.peek().value === "=" && cursor.peek().kind === "operator") {
    const name = cursor.next().value;
    cursor.expect("=");
    found[name] = value(cursor);
    cursor.takes(",");
  }
  return found;
}

function value(cursor: Cursor): string {
  if (cursor.takes("(")) {
    const items = cursor.sees(")") ? [] : cursor.list(() => value(cursor));
    cursor.expect(")");
    return items.join(",");
  }
  const negative = cursor.takes("-");
  const token = cursor.next();
  if (!["word", "quoted", "string", "number"].includes(token.kind)) cursor.fail(token);
  // A namespace: DATABASE.SCHEMA.
  let written = token.value;
  while ((token.kind === "word" || token.kind === "quoted") && cursor.takes(".")) {
    written += `.${cursor.name()}`;
  }
  return `${negative ? "-" : ""}${written}`;
}

export function ifNotExists(cursor: Cursor): boolean {
  return cursor.takes("IF", "NOT", "EXISTS");
}

export function ifExists(cursor: Cursor): boolean {
  return cursor.takes("IF", "EXISTS");
}

/** What IF NOT EXISTS answers where there is one. */
export const exists = (name: string) => status(`${name} already exists, statement succeeded.`);
