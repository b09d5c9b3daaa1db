/**
 * Results as the text of a JSON rowset.
 *
 * Simplification: VARIANTs are written without line breaks.
 *
 * @module
 */
import type { CompiledQuery, OutputColumn } from "./compile_query.ts";
import { type DataType, duckType, resultColumn } from "./data_types.ts";
import type { Storage } from "./storage.ts";
import type { SqlColumn } from "./types.ts";

/** A column as VARCHAR in DuckDB; what is left is done by {@link finish}. */
function toText(name: string, type: DataType): string {
  switch (type.kind) {
    case "FIXED":
      return `CAST(CAST(${name} AS ${duckType(type)}) AS VARCHAR)`;
    case "BOOLEAN":
      return `CASE WHEN ${name} THEN '1' WHEN NOT ${name} THEN '0' END`;
    case "DATE":
      return `CAST(date_diff('day', DATE '1970-01-01', ${name}) AS VARCHAR)`;
    case "TIME":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
      return `CAST(epoch_us(${name}) AS VARCHAR)`;
    default:
      return `CAST(${name} AS VARCHAR)`;
  }
}

function finish(value: string, { kind, scale }: DataType): string {
  switch (kind) {
    case "REAL":
      return /^-?(inf|nan)$/i.test(value) ? value : String(Number(value));
    case "TIME":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
      return seconds(BigInt(value), scale ?? 9);
    default:
      return value;
  }
}

/** Microseconds as seconds with as many digits as the type has. */
export function seconds(micros: bigint, scale: number): string {
  const negative = micros < 0n;
  const digits = String(negative ? -micros : micros).padStart(7, "0");
  const fraction = `${digits.slice(-6)}000`.slice(0, scale);
  return `${negative ? "-" : ""}${digits.slice(0, -6)}${scale > 0 ? `.${fraction}` : ""}`;
}

export const describe = (columns: OutputColumn[]): SqlColumn[] =>
  columns.map(({ name, type, nullable }) => resultColumn(name, type, nullable));

export async function fetchRows(
  { sql, columns }: CompiledQuery,
  storage: Storage,
  parameters: Record<string, string>,
): Promise<(string | null)[][]> {
  const items = columns.map(({ type }, i) => toText(`r.c${i}`, type));
  const rows = await storage.rows(`SELECT ${items.join(", ")} FROM (${sql}) r`, parameters);
  return rows.map((row) => row.map((value, i) => (value === null ? null : finish(value, columns[i].type))));
}
