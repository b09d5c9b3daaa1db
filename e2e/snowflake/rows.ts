/**
 * Values of a JSON rowset.
 *
 * @module
 */

/** What a statement gave back, in the wire's text. */
export interface ResultSet {
  columns: { name: string; type: string }[];
  rows: (string | null)[][];
}

/** By the names of the columns. Times are ISO 8601; VARIANT, OBJECT and ARRAY what their JSON says. */
export type Row = Record<string, unknown>;

/** Day of a DATE, ms. */
const DAY_MS = 86_400_000;

export function toRows({ columns, rows }: ResultSet): Row[] {
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name, type }, index) => [name, toValue(row[index], type)]))
  );
}

function toValue(text: string | null, type: string): unknown {
  if (text === null) return null;
  switch (type) {
    case "FIXED":
    case "REAL":
      return Number(text);
    case "BOOLEAN":
      return text === "1" || text === "true";
    case "DATE":
      return new Date(Number(text) * DAY_MS).toISOString().slice(0, 10);
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP_TZ":
      // Seconds, and for TIMESTAMP_TZ the offset.
      return new Date(Math.round(Number(text.split(" ")[0]) * 1000)).toISOString();
    case "VARIANT":
    case "OBJECT":
    case "ARRAY":
      return JSON.parse(text);
    default:
      return text;
  }
}
