/**
 * Snowflake's data types: names, limits, and what holds them in DuckDB.
 *
 * Simplifications: timestamps keep microseconds, TIMESTAMP_TZ, GEOGRAPHY, VECTOR and MAP do not exist, BINARY cannot be stored.
 *
 * @module
 */
import type { SqlColumn, WireType } from "./types.ts";

export interface DataType {
  kind: WireType | "NULL";
  precision: number | null;
  scale: number | null;
  length: number | null;
}

/** Bytes of a VARCHAR or VARIANT at most, unless an account asks for more. */
export const MAX_VALUE_BYTES = 16_777_216;

export const fixed = (precision = 38, scale = 0): DataType => ({
  kind: "FIXED",
  precision,
  scale,
  length: null,
});
export const text = (length = MAX_VALUE_BYTES): DataType => ({
  kind: "TEXT",
  precision: null,
  scale: null,
  length,
});
const plain = (kind: DataType["kind"]): DataType => ({ kind, precision: null, scale: null, length: null });
export const timestamp = (kind: "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ", scale = 9): DataType => ({
  kind,
  precision: 0,
  scale,
  length: null,
});
export const NTZ = timestamp("TIMESTAMP_NTZ");
export const LTZ = timestamp("TIMESTAMP_LTZ");
export const REAL = plain("REAL");
export const BOOLEAN = plain("BOOLEAN");
export const DATE = plain("DATE");
export const TIME: DataType = { kind: "TIME", precision: 0, scale: 9, length: null };
export const VARIANT = plain("VARIANT");
export const OBJECT = plain("OBJECT");
export const ARRAY = plain("ARRAY");
export const NULL = plain("NULL");

/** Types by the names DDL and casts may use; null: takes (precision, scale) or (length) or (scale). */
const NAMES: Record<string, (args: number[]) => DataType> = {
  NUMBER: ([p, s]) => fixed(p ?? 38, s ?? 0),
  DECIMAL: ([p, s]) => fixed(p ?? 38, s ?? 0),
  NUMERIC: ([p, s]) => fixed(p ?? 38, s ?? 0),
  INT: () => fixed(),
  INTEGER: () => fixed(),
  BIGINT: () => fixed(),
  SMALLINT: () => fixed(),
  TINYINT: () => fixed(),
  FLOAT: () => REAL,
  FLOAT8: () => REAL,
  DOUBLE: () => REAL,
  REAL: () => REAL,
  VARCHAR: ([n]) => text(n),
  STRING: ([n]) => text(n),
  TEXT: ([n]) => text(n),
  CHAR: ([n]) => text(n ?? 1),
  BOOLEAN: () => BOOLEAN,
  DATE: () => DATE,
  TIME: ([s]) => ({ ...TIME, scale: s ?? 9 }),
  TIMESTAMP: ([s]) => timestamp("TIMESTAMP_NTZ", s),
  DATETIME: ([s]) => timestamp("TIMESTAMP_NTZ", s),
  TIMESTAMP_NTZ: ([s]) => timestamp("TIMESTAMP_NTZ", s),
  TIMESTAMP_LTZ: ([s]) => timestamp("TIMESTAMP_LTZ", s),
  VARIANT: () => VARIANT,
  OBJECT: () => OBJECT,
  ARRAY: () => ARRAY,
};

/** @returns null for a name that is no type, or none known here */
export const dataType = (name: string, args: number[]): DataType | null =>
  Object.hasOwn(NAMES, name) ? NAMES[name](args) : null;

export const isVariant = ({ kind }: DataType): boolean =>
  kind === "VARIANT" || kind === "OBJECT" || kind === "ARRAY";

/** The type in DuckDB that holds it. */
export function duckType({ kind, precision, scale }: DataType): string {
  switch (kind) {
    case "FIXED":
      return `DECIMAL(${precision},${scale})`;
    case "REAL":
      return "DOUBLE";
    case "BOOLEAN":
    case "DATE":
    case "TIME":
      return kind;
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP_TZ":
      return "TIMESTAMP";
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
      return "JSON";
    case "BINARY":
      return "BLOB";
    default:
      return "VARCHAR";
  }
}

/** As DESCRIBE TABLE and messages write it. */
export function typeName({ kind, precision, scale, length }: DataType): string {
  switch (kind) {
    case "FIXED":
      return `NUMBER(${precision},${scale})`;
    case "REAL":
      return "FLOAT";
    case "TEXT":
      return `VARCHAR(${length})`;
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIME":
      return `${kind}(${scale})`;
    default:
      return kind;
  }
}

export const resultColumn = (name: string, type: DataType, nullable = true): SqlColumn => ({
  name,
  type: type.kind === "NULL" ? "TEXT" : type.kind,
  precision: type.precision,
  scale: type.scale,
  length: type.length,
  nullable,
});
