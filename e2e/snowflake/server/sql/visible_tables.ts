/**
 * Which tables a role sees in a place.
 *
 * @module
 */
import { type Admin } from "./admin.ts";
import { type Table, written } from "./catalog.ts";

/** What follows IN; null: nothing did. */
export interface Where {
  kind: "ACCOUNT" | "DATABASE" | "SCHEMA" | "TABLE" | "SESSION";
  path: string[];
}

/** All tables that the role sees in a place, with where they stand. */
export function visibleTables(
  { catalog, session: { context } }: Pick<Admin, "catalog" | "session">,
  where: Where | null,
): { database: string; schema: string; table: Table }[] {
  const path = where?.path ?? [];
  const inSchema = where?.kind === "SCHEMA" || where?.kind === "TABLE";
  const named = where?.kind === "TABLE" ? catalog.qualify(path, context) : path;
  const databaseName = where?.kind === "ACCOUNT"
    ? null
    : inSchema && named.length < 2
    ? context.database
    : named[0] ?? context.database;
  const schemaName = where?.kind === "TABLE" ? named[1] : inSchema ? named.at(-1) ?? context.schema : null;
  if (databaseName !== null) catalog.database(databaseName, context);
  if (databaseName !== null && schemaName) catalog.schema([databaseName, schemaName], context);
  return Object.values(catalog.data.databases)
    .filter(({ name }) => databaseName === null || name === databaseName)
    .flatMap((database) =>
      Object.values(database.schemas)
        .filter(({ name }) => !schemaName || name === schemaName)
        .flatMap((schema) =>
          Object.values(schema.tables)
            .filter(({ name }) =>
              catalog.sees(context.role, "TABLE", written(database.name, schema.name, name)) &&
              (where?.kind !== "TABLE" || name === named[2])
            )
            .map((table) => ({ database: database.name, schema: schema.name, table }))
        )
    );
}
