/**
 * Queries of Snowflake as queries of DuckDB. Every column is renamed, so that DuckDB's rules about names do not matter.
 *
 * @module
 */
import type {
  Expression,
  OrderItem,
  Query,
  Select,
  SelectItem,
  SetOperation,
  Source,
  Values,
} from "./ast.ts";
import { compile, condition, direction } from "./compile_expression.ts";
import { compileFlatten } from "./flatten.ts";
import { type DataType, isVariant, typeName } from "./data_types.ts";
import { invalidArguments, invalidIdentifier, invalidInValues, unsupported } from "./errors.ts";
import type { CompileContext, Relation, RelationColumn, Scope } from "./scope.ts";
import { commonType, convert, type Typed } from "./typed.ts";
import { SqlError } from "./types.ts";

/** A column of a result; `c0`, `c1`, … in DuckDB. */
export interface OutputColumn {
  name: string;
  type: DataType;
  nullable: boolean;
}

export interface CompiledQuery {
  sql: string;
  columns: OutputColumn[];
}

/** Where a FROM takes its rows from: rendered when it is known which columns are used. */
export interface CompiledSource {
  relations: Relation[];
  render(): string;
}

/** Names of WITH, innermost first. */
interface Cte {
  sql: string;
  columns: OutputColumn[];
}

const CTES = new WeakMap<Scope, Map<string, Cte>>();

export function compileQuery(query: Query, parent: Scope | null, context: CompileContext): CompiledQuery {
  const scope: Scope = { relations: [], aliases: new Map(), parent };
  const ctes = new Map<string, Cte>();
  CTES.set(scope, ctes);
  const prefix: string[] = [];
  for (const { name, columns: names, query: inner } of query.with) {
    const { sql, columns } = compileQuery(inner, scope, context);
    const cte = context.unique("w");
    prefix.push(`${cte} AS (${sql})`);
    ctes.set(name, { sql: cte, columns: renamed(columns, names) });
  }
  const body = query.body.kind === "select"
    ? compileSelect(query.body, query.orderBy, scope, context)
    : ordered(
      query.body.kind === "set"
        ? compileSet(query.body, scope, context)
        : compileValues(query.body, scope, context),
      query.orderBy,
      scope,
      context,
    );
  const limits = [["LIMIT", query.limit], ["OFFSET", query.offset]] as const;
  const tail = limits.flatMap(([word, expression]) =>
    expression === null ? [] : [` ${word} ${count(expression, scope, context)}`]
  );
  const start = prefix.length === 0 ? "" : `WITH ${prefix.join(", ")} `;
  return { sql: start + body.sql + tail.join(""), columns: body.columns };
}

function renamed(columns: OutputColumn[], names: string[]): OutputColumn[] {
  if (names.length > 0 && names.length !== columns.length) throw unsupported("Column list of another length");
  return names.length === 0 ? columns : columns.map((column, i) => ({ ...column, name: names[i] }));
}

function count(expression: Expression, scope: Scope, context: CompileContext): string {
  const { sql } = compile(expression, scope, context);
  if (!/^\d+$/.test(sql)) {
    throw new SqlError(
      "001015",
      "22023",
      "SQL compilation error:\nargument of LIMIT or OFFSET needs to be a whole number",
    );
  }
  return sql;
}

const asRelation = (columns: OutputColumn[]): RelationColumn[] =>
  columns.map((column, i) => ({ ...column, physical: `c${i}` }));

function compileSelect(
  select: Select,
  orderBy: OrderItem[],
  parent: Scope,
  context: CompileContext,
): CompiledQuery {
  const from = select.from === null
    ? null
    : compileSource(select.from, { relations: [], aliases: new Map(), parent }, context);
  if (from) context.demandWarehouse();
  const aliases = new Map(
    select.items.flatMap((
      { alias, expression },
    ) => (alias && expression ? [[alias, expression] as const] : [])),
  );
  const scope: Scope = { relations: from?.relations ?? [], aliases, parent };
  const outputs = select.items.flatMap((item) => outputOf(item, scope, context));
  const ordinal = (expression: Expression): number | null => {
    if (expression.kind !== "number") return null;
    const position = Number(expression.value);
    if (!(position >= 1 && position <= outputs.length)) throw invalidIdentifier(expression.value);
    return position;
  };
  const group = select.groupBy === "all"
    ? ["ALL"]
    : select.groupBy.map((item) => ordinal(item) ?? compile(item, scope, context).sql);
  const parts = [
    `SELECT ${select.distinct ? "DISTINCT " : ""}${
      outputs.map(({ typed }, i) => `${typed.sql} AS c${i}`).join(", ")
    }`,
  ];
  const clauses: string[] = [];
  if (select.where) clauses.push(`WHERE ${condition(select.where, scope, context).sql}`);
  if (group.length > 0) clauses.push(`GROUP BY ${group.join(", ")}`);
  if (select.having) clauses.push(`HAVING ${condition(select.having, scope, context).sql}`);
  if (select.qualify) clauses.push(`QUALIFY ${condition(select.qualify, scope, context).sql}`);
  const order = orderBy.map((item) => {
    const { expression } = item;
    const named = expression.kind === "column" && expression.path.length === 1
      ? outputs.findIndex(({ name }) => name === expression.path[0]) + 1
      : 0;
    return `${ordinal(expression) ?? (named || compile(expression, scope, context).sql)} ${direction(item)}`;
  });
  if (order.length > 0) clauses.push(`ORDER BY ${order.join(", ")}`);
  if (from) parts.push(`FROM ${from.render()}`);
  const columns = outputs.map(({ name, typed }) => ({ name, type: typed.type, nullable: typed.nullable }));
  return { sql: [...parts, ...clauses].join(" "), columns };
}

function outputOf(
  { expression, qualifier, alias, written }: SelectItem,
  scope: Scope,
  context: CompileContext,
): { name: string; typed: Typed }[] {
  if (expression) {
    const name = alias ?? (expression.kind === "column" ? expression.path.at(-1)! : written.toUpperCase());
    // What a name stands for is not the name itself.
    const inner = alias === null ? scope : { ...scope, aliases: without(scope.aliases, alias) };
    return [{ name, typed: compile(expression, inner, context) }];
  }
  const relations = scope.relations.filter((relation) => qualifier === null || relation.alias === qualifier);
  if (relations.length === 0) throw invalidIdentifier(`${qualifier ?? ""}.*`);
  return relations.flatMap((relation) =>
    relation.columns.filter(({ hidden }) => !hidden).map(({ name, type, nullable, physical }) => {
      relation.used.add(physical);
      return { name, typed: { sql: `${relation.sql}.${physical}`, type, nullable } };
    })
  );
}

function without<K, V>(map: Map<K, V>, key: K): Map<K, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

/** Orders what is no SELECT by its output columns. */
function ordered(
  query: CompiledQuery,
  orderBy: OrderItem[],
  parent: Scope,
  context: CompileContext,
): CompiledQuery {
  if (orderBy.length === 0) return query;
  const name = context.unique("s");
  const relation: Relation = { alias: null, sql: name, columns: asRelation(query.columns), used: new Set() };
  const scope: Scope = { relations: [relation], aliases: new Map(), parent };
  const order = orderBy.map((item) =>
    `${
      item.expression.kind === "number" ? item.expression.value : compile(item.expression, scope, context).sql
    } ${direction(item)}`
  );
  return { ...query, sql: `SELECT * FROM (${query.sql}) ${name} ORDER BY ${order.join(", ")}` };
}

function compileSet(
  { operator, left, right }: SetOperation,
  parent: Scope,
  context: CompileContext,
): CompiledQuery {
  const sides = [left, right].map((side) => compileQuery(side, parent, context));
  const [a, b] = sides;
  if (a.columns.length !== b.columns.length) {
    throw new SqlError(
      "001789",
      "42601",
      `SQL compilation error:\ninvalid number of result columns for set operator input branches, expected ${a.columns.length}, got ${b.columns.length} in branch {2}`,
    );
  }
  const columns = a.columns.map(({ name, nullable, type }, i) => {
    const common = commonType([type, b.columns[i].type]);
    if (!common) throw invalidArguments(operator, [typeName(type), typeName(b.columns[i].type)]);
    return { name, type: common, nullable: nullable || b.columns[i].nullable };
  });
  const selects = sides.map((side) => {
    const name = context.unique("s");
    const items = side.columns.map(({ type, nullable }, i) => {
      const typed = convert({ sql: `${name}.c${i}`, type, nullable }, columns[i].type, context.zone);
      return `${typed.sql} AS c${i}`;
    });
    return `SELECT ${items.join(", ")} FROM (${side.sql}) ${name}`;
  });
  return { sql: selects.join(` ${operator} `), columns };
}

function compileValues({ rows }: Values, parent: Scope, context: CompileContext): CompiledQuery {
  const width = rows[0].length;
  const typed = rows.map((row) => {
    if (row.length !== width) throw unsupported("VALUES with rows of several lengths");
    return row.map(({ expression, written }) => {
      const value = compile(expression, parent, context);
      if (isVariant(value.type) || expression.kind === "scalar") throw invalidInValues(written);
      return value;
    });
  });
  const columns = Array.from({ length: width }, (_, i) => {
    const type = commonType(typed.map((row) => row[i].type));
    if (!type) throw invalidArguments("VALUES", typed.map((row) => typeName(row[i].type)));
    return { name: `COLUMN${i + 1}`, type, nullable: typed.some((row) => row[i].nullable) };
  });
  const list = typed.map((row) =>
    `(${row.map((value, i) => convert(value, columns[i].type, context.zone).sql).join(", ")})`
  );
  const name = context.unique("s");
  const names = columns.map((_, i) => `c${i}`).join(", ");
  return { sql: `SELECT ${names} FROM (VALUES ${list.join(", ")}) ${name}(${names})`, columns };
}

export function compileSource(source: Source, outer: Scope, context: CompileContext): CompiledSource {
  switch (source.kind) {
    case "table":
      return compileTable(source.name, source.alias, outer, context);
    case "subquery": {
      const { sql, columns } = compileQuery(source.query, outer.parent, context);
      return derived(`(${sql})`, renamed(columns, source.columns), source.alias, context);
    }
    case "flatten":
      return compileFlatten(source.call, source.alias, outer, context);
    case "join":
      return compileJoin(source, outer, context);
  }
}

function derived(
  sql: string,
  columns: OutputColumn[],
  alias: string | null,
  context: CompileContext,
): CompiledSource {
  const name = context.unique("s");
  const relation: Relation = { alias, sql: name, columns: asRelation(columns), used: new Set() };
  return { relations: [relation], render: () => `${sql} ${name}` };
}

function compileTable(
  path: string[],
  alias: string | null,
  outer: Scope,
  context: CompileContext,
): CompiledSource {
  if (path.length === 1) {
    for (let level: Scope | null = outer; level !== null; level = level.parent) {
      const cte = CTES.get(level)?.get(path[0]);
      if (cte) return derived(cte.sql, cte.columns, alias ?? path[0], context);
    }
  }
  const table = context.table(path);
  const relation: Relation = {
    alias: alias ?? path.at(-1)!,
    sql: context.unique("s"),
    columns: table.columns,
    used: new Set(),
  };
  return { relations: [relation], render: () => `${table.render(relation.used)} ${relation.sql}` };
}

function compileJoin(join: Source & { kind: "join" }, outer: Scope, context: CompileContext): CompiledSource {
  const left = compileSource(join.left, outer, context);
  // A table function sees what stands to its left.
  const right = compileSource(
    join.right,
    { ...outer, relations: [...outer.relations, ...left.relations] },
    context,
  );
  const relations = [...left.relations, ...right.relations];
  const scope: Scope = { relations, aliases: new Map(), parent: outer.parent };
  const on = join.on ? [condition(join.on, scope, context).sql] : join.using.map((name) => {
    const sides = [left, right].map(({ relations }) =>
      compile({ kind: "column", path: [name] }, { relations, aliases: new Map(), parent: null }, context)
    );
    for (const column of right.relations.flatMap(({ columns }) => columns)) {
      if (column.name === name) column.hidden = true;
    }
    return `${sides[0].sql} = ${sides[1].sql}`;
  });
  const words = join.type === "CROSS" || on.length === 0 ? "CROSS JOIN" : `${join.type} JOIN`;
  if (join.type !== "CROSS" && join.type !== "INNER" && on.length === 0) {
    throw unsupported(`${join.type} JOIN without ON`);
  }
  return {
    relations,
    render: () =>
      `${left.render()} ${words} ${right.render()}${on.length === 0 ? "" : ` ON ${on.join(" AND ")}`}`,
  };
}
