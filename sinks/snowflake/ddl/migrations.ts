/**
 * How tables of older versions become today's.
 *
 * @module
 */
import { fullName, SCHEMA_HISTORY, TABLES } from "../tables.ts";
import { CREATE_DATABASE, createSchema, createTable, SCHEMAS } from "./objects.ts";

export interface Migration {
  /** One more than that of the one before. */
  version: number;
  /** Change nothing when they run again. */
  statements: string[];
}

/**
 * Oldest first. The first makes the tables as they are today; later ones are for tables that were there before, one
 * `addColumn(…)` for each column that came with the version.
 */
export const MIGRATIONS: Migration[] = [
  { version: 1, statements: [CREATE_DATABASE, ...SCHEMAS.map(createSchema), ...TABLES.map(createTable)] },
];

/** Every migration's statements, each followed by the statement that writes down its version. */
export function migrate(migrations: Migration[]): string[] {
  return migrations.flatMap(({ version, statements }) => [...statements, recordVersion(version)]);
}

/** Notes that a version is there, once. */
export const recordVersion = (version: number): string =>
  `MERGE INTO ${fullName(SCHEMA_HISTORY)} AS H
USING (SELECT ${version}::NUMBER(9,0) AS VERSION) AS S ON H.VERSION = S.VERSION
WHEN NOT MATCHED THEN INSERT (VERSION, APPLIED_AT) VALUES (S.VERSION, SYSDATE())`;
