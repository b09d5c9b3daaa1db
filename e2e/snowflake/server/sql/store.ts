/**
 * What a value must be to go into a column: DuckDB ignores lengths, and knows nothing of Snowflake's limits.
 *
 * Stricter than Snowflake: a VARIANT goes into no other column without a cast, and nothing but a VARIANT goes into one.
 *
 * @module
 */
import type { TableColumn } from "./catalog.ts";
import { type DataType, duckType, isVariant, MAX_VALUE_BYTES, typeName } from "./data_types.ts";
import { raise, typeMismatch } from "./errors.ts";
import { convert, toScale, type Typed } from "./typed.ts";

/** Kinds that go into a column of another kind by themselves. */
const COERCED: Partial<Record<DataType["kind"], DataType["kind"][]>> = {
  FIXED: ["REAL", "TEXT"],
  REAL: ["FIXED", "TEXT"],
  BOOLEAN: ["TEXT"],
  DATE: ["TEXT", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ"],
  TIME: ["TEXT"],
  TIMESTAMP_NTZ: ["TEXT", "DATE", "TIMESTAMP_LTZ"],
  TIMESTAMP_LTZ: ["TEXT", "DATE", "TIMESTAMP_NTZ"],
  TEXT: ["FIXED", "REAL", "BOOLEAN", "DATE", "TIMESTAMP_NTZ"],
  VARIANT: ["OBJECT", "ARRAY"],
};

/**
 * The value in the column's type, not yet {@link checked}.
 *
 * @throws SqlError 002023 when it must be cast first
 */
export function assigned(value: Typed, column: TableColumn, zone: string): string {
  const { kind } = value.type;
  const { type } = column;
  if (kind !== "NULL" && kind !== type.kind && !COERCED[type.kind]?.includes(kind)) {
    throw typeMismatch(typeName(type), typeName(value.type), column.name);
  }
  if (type.kind === "TEXT") return convert(value, { ...type, length: MAX_VALUE_BYTES }, zone).sql;
  if (kind === "NULL" || kind !== type.kind) return convert(value, type, zone).sql;
  return value.sql;
}

/** @param name of the assigned value: it is written several times */
export function checked(name: string, column: TableColumn): string {
  const { type } = column;
  const guards: string[] = [];
  if (!column.nullable) {
    guards.push(
      `WHEN ${name} IS NULL THEN ${raise("100072", "22000", "NULL result in a non-nullable column")}`,
    );
  }
  const tooLarge = raise(
    "100082",
    "22000",
    `Max LOB size (${MAX_VALUE_BYTES}) exceeded in column ${column.name}`,
  );
  if (type.kind === "TEXT") {
    if (type.length! < MAX_VALUE_BYTES) {
      // The message's beginning is enough to find the value by.
      guards.push(
        `WHEN length(${name}) > ${type.length} THEN error('100078|22000|String ''' || left(${name}, 100) || ` +
          `''' is too long and would be truncated')`,
      );
    }
    guards.push(`WHEN strlen(${name}) > ${MAX_VALUE_BYTES} THEN ${tooLarge}`);
  } else if (isVariant(type)) {
    guards.push(`WHEN strlen(CAST(${name} AS VARCHAR)) > ${MAX_VALUE_BYTES} THEN ${tooLarge}`);
  }
  const value = stored(name, type);
  return guards.length === 0 ? value : `CASE ${guards.join(" ")} ELSE ${value} END`;
}

function stored(name: string, type: DataType): string {
  if (type.kind === "FIXED") return `CAST(${name} AS ${duckType(type)})`;
  return type.kind === "TIMESTAMP_NTZ" || type.kind === "TIMESTAMP_LTZ"
    ? toScale(name, 9, type.scale ?? 9)
    : name;
}
