/**
 * Compares a table with what it should be.
 *
 * @module
 */
import { addColumn } from "../ddl/objects.ts";
import { type Column, fullName, type Table } from "../tables.ts";
import { type Finding, ok, warning, wrong } from "./finding.ts";

/** A row of `DESCRIBE TABLE`. */
export interface DescribedColumn {
  name: string;
  /** With its sizes, for example `NUMBER(9,0)`. */
  type: string;
  /** `Y` or `N`. */
  "null?": string;
  default: string | null;
}

/** Types whose columns can be widened; of others Snowflake changes no column. */
const WIDENABLE = ["VARCHAR", "NUMBER"];
/** Length of a VARCHAR that is given none, characters; newer accounts take longer ones. */
const VARCHAR_LENGTH = 16_777_216;

/** @returns what is wrong with the columns, or one finding that all are right */
export function compareColumns(table: Table, described: DescribedColumn[]): Finding[] {
  const found = new Map(described.map((column) => [column.name, column]));
  const findings = table.columns.flatMap((column) => compare(table, column, found.get(column.name)));
  const ours = new Set(table.columns.map(({ name }) => name));
  const foreign = described.filter((column) => !ours.has(column.name)).flatMap((column) =>
    isDemanded(column) ? [demanded(table, column)] : []
  );
  if (findings.length + foreign.length > 0) return [...findings, ...foreign];
  return [ok(fullName(table), `${table.columns.length} columns with their types`)];
}

function compare(table: Table, column: Column, found: DescribedColumn | undefined): Finding[] {
  const what = `${fullName(table)}.${column.name}`;
  if (!found) return [wrong(what, "the column is not there", [addColumn(table, column)])];
  if (!holds(found.type, column.type)) {
    return [wrong(what, `is ${found.type}: expected ${column.type}`, changeType(table, column, found.type))];
  }
  if (!column.required && isDemanded(found)) return [demanded(table, found)];
  if (column.default && found.default === null) {
    return [warning(
      what,
      `has no default, and Snowflake gives none to a column that is there: it stays NULL. Expected ${column.default}`,
    )];
  }
  return [];
}

/** Whether a row without a value for it is refused. */
const isDemanded = (column: DescribedColumn) => column["null?"] === "N" && column.default === null;

const demanded = (table: Table, { name }: DescribedColumn): Finding =>
  wrong(`${fullName(table)}.${name}`, "must not be NULL, and rows may come without it", [
    `ALTER TABLE ${fullName(table)} ALTER COLUMN ${name} DROP NOT NULL`,
  ]);

/** Whether a column of this type holds whatever one of the wanted type does. */
export function holds(found: string, wanted: string): boolean {
  const is = parse(found), should = parse(wanted);
  return is.base === should.base && should.sizes.every((size, i) => (is.sizes[i] ?? 0) >= size);
}

function parse(type: string): { base: string; sizes: number[] } {
  const [, base, sizes] = /^(\w+)(?:\((.*)\))?$/.exec(type) ?? [, type, undefined];
  if (sizes !== undefined) return { base, sizes: sizes.split(",").map(Number) };
  return { base, sizes: base === "VARCHAR" ? [VARCHAR_LENGTH] : [] };
}

/** What is in the column stays, under another name where Snowflake cannot change it. */
function changeType(table: Table, column: Column, found: string): string[] {
  const { base } = parse(found);
  const alter = `ALTER TABLE ${fullName(table)}`;
  if (base === parse(column.type).base && WIDENABLE.includes(base)) {
    return [`${alter} ALTER COLUMN ${column.name} SET DATA TYPE ${column.type}`];
  }
  return [
    `${alter} RENAME COLUMN ${column.name} TO ${column.name}_OLD`,
    ...(column.required ? [`${alter} ALTER COLUMN ${column.name}_OLD DROP NOT NULL`] : []),
    addColumn(table, column),
  ];
}
