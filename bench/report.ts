/**
 * Results of the benchmarks: a table for people, JSON lines for programs.
 *
 * @module
 */

/** One result. Names end in their unit. */
export type Row = Record<string, string | number>;

/** Prints rows as a table with one column a row, then as JSON lines. */
export function report(rows: Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = names.map((name) => [name, ...rows.map((row) => name in row ? shown(row[name]) : "")]);
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column].length))) ?? [];
  const table = cells.map((line) =>
    line.map((cell, column) => column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])).join(
      "  ",
    )
  );
  return [...table, "", ...rows.map((row) => JSON.stringify(row))].join("\n");
}

/** Three digits say all that one run on a shared machine can. */
function shown(value: string | number): string {
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return "–";
  return Math.abs(value) >= 100 || Number.isInteger(value)
    ? Math.round(value).toLocaleString("en-US")
    : value.toPrecision(3);
}
