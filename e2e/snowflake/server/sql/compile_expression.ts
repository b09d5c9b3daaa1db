/**
 * Expressions of Snowflake as expressions of DuckDB, with the types that Snowflake gives them.
 *
 * Stricter than Snowflake: text and numbers are compared or counted together only after a cast, VARIANTs too except with `=`.
 *
 * @module
 */
import type { Call, Expression, OrderItem, WindowSpec } from "./ast.ts";
import { compileQuery } from "./compile_query.ts";
import {
  BOOLEAN,
  DATE,
  duckType,
  fixed,
  isVariant,
  MAX_VALUE_BYTES,
  NTZ,
  NULL,
  REAL,
  text,
  timestamp,
  typeName,
  VARIANT,
} from "./data_types.ts";
import {
  invalidArguments,
  invalidIdentifier,
  unknownFunction,
  unsupported,
  wrongArgumentCount,
} from "./errors.ts";
import { arithmeticType } from "./arithmetic.ts";
import { FUNCTIONS } from "./functions/mod.ts";
import { addInterval } from "./functions/times.ts";
import { type CompileContext, findColumn, type Scope } from "./scope.ts";
import { commonType, convert, quote, type Typed, unify } from "./typed.ts";
import { SqlError } from "./types.ts";

/** Longer texts of binds are not written into the statement, characters. */
const MAX_INLINE_LENGTH = 1000;

export function compile(expression: Expression, scope: Scope, context: CompileContext): Typed {
  const inner = (operand: Expression) => compile(operand, scope, context);
  switch (expression.kind) {
    case "string":
      return {
        sql: quote(expression.value),
        type: text(Math.max(1, expression.value.length)),
        nullable: false,
      };
    case "number":
      return number(expression.value);
    case "boolean":
      return { sql: String(expression.value).toUpperCase(), type: BOOLEAN, nullable: false };
    case "null":
      return { sql: "NULL", type: NULL, nullable: true };
    case "bind":
      return bind(expression.index, context);
    case "column":
      return column(expression.path, scope, context);
    case "call":
      return call(expression, scope, context);
    case "cast":
      return convert(inner(expression.operand), expression.type, context.zone, expression.lenient);
    case "path":
      return path(expression, scope, context);
    case "not": {
      const operand = condition(expression.operand, scope, context);
      return { ...operand, sql: `(NOT ${operand.sql})` };
    }
    case "minus": {
      const operand = inner(expression.operand);
      if (operand.type.kind !== "FIXED" && operand.type.kind !== "REAL") {
        throw invalidArguments("-", [typeName(operand.type)]);
      }
      return { ...operand, sql: `(-${operand.sql})` };
    }
    case "binary":
      return binary(expression, scope, context);
    case "between": {
      const [value, low, high] = unify(
        "BETWEEN",
        timesOfTexts([expression.operand, expression.low, expression.high].map(inner), context.zone),
        context.zone,
      );
      const sql = `(${value.sql} ${expression.negated ? "NOT " : ""}BETWEEN ${low.sql} AND ${high.sql})`;
      return { sql, type: BOOLEAN, nullable: true };
    }
    case "in":
      return inList(expression, scope, context);
    case "like": {
      const [value, pattern] = [inner(expression.operand), inner(expression.pattern)];
      if (value.type.kind !== "TEXT" || pattern.type.kind !== "TEXT") {
        throw invalidArguments("LIKE", [typeName(value.type), typeName(pattern.type)]);
      }
      const operator = `${expression.negated ? "NOT " : ""}${expression.insensitive ? "ILIKE" : "LIKE"}`;
      return { sql: `(${value.sql} ${operator} ${pattern.sql})`, type: BOOLEAN, nullable: true };
    }
    case "isNull": {
      const operand = inner(expression.operand);
      return {
        sql: `(${operand.sql} IS ${expression.negated ? "NOT " : ""}NULL)`,
        type: BOOLEAN,
        nullable: false,
      };
    }
    case "case":
      return caseExpression(expression, scope, context);
    case "interval":
      throw unsupported("INTERVAL outside of + and -");
    case "exists":
      return {
        sql: `EXISTS (${compileQuery(expression.query, scope, context).sql})`,
        type: BOOLEAN,
        nullable: false,
      };
    case "scalar": {
      const { sql, columns } = compileQuery(expression.query, scope, context);
      if (columns.length !== 1) throw unsupported("Scalar subquery with several columns");
      return { sql: `(${sql})`, type: columns[0].type, nullable: true };
    }
  }
}

/** What must be a BOOLEAN. */
export function condition(expression: Expression, scope: Scope, context: CompileContext): Typed {
  const typed = compile(expression, scope, context);
  if (typed.type.kind === "NULL") return convert(typed, BOOLEAN, context.zone);
  if (typed.type.kind !== "BOOLEAN") throw invalidArguments("condition", [typeName(typed.type)]);
  return typed;
}

function number(value: string): Typed {
  if (/[eE]/.test(value)) return { sql: `CAST(${value} AS DOUBLE)`, type: REAL, nullable: false };
  const [whole, fraction = ""] = value.split(".");
  const digits = whole.replace(/^0+/, "").length;
  const type = fixed(Math.max(1, digits + fraction.length), fraction.length);
  if (type.precision! > 38) throw unsupported(`Number of ${type.precision} digits`);
  return { sql: fraction === "" ? whole : `CAST('${value}' AS ${duckType(type)})`, type, nullable: false };
}

function bind(index: number, { binds, parameters, unique }: CompileContext): Typed {
  const given = binds[index];
  if (!given) {
    throw new SqlError(
      "002049",
      "42601",
      `SQL compilation error:\nBind variable for ? number ${index + 1} not set.`,
    );
  }
  const { type, value } = given;
  if (value === null) return { sql: "NULL", type: NULL, nullable: true };
  if (typeof value !== "string") throw unsupported("Array bind outside of INSERT … VALUES");
  switch (type) {
    case "FIXED":
      if (/^-?\d+(\.\d+)?$/.test(value)) {
        const typed = number(value.replace("-", ""));
        return value.startsWith("-") ? { ...typed, sql: `(-${typed.sql})` } : typed;
      }
      throw new SqlError("100038", "22018", `Numeric value '${value}' is not recognized`);
    case "REAL":
      if (!Number.isFinite(Number(value))) {
        throw new SqlError("100038", "22018", `Numeric value '${value}' is not recognized`);
      }
      return { sql: `CAST('${Number(value)}' AS DOUBLE)`, type: REAL, nullable: false };
    case "BOOLEAN":
      return { sql: /^(true|1)$/i.test(value) ? "TRUE" : "FALSE", type: BOOLEAN, nullable: false };
    case "DATE":
      return { sql: `CAST(make_timestamp(${BigInt(value) * 1000n}) AS DATE)`, type: DATE, nullable: false };
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
      return { sql: `make_timestamp(${BigInt(value) / 1000n})`, type: timestamp(type), nullable: false };
    case "TEXT":
    case "ANY":
      break;
    default:
      throw unsupported(`Bind of type ${type}`);
  }
  // A character has up to 3 bytes for each of its UTF-16 units: only what may be too long is measured.
  if (value.length * 3 > MAX_VALUE_BYTES && new TextEncoder().encode(value).length > MAX_VALUE_BYTES) {
    throw new SqlError("100082", "22000", `Max LOB size (${MAX_VALUE_BYTES}) exceeded`);
  }
  if (value.length <= MAX_INLINE_LENGTH) return { sql: quote(value), type: text(), nullable: false };
  const name = unique("p");
  parameters[name] = value;
  return { sql: `CAST($${name} AS VARCHAR)`, type: text(), nullable: false };
}

function column(names: string[], scope: Scope, context: CompileContext): Typed {
  const result = findColumn(names, scope);
  if ("found" in result) {
    const { found: { sql, column: { type, nullable } } } = result;
    return { sql, type, nullable };
  }
  // The alias itself is no name in what it stands for.
  const aliases = new Map(result.scope.aliases);
  aliases.delete(names[0]);
  return compile(result.alias, { ...result.scope, aliases }, context);
}

function path(expression: Expression & { kind: "path" }, scope: Scope, context: CompileContext): Typed {
  let base = expression.operand;
  let steps = expression.steps;
  while (base.kind === "path") {
    steps = [...base.steps, ...steps];
    base = base.operand;
  }
  const operand = compile(base, scope, context);
  if (!isVariant(operand.type)) throw invalidArguments("GET", [typeName(operand.type), "VARCHAR"]);
  const jsonPath = steps.map((step) => {
    if (typeof step !== "string" && step.kind === "number" && /^\d+$/.test(step.value)) {
      return `[${step.value}]`;
    }
    const key = typeof step === "string" ? step : step.kind === "string" ? step.value : null;
    if (key === null || /["\\]/.test(key)) {
      throw unsupported("Path with a key that is computed or has quotes");
    }
    return `."${key}"`;
  }).join("");
  return { sql: `json_extract(${operand.sql}, ${quote(`$${jsonPath}`)})`, type: VARIANT, nullable: true };
}

const COMPARISONS = ["=", "<>", "<", ">", "<=", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"];
const TIME_KINDS = ["DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ"];

function binary(expression: Expression & { kind: "binary" }, scope: Scope, context: CompileContext): Typed {
  const { operator } = expression;
  if (operator === "AND" || operator === "OR") {
    const [a, b] = [expression.left, expression.right].map((side) => condition(side, scope, context));
    return { sql: `(${a.sql} ${operator} ${b.sql})`, type: BOOLEAN, nullable: a.nullable || b.nullable };
  }
  if (expression.right.kind === "interval") return plusInterval(expression, scope, context);
  const [left, right] = [expression.left, expression.right].map((side) => compile(side, scope, context));
  const nullable = left.nullable || right.nullable;
  if (operator === "||") {
    const [a, b] = [left, right].map((side) => convert(side, text(), context.zone));
    return { sql: `(${a.sql} || ${b.sql})`, type: text(), nullable };
  }
  if (COMPARISONS.includes(operator)) {
    const [a, b] = comparable(operator, left, right, context.zone);
    return { sql: `(${a.sql} ${operator} ${b.sql})`, type: BOOLEAN, nullable };
  }
  if (left.type.kind === "DATE" && right.type.kind === "FIXED") {
    return { ...addInterval(left, "day", operator === "-" ? `-(${right.sql})` : `(${right.sql})`), nullable };
  }
  const type = arithmeticType(operator, left.type, right.type);
  if (!type) throw invalidArguments(operator, [typeName(left.type), typeName(right.type)]);
  const as = (side: Typed, duck: string) => `CAST(${side.sql} AS ${duck})`;
  if (type.kind === "REAL" || operator === "/") {
    const divisor = operator === "/" || operator === "%"
      ? `sf_divisor(${as(right, "DOUBLE")})`
      : as(right, "DOUBLE");
    const sql = `(${as(left, "DOUBLE")} ${operator} ${divisor})`;
    return { sql: type.kind === "REAL" ? sql : `CAST(${sql} AS ${duckType(type)})`, type, nullable };
  }
  const wide = `DECIMAL(38,${type.scale})`;
  if (operator !== "*") {
    const divisor = operator === "%" ? `sf_divisor(${as(right, wide)})` : as(right, wide);
    return { sql: `CAST((${as(left, wide)} ${operator} ${divisor}) AS ${duckType(type)})`, type, nullable };
  }
  const whole = left.type.scale === 0 && right.type.scale === 0;
  const factor = whole ? "HUGEINT" : "DOUBLE";
  return { sql: `CAST((${as(left, factor)} * ${as(right, factor)}) AS ${duckType(type)})`, type, nullable };
}

/** Texts among times are read as times. */
function timesOfTexts(values: Typed[], zone: string): Typed[] {
  const time = values.find(({ type }) => TIME_KINDS.includes(type.kind))?.type;
  if (!time) return values;
  const type = time.kind === "DATE" ? NTZ : { ...time, scale: 9 };
  return values.map((value) => (value.type.kind === "TEXT" ? convert(value, type, zone) : value));
}

/** VARIANTs equal what they hold as text. */
function comparable(operator: string, left: Typed, right: Typed, zone: string): Typed[] {
  const sides = timesOfTexts([left, right], zone);
  if (sides.some(({ type }) => isVariant(type)) && sides.some(({ type }) => type.kind === "TEXT")) {
    return sides.map((side) => convert(side, text(), zone));
  }
  if (sides.every(({ type }) => isVariant(type)) && operator !== "=") {
    throw invalidArguments(operator, sides.map(({ type }) => typeName(type)));
  }
  return unify(operator, sides, zone);
}

function plusInterval(
  expression: Expression & { kind: "binary" },
  scope: Scope,
  context: CompileContext,
): Typed {
  const time = compile(expression.left, scope, context);
  const { operator } = expression;
  const written = expression.right.kind === "interval" ? expression.right.value : "";
  if (!TIME_KINDS.includes(time.type.kind) || (operator !== "+" && operator !== "-")) {
    throw invalidArguments(operator, [typeName(time.type), "INTERVAL"]);
  }
  return written.split(",").reduce((sum, item) => {
    const [, amount, unit] = /^\s*(\d+)\s*([a-z]+?)s?\s*$/i.exec(item) ?? [];
    const part = unit?.toLowerCase();
    if (!part || !/^(year|month|week|day|hour|minute|second|millisecond)$/.test(part)) {
      throw unsupported(`INTERVAL '${written}'`);
    }
    return addInterval(sum, part, operator === "-" ? `-${amount}` : amount);
  }, time);
}

function inList(expression: Expression & { kind: "in" }, scope: Scope, context: CompileContext): Typed {
  const operand = compile(expression.operand, scope, context);
  const not = expression.negated ? "NOT " : "";
  if (!Array.isArray(expression.list)) {
    const { sql, columns } = compileQuery(expression.list, scope, context);
    if (columns.length !== 1 || !commonType([operand.type, columns[0].type])) {
      throw invalidArguments("IN", [operand.type, ...columns.map(({ type }) => type)].map(typeName));
    }
    return { sql: `(${operand.sql} ${not}IN (${sql}))`, type: BOOLEAN, nullable: true };
  }
  const items = expression.list.map((item) => compile(item, scope, context));
  const values = isVariant(operand.type)
    ? [operand, ...items].map((item) => convert(item, text(), context.zone))
    : unify("IN", [operand, ...items], context.zone);
  return {
    sql: `(${values[0].sql} ${not}IN (${values.slice(1).map(({ sql }) => sql).join(", ")}))`,
    type: BOOLEAN,
    nullable: true,
  };
}

function caseExpression(
  { operand, whens, otherwise }: Expression & { kind: "case" },
  scope: Scope,
  context: CompileContext,
): Typed {
  const conditions = whens.map(([when]) =>
    operand === null
      ? condition(when, scope, context).sql
      : compile({ kind: "binary", operator: "=", left: operand, right: when }, scope, context).sql
  );
  const branches = [...whens.map(([, then]) => then), ...(otherwise ? [otherwise] : [])];
  const values = unify("CASE", branches.map((branch) => compile(branch, scope, context)), context.zone);
  const arms = conditions.map((when, i) => `WHEN ${when} THEN ${values[i].sql}`).join(" ");
  const rest = otherwise ? ` ELSE ${values.at(-1)!.sql}` : "";
  return {
    sql: `CASE ${arms}${rest} END`,
    type: values[0].type,
    nullable: !otherwise || values.some((value) => value.nullable),
  };
}

function call(expression: Call, scope: Scope, context: CompileContext): Typed {
  const { name } = expression;
  const entry = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!entry) throw unknownFunction(name);
  if (expression.named.size > 0) throw invalidIdentifier([...expression.named.keys()][0]);
  const [min, max] = entry.arguments;
  if (expression.args.length < min || expression.args.length > max) {
    throw wrongArgumentCount(name, min === max ? `${min}` : `${min} to ${max}`, expression.args.length);
  }
  const { over, withinGroup } = expression;
  if (entry.kind === "scalar" && (over || expression.distinct || expression.star || withinGroup.length > 0)) {
    throw unsupported(`${name} as an aggregate`);
  }
  if (entry.kind === "window" && (!over || over.orderBy.length === 0)) {
    throw new SqlError(
      "002303",
      "42601",
      `SQL compilation error:\nWindow function type [${name}] requires ORDER BY in window specification`,
    );
  }
  return entry.make({
    name,
    call: expression,
    args: expression.args.map((arg) => compile(arg, scope, context)),
    context,
    over: over ? ` OVER (${window(name, over, scope, context)})` : "",
    within: withinGroup.length === 0 ? "" : ` ${ordering(withinGroup, scope, context)}`,
  });
}

/** Functions of a row of the window, whose window Snowflake takes whole unless told otherwise. */
const WHOLE_WINDOW = ["FIRST_VALUE", "LAST_VALUE"];

function window(
  name: string,
  { partitionBy, orderBy, frame }: WindowSpec,
  scope: Scope,
  context: CompileContext,
) {
  const parts: string[] = [];
  if (partitionBy.length > 0) {
    parts.push(`PARTITION BY ${partitionBy.map((item) => compile(item, scope, context).sql).join(", ")}`);
  }
  if (orderBy.length > 0) parts.push(ordering(orderBy, scope, context));
  if (frame !== null) parts.push(frame);
  else if (WHOLE_WINDOW.includes(name)) {
    parts.push("ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING");
  }
  return parts.join(" ");
}

/** NULL is larger than everything, unless told otherwise. */
export function direction({ descending, nullsFirst }: OrderItem): string {
  return `${descending ? "DESC" : "ASC"} NULLS ${(nullsFirst ?? descending) ? "FIRST" : "LAST"}`;
}

function ordering(items: OrderItem[], scope: Scope, context: CompileContext): string {
  return `ORDER BY ${
    items.map((item) => `${compile(item.expression, scope, context).sql} ${direction(item)}`).join(", ")
  }`;
}
