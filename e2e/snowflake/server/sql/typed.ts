/**
 * Compiled expressions and how one type becomes another.
 *
 * @module
 */
import { type DataType, duckType, fixed, isVariant, text, typeName } from "./data_types.ts";
import { invalidArguments, unsupported } from "./errors.ts";
import { SqlError } from "./types.ts";

/** An expression of DuckDB with its type in Snowflake. */
export interface Typed {
  sql: string;
  type: DataType;
  nullable: boolean;
}

/** A text as DuckDB's SQL has it. */
export const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Called at open: what the conversions below need in DuckDB. */
export const MACROS = [
  `CREATE TEMP MACRO sf_text(v) AS (v ->> '$')`,
  // COALESCE and CASE look at no more than they need, so the error is raised for a value that was not converted only.
  `CREATE TEMP MACRO sf_converted(r, v, kind) AS coalesce(r, CASE WHEN (v ->> '$') IS NOT NULL THEN
    error('100071|22000|Failed to cast variant value ' || CAST(v AS VARCHAR) || ' to ' || kind) END)`,
  `CREATE TEMP MACRO sf_real_text(x) AS CASE WHEN x = trunc(x) AND abs(x) < 1e15
    THEN CAST(CAST(x AS BIGINT) AS VARCHAR) ELSE CAST(x AS VARCHAR) END`,
  `CREATE TEMP MACRO sf_divisor(x) AS CASE WHEN x = 0 THEN error('100051|22012|Division by zero') ELSE x END`,
  `CREATE TEMP MACRO sf_utc(x, zone) AS timezone('UTC', timezone(zone, x))`,
  `CREATE TEMP MACRO sf_local(x, zone) AS timezone(zone, timezone('UTC', x))`,
];

const isTimestamp = ({ kind }: DataType) => kind === "TIMESTAMP_NTZ" || kind === "TIMESTAMP_LTZ";

/**
 * Explicit conversion: `::`, CAST, TO_….
 *
 * @param zone the session's TIMEZONE, for what goes from or to local time
 * @param lenient NULL instead of an error
 * @throws SqlError 001007 where there is no such conversion
 */
export function convert(from: Typed, to: DataType, zone: string, lenient = false): Typed {
  const cast = (sql: string) => `${lenient ? "TRY_CAST" : "CAST"}(${sql} AS ${duckType(to)})`;
  const done = (sql: string): Typed => ({ sql, type: to, nullable: from.nullable || lenient });
  const { sql, type } = from;
  if (type.kind === "NULL") return done(`CAST(NULL AS ${duckType(to)})`);
  if (lenient && type.kind !== "TEXT") {
    throw new SqlError(
      "001065",
      "22023",
      "SQL compilation error:\nFunction TRY_CAST cannot be used with arguments of types other than VARCHAR",
    );
  }
  if (isVariant(type)) return done(fromVariant(sql, type, to, zone));
  if (isVariant(to)) return done(toVariant(from, to));
  if (to.kind === type.kind) return done(sameKind(sql, type, to));
  const pair = `${type.kind}>${to.kind}`;
  switch (pair) {
    case "TEXT>FIXED":
    case "TEXT>REAL":
    case "TEXT>BOOLEAN":
      return done(cast(`trim(${sql})`));
    case "TEXT>DATE":
    case "TEXT>TIME":
    case "TEXT>TIMESTAMP_NTZ":
      return done(cast(sql));
    case "TEXT>TIMESTAMP_LTZ":
      return done(`sf_utc(${cast(sql)}, ${quote(zone)})`);
    case "FIXED>REAL":
    case "FIXED>BOOLEAN":
    case "REAL>FIXED":
    case "REAL>BOOLEAN":
    case "DATE>TIMESTAMP_NTZ":
    case "TIMESTAMP_NTZ>DATE":
    case "TIMESTAMP_NTZ>TIME":
      return done(cast(sql));
    case "BOOLEAN>FIXED":
      return done(cast(`CAST(${sql} AS INTEGER)`));
    case "DATE>TIMESTAMP_LTZ":
    case "TIMESTAMP_NTZ>TIMESTAMP_LTZ":
      return done(`sf_utc(CAST(${sql} AS TIMESTAMP), ${quote(zone)})`);
    case "TIMESTAMP_LTZ>TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ>DATE":
      return done(`CAST(sf_local(${sql}, ${quote(zone)}) AS ${duckType(to)})`);
    case "FIXED>TEXT":
    case "BOOLEAN>TEXT":
    case "DATE>TEXT":
    case "TIME>TEXT":
      return done(shorten(`CAST(${sql} AS VARCHAR)`, to));
    case "REAL>TEXT":
      return done(shorten(`sf_real_text(${sql})`, to));
    case "TIMESTAMP_NTZ>TEXT":
      return done(shorten(`strftime(${sql}, '%Y-%m-%d %H:%M:%S.%g')`, to));
  }
  throw new SqlError(
    "001007",
    "22023",
    `SQL compilation error:\ninvalid type [CAST(… AS ${typeName(to)})] for parameter of type ${
      typeName(type)
    }`,
  );
}

/** An explicit cast to a shorter VARCHAR cuts. */
const shorten = (sql: string, { length }: DataType) =>
  length === text().length ? sql : `left(${sql}, ${length})`;

function sameKind(sql: string, from: DataType, to: DataType): string {
  if (to.kind === "FIXED") {
    return from.precision === to.precision && from.scale === to.scale
      ? sql
      : `CAST(${sql} AS ${duckType(to)})`;
  }
  if (to.kind === "TEXT") return shorten(sql, to);
  return isTimestamp(to) ? toScale(sql, from.scale ?? 9, to.scale ?? 9) : sql;
}

/** Digits past the scale are cut, not rounded. */
export function toScale(sql: string, from: number, to: number): string {
  if (to >= from || to >= 6) return sql;
  if (to === 3) return `date_trunc('milliseconds', ${sql})`;
  if (to === 0) return `date_trunc('second', ${sql})`;
  throw unsupported(`TIMESTAMP of scale ${to}`);
}

function fromVariant(sql: string, from: DataType, to: DataType, zone: string): string {
  if (isVariant(to)) {
    if (to.kind === "VARIANT" || to.kind === from.kind) return sql;
    return `CASE WHEN json_type(${sql}) = '${to.kind}' THEN ${sql} WHEN json_type(${sql}) <> 'NULL' THEN ` +
      `error('100071|22000|Failed to cast variant value ' || CAST(${sql} AS VARCHAR) || ' to ${to.kind}') END`;
  }
  if (to.kind === "TEXT") return shorten(`sf_text(${sql})`, to);
  const converted = `sf_converted(TRY_CAST(sf_text(${sql}) AS ${duckType(to)}), ${sql}, '${to.kind}')`;
  return to.kind === "TIMESTAMP_LTZ" ? `sf_utc(${converted}, ${quote(zone)})` : converted;
}

function toVariant({ sql, type }: Typed, to: DataType): string {
  if (to.kind !== "VARIANT") throw unsupported(`Conversion of ${typeName(type)} to ${to.kind}`);
  return isTimestamp(type) || type.kind === "DATE" || type.kind === "TIME"
    ? `to_json(CAST(${sql} AS VARCHAR))`
    : `to_json(${sql})`;
}

/** Types that a comparison or a choice brings together; null where it must be said with a cast. */
export function commonType(types: DataType[]): DataType | null {
  const known = types.filter(({ kind }) => kind !== "NULL");
  if (known.length === 0) return text();
  return known.reduce<DataType | null>((a, b) => a && pairType(a, b), known[0]);
}

function pairType(a: DataType, b: DataType): DataType | null {
  if (a.kind === b.kind) {
    switch (a.kind) {
      case "FIXED": {
        const scale = Math.max(a.scale!, b.scale!);
        const digits = Math.max(a.precision! - a.scale!, b.precision! - b.scale!);
        return fixed(Math.min(38, digits + scale), scale);
      }
      case "TEXT":
        return text(Math.max(a.length!, b.length!));
      default:
        return (a.scale ?? 0) >= (b.scale ?? 0) ? a : b;
    }
  }
  const kinds = [a.kind, b.kind];
  const one = (kind: string) => (a.kind === kind ? a : b);
  const both = (x: string, y: string) =>
    kinds.includes(x as typeof a.kind) && kinds.includes(y as typeof a.kind);
  if (both("FIXED", "REAL")) return one("REAL");
  if (both("DATE", "TIMESTAMP_NTZ")) return one("TIMESTAMP_NTZ");
  if (both("TIMESTAMP_NTZ", "TIMESTAMP_LTZ") || both("DATE", "TIMESTAMP_LTZ")) return one("TIMESTAMP_LTZ");
  if (isVariant(a) && isVariant(b)) return { ...a, kind: "VARIANT" };
  return null;
}

/** Brings several to one type, or says that the function does not take them. */
export function unify(name: string, values: Typed[], zone: string): Typed[] {
  const type = commonType(values.map(({ type }) => type));
  if (!type) throw invalidArguments(name, values.map(({ type }) => typeName(type)));
  return values.map((value) => convert(value, type, zone));
}
