/**
 * The statements that make the warehouse, the schemas, tables and columns.
 *
 * @module
 */
import { type Column, DATABASE, fullName, type Table, TABLES } from "../tables.ts";

/** The least that Snowflake bills for a start: a shorter sleep would save nothing, s. */
const AUTO_SUSPEND_S = 60;

/** A text as SQL has it. */
export const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/** A warehouse of the smallest size that sleeps when nobody uses it. */
export const createWarehouse = (name: string): string =>
  `CREATE WAREHOUSE IF NOT EXISTS ${name} WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = ${AUTO_SUSPEND_S} AUTO_RESUME = TRUE ` +
  `INITIALLY_SUSPENDED = TRUE COMMENT = 'Loads and reads activity records'`;

export const CREATE_DATABASE =
  `CREATE DATABASE IF NOT EXISTS ${DATABASE} COMMENT = 'What people did, by their phones'`;

/** Names of the schemas of all tables, fully qualified, each once. */
export const SCHEMAS = [...new Set(TABLES.map(({ schema }) => `${DATABASE}.${schema}`))];

export const createSchema = (name: string): string => `CREATE SCHEMA IF NOT EXISTS ${name}`;

/** With the columns that the table has today. */
export function createTable(table: Table): string {
  const columns = table.columns.map((column) =>
    `  ${column.name} ${column.type}${column.required ? " NOT NULL" : ""}${
      column.default ? ` DEFAULT ${column.default}` : ""
    } COMMENT ${quote(column.comment)}`
  );
  return `CREATE TABLE IF NOT EXISTS ${fullName(table)} (\n${columns.join(",\n")}\n) COMMENT = ${
    quote(table.comment)
  }`;
}

/**
 * Adds a column to a table that was made without it. Without the column's default, since Snowflake takes none together with IF NOT
 * EXISTS, and without NOT NULL, since the rows that are there have no value.
 */
export const addColumn = (table: Table, { name, type, comment }: Column): string =>
  `ALTER TABLE ${fullName(table)} ADD COLUMN IF NOT EXISTS ${name} ${type} COMMENT ${quote(comment)}`;
