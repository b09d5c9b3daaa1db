/**
 * INSERT, UPDATE, DELETE and MERGE.
 *
 * Stricter than Snowflake: an UPDATE that meets a row twice is refused, as MERGE is there; changing needs SELECT on the table, too.
 *
 * @module
 */
import type { Assignments, DataStatement, MergeClause, Query, Source } from "./ast.ts";
import type { FoundTable, Table, TableColumn } from "./catalog.ts";
import { compile, condition } from "./compile_expression.ts";
import { compileQuery, compileSource } from "./compile_query.ts";
import { fixed, resultColumn } from "./data_types.ts";
import { Cursor } from "./cursor.ts";
import { invalidIdentifier, unsupported, valueCountMismatch } from "./errors.ts";
import { parseExpression } from "./parse_expression.ts";
import { type CompileContext, NO_SCOPE, type Relation, type RelationColumn, type Scope } from "./scope.ts";
import type { Storage } from "./storage.ts";
import { assigned, checked } from "./store.ts";
import type { Typed } from "./typed.ts";
import type { SqlBind, SqlResult, StatementKind } from "./types.ts";
import { physical, type Snapshot, type Transaction, type Versions, visible } from "./versions.ts";

export type Change = Exclude<DataStatement, { kind: "select" }>;

/** What the role needs on the changed table. */
export function neededPrivileges(statement: Change): string[] {
  switch (statement.kind) {
    case "insert":
      return statement.overwrite ? ["INSERT", "DELETE"] : ["INSERT"];
    case "update":
      return ["SELECT", "UPDATE"];
    case "delete":
      return ["SELECT", "DELETE"];
    case "merge": {
      const actions = statement.clauses.map(({ action }) => action.kind.toUpperCase());
      return [...new Set(["SELECT", ...actions])];
    }
  }
}

/** INSERT waits for nobody. */
export const needsLock = (statement: Change): boolean => statement.kind !== "insert" || statement.overwrite;

/** What the change is made with. */
export interface ChangeContext {
  storage: Storage;
  versions: Versions;
  target: FoundTable;
  snapshot: Snapshot;
  transaction: Transaction;
  compile: CompileContext;
}

interface Counts {
  inserted?: number;
  updated?: number;
  deleted?: number;
}

export async function change(statement: Change, context: ChangeContext): Promise<Counts> {
  switch (statement.kind) {
    case "insert":
      return await insert(statement, context);
    case "update":
      return await update(statement, context);
    case "delete":
      return await remove(statement, context);
    case "merge":
      return await merge(statement, context);
  }
}

/** The one row that a change answers with. */
export function changeResult(kind: StatementKind, counts: Counts): SqlResult {
  const { inserted, updated, deleted } = counts;
  const cells: [string, number | undefined][] = [
    ["number of rows inserted", inserted],
    ["number of rows updated", updated],
    ["number of multi-joined rows updated", kind === "update" ? 0 : undefined],
    ["number of rows deleted", deleted],
  ];
  const named = cells.filter(([, value]) => value !== undefined);
  return {
    columns: named.map(([name]) => resultColumn(name, fixed(19, 0), false)),
    rows: [named.map(([, value]) => String(value))],
    kind,
    counts: { inserted: inserted ?? 0, updated: updated ?? 0, deleted: deleted ?? 0 },
  };
}

/** What a describe-only answers. */
export const describedChange = (statement: Change): SqlResult => {
  const does = (kind: string) =>
    statement.kind === kind ||
    (statement.kind === "merge" && statement.clauses.some(({ action }) => action.kind === kind));
  return {
    ...changeResult(statement.kind, {
      inserted: does("insert") ? 0 : undefined,
      updated: does("update") ? 0 : undefined,
      deleted: does("delete") ? 0 : undefined,
    }),
    rows: [],
  };
};

function columnIndex(table: Table, name: string): number {
  const index = table.columns.findIndex((column) => column.name === name);
  if (index < 0) throw invalidIdentifier(name);
  return index;
}

/** SQL of a column that is not given: its default or NULL. */
function missing(column: TableColumn, context: CompileContext): string {
  const value: Typed = column.default === null
    ? compile({ kind: "null" }, NO_SCOPE, context)
    : compile(parseExpression(new Cursor(column.default, [])), NO_SCOPE, context);
  return assigned(value, column, context.zone);
}

/** A query for all columns of the table, checked, from SQL for some of them. */
function rowsFor(table: Table, given: Map<number, string>, from: string, context: CompileContext): string {
  const all = table.columns.map((column, i) => `${given.get(i) ?? missing(column, context)} AS c${i}`);
  const name = context.unique("s");
  const values = table.columns.map((column, i) => `${checked(`${name}.c${i}`, column)} AS c${i}`);
  return `SELECT ${values.join(", ")} FROM (SELECT ${all.join(", ")}${from}) ${name}`;
}

/** Each row of an array bind is a SELECT of the same statement, which DuckDB's planner does not take without limit. */
const MAX_ROWS_AT_ONCE = 500;

async function insert(
  statement: Change & { kind: "insert" },
  { versions, target: { table }, transaction, compile: context }: ChangeContext,
): Promise<Counts> {
  if (statement.overwrite) throw unsupported("INSERT OVERWRITE");
  const indexes = statement.columns.length === 0
    ? table.columns.map((_, i) => i)
    : statement.columns.map((name) => columnIndex(table, name));
  const bindRows = rowsOfBinds(statement.query, context.binds);
  const given = new Map(indexes.map((index, i) => [index, `g.c${i}`]));
  let inserted = 0;
  for (let at = 0; at < bindRows.length; at += MAX_ROWS_AT_ONCE) {
    const parameters = {};
    const selects = bindRows.slice(at, at + MAX_ROWS_AT_ONCE).map((binds) =>
      assignedSelect(statement.query, indexes, table, { ...context, binds, parameters })
    );
    const rows = rowsFor(table, given, ` FROM (${selects.join(" UNION ALL ")}) g`, context);
    inserted += await versions.insert(table, transaction, rows, parameters);
  }
  return { inserted };
}

/** The query's columns as those of the table that they go to, `c0`, `c1`, …. */
function assignedSelect(query: Query, indexes: number[], table: Table, context: CompileContext): string {
  const { sql, columns } = compileQuery(query, null, context);
  if (columns.length !== indexes.length) throw valueCountMismatch(columns.length, indexes.length);
  const name = context.unique("s");
  const values = columns.map((column, i) => {
    const value = assigned({ ...column, sql: `${name}.c${i}` }, table.columns[indexes[i]], context.zone);
    return `${value} AS c${i}`;
  });
  return `SELECT ${values.join(", ")} FROM (${sql}) ${name}`;
}

/** An array bind stands for one row per element, and is for INSERT … VALUES only. */
function rowsOfBinds({ body }: Query, binds: readonly SqlBind[]): (readonly SqlBind[])[] {
  const length = binds.reduce(
    (most, { value }) => Math.max(most, Array.isArray(value) ? value.length : 0),
    0,
  );
  if (length === 0) return [binds];
  if (body.kind !== "values" || body.rows.length !== 1) {
    throw unsupported("Array bind with anything but INSERT … VALUES");
  }
  return Array.from({ length }, (_, row) =>
    binds.map(({ type, value }): SqlBind => ({
      type,
      value: Array.isArray(value) ? value[row] ?? null : value,
    })));
}

/** The changed table under its alias, with `_row` beside its columns. */
function targetRelation(
  { target, snapshot, compile: { unique } }: ChangeContext,
  alias: string | null,
): { relation: Relation; sql: string; row: string } {
  const { table } = target;
  const name = unique("s");
  const relation: Relation = {
    alias: alias ?? table.name,
    sql: name,
    columns: readColumns(table),
    used: new Set(),
  };
  return {
    relation,
    sql: `(SELECT * FROM ${physical(table)} WHERE ${visible(snapshot)}) ${name}`,
    row: `${name}._row`,
  };
}

export const readColumns = (table: Table): RelationColumn[] =>
  table.columns.map(({ name, type, nullable, physical }) => ({ name, type, nullable, physical }));

/** The target joined with what FROM or USING names. */
function joined(target: { relation: Relation; sql: string }, source: Source | null, context: CompileContext) {
  const other = source && compileSource(source, { relations: [], aliases: new Map(), parent: null }, context);
  const scope: Scope = {
    relations: [target.relation, ...(other?.relations ?? [])],
    aliases: new Map(),
    parent: null,
  };
  return { scope, render: () => (other ? `${target.sql} CROSS JOIN ${other.render()}` : target.sql) };
}

/** SQL of the assigned values as `v0`, `v1`, … from number `first` on, and where they go. */
function assignments(set: Assignments, table: Table, scope: Scope, context: CompileContext, first = 0) {
  const indexes = set.map(({ column }) => columnIndex(table, column));
  if (new Set(indexes).size < indexes.length) throw unsupported("SET of the same column twice");
  return {
    values: set.map(({ value }, i) =>
      `${assigned(compile(value, scope, context), table.columns[indexes[i]], context.zone)} AS v${first + i}`
    ),
    targets: indexes.map((index, i) => ({ index, stored: checked(`n.v${first + i}`, table.columns[index]) })),
  };
}

async function update(statement: Change & { kind: "update" }, context: ChangeContext): Promise<Counts> {
  const { storage, versions, target: { table }, transaction, compile: compiling } = context;
  const target = targetRelation(context, statement.alias);
  const { scope, render } = joined(target, statement.from, compiling);
  const { values, targets } = assignments(statement.set, table, scope, compiling);
  const where = statement.where ? ` WHERE ${condition(statement.where, scope, compiling).sql}` : "";
  await storage.run(
    `CREATE OR REPLACE TEMP TABLE sf_changes AS SELECT ${target.row} AS r, ${
      values.join(", ")
    } FROM ${render()}${where}`,
    compiling.parameters,
  );
  return { updated: await versions.update(table, transaction, "sf_changes", targets) };
}

async function remove(statement: Change & { kind: "delete" }, context: ChangeContext): Promise<Counts> {
  const { storage, versions, target: { table }, transaction, compile: compiling } = context;
  const target = targetRelation(context, statement.alias);
  const { scope, render } = joined(target, statement.using, compiling);
  const where = statement.where ? ` WHERE ${condition(statement.where, scope, compiling).sql}` : "";
  await storage.run(
    `CREATE OR REPLACE TEMP TABLE sf_changes AS SELECT DISTINCT ${target.row} AS r FROM ${render()}${where}`,
    compiling.parameters,
  );
  return { deleted: await versions.end(table, transaction, "SELECT r FROM sf_changes") };
}

/** Each row of the source takes the first clause that fits; `a` is its number. */
async function merge(statement: Change & { kind: "merge" }, context: ChangeContext): Promise<Counts> {
  const { storage, versions, target: { table }, transaction, compile: compiling } = context;
  const target = targetRelation(context, statement.alias);
  const source = compileSource(
    statement.source,
    { relations: [], aliases: new Map(), parent: null },
    compiling,
  );
  const scope: Scope = {
    relations: [target.relation, ...source.relations],
    aliases: new Map(),
    parent: null,
  };
  const sourceOnly: Scope = { ...scope, relations: source.relations };
  const on = condition(statement.on, scope, compiling).sql;
  const fits = (clause: MergeClause) => {
    const base = `${target.row} IS ${clause.matched ? "NOT " : ""}NULL`;
    if (!clause.condition) return base;
    return `${base} AND ${condition(clause.condition, clause.matched ? scope : sourceOnly, compiling).sql}`;
  };
  const chosen = statement.clauses.map((clause, i) => `WHEN ${fits(clause)} THEN ${i}`).join(" ");
  const values: string[] = [];
  const plans = statement.clauses.map(({ action }) => {
    if (action.kind === "delete") return { kind: action.kind } as const;
    const set: Assignments = action.kind === "update" ? action.set : insertSet(action, table);
    const made = assignments(
      set,
      table,
      action.kind === "update" ? scope : sourceOnly,
      compiling,
      values.length,
    );
    values.push(...made.values);
    return {
      kind: action.kind,
      set,
      targets: made.targets,
      first: values.length - made.values.length,
    } as const;
  });
  const selected = [`${target.row} AS r`, `CASE ${chosen} END AS a`, ...values].join(", ");
  await storage.run(
    `CREATE OR REPLACE TEMP TABLE sf_merge AS SELECT ${selected} FROM ${source.render()} LEFT JOIN ${target.sql} ON ${on}`,
    compiling.parameters,
  );
  await versions.demandUnique("(SELECT r FROM sf_merge WHERE r IS NOT NULL AND a IS NOT NULL)");
  const counts: Counts = {};
  for (const [i, plan] of plans.entries()) {
    const changes = `(SELECT * FROM sf_merge WHERE a = ${i})`;
    if (plan.kind === "delete") {
      const ended = await versions.end(table, transaction, `SELECT r FROM ${changes}`);
      counts.deleted = (counts.deleted ?? 0) + ended;
    } else if (plan.kind === "update") {
      const updated = await versions.update(table, transaction, changes, [...plan.targets]);
      counts.updated = (counts.updated ?? 0) + updated;
    } else {
      const given = new Map(plan.targets.map(({ index }, n) => [index, `n.v${plan.first + n}`]));
      const rows = rowsFor(table, given, ` FROM ${changes} n`, compiling);
      counts.inserted = (counts.inserted ?? 0) + await versions.insert(table, transaction, rows);
    }
  }
  return counts;
}

function insertSet(
  { columns, values }: MergeClause["action"] & { kind: "insert" },
  table: Table,
): Assignments {
  const names = columns.length === 0 ? table.columns.map(({ name }) => name) : columns;
  if (names.length !== values.length) throw valueCountMismatch(values.length, names.length);
  return names.map((column, i) => ({ column, value: values[i] }));
}
