/**
 * SHOW and DESCRIBE, as far as drivers and this project ask.
 *
 * @module
 */
import { type Admin, type Cell, listing, wireTime } from "./admin.ts";
import { written } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { typeName } from "./data_types.ts";
import { insufficientPrivileges, notFound, unsupported } from "./errors.ts";
import { PARAMETERS } from "./parameters.ts";
import type { SqlResult } from "./types.ts";
import { likePattern } from "./like_pattern.ts";
import { futureGrants, grants } from "./show_grants.ts";
import { visibleTables, type Where } from "./visible_tables.ts";

export function showStatement(cursor: Cursor, admin: Admin): SqlResult | null {
  if (cursor.takes("DESCRIBE") || cursor.takes("DESC")) {
    if (cursor.takes("USER")) return describeUser(cursor, admin);
    if (cursor.takes("TABLE")) return describeTable(cursor, admin);
    if (cursor.takes("WAREHOUSE")) return filtered(cursor, () => warehouses(admin), cursor.name());
    throw unsupported(`DESCRIBE ${cursor.token.value}`);
  }
  if (!cursor.takes("SHOW")) return null;
  cursor.takes("TERSE");
  if (cursor.takes("GRANTS")) return grants(cursor, admin);
  if (cursor.takes("FUTURE", "GRANTS")) return futureGrants(cursor, admin);
  if (cursor.takes("DATABASES")) return filtered(cursor, () => databases(admin));
  if (cursor.takes("WAREHOUSES")) return filtered(cursor, () => warehouses(admin));
  if (cursor.takes("ROLES")) return filtered(cursor, () => roles(admin));
  if (cursor.takes("USERS")) return filtered(cursor, () => users(admin));
  if (cursor.takes("SCHEMAS")) return filtered(cursor, (where) => schemas(admin, where));
  if (cursor.takes("TABLES") || cursor.takes("OBJECTS")) {
    return filtered(cursor, (where) => tables(admin, where));
  }
  if (cursor.takes("COLUMNS")) return filtered(cursor, (where) => columns(admin, where));
  if (cursor.takes("PRIMARY", "KEYS")) return filtered(cursor, (where) => primaryKeys(admin, where));
  if (cursor.takes("PARAMETERS")) return filtered(cursor, () => parameters(admin));
  throw unsupported(`SHOW ${cursor.token.value}`);
}

/** LIKE, IN, STARTS WITH and LIMIT in their order; without LIKE `only` may name the one row. */
function filtered(
  cursor: Cursor,
  list: (where: Where | null) => SqlResult,
  only: string | null = null,
): SqlResult {
  const like = cursor.takes("LIKE") ? likePattern(cursor.string()) : null;
  const where = cursor.takes("IN") || cursor.takes("FOR") ? place(cursor) : null;
  const start = cursor.takes("STARTS", "WITH") ? cursor.string() : null;
  const limit = cursor.takes("LIMIT") ? cursor.integer() : Infinity;
  cursor.end();
  const result = list(where);
  const at = result.columns.findIndex(({ name }) => ["name", "column_name", "key"].includes(name));
  const rows = result.rows.filter((row) =>
    (!like || like.test(row[at] ?? "")) && (start === null || row[at]?.startsWith(start)) &&
    (only === null || row[at] === only)
  );
  return { ...result, rows: rows.slice(0, limit) };
}

function place(cursor: Cursor): Where {
  for (const kind of ["ACCOUNT", "SESSION"] as const) if (cursor.takes(kind)) return { kind, path: [] };
  for (const kind of ["DATABASE", "SCHEMA", "TABLE"] as const) {
    if (cursor.takes(kind)) return { kind, path: cursor.seesName() ? cursor.path() : [] };
  }
  const path = cursor.path();
  return { kind: path.length === 1 ? "DATABASE" : "SCHEMA", path };
}

function databases({ catalog, session: { context } }: Admin): SqlResult {
  const rows = Object.values(catalog.data.databases)
    .filter(({ name }) => catalog.sees(context.role, "DATABASE", written(name)))
    .map(({ name, owner, comment, createdMs }): Cell[] => [
      wireTime(createdMs),
      name,
      "N",
      name === context.database ? "Y" : "N",
      "",
      owner,
      comment ?? "",
      "",
      "1",
      "STANDARD",
    ]);
  return listing(
    "show",
    [
      "created_on",
      "name",
      "is_default",
      "is_current",
      "origin",
      "owner",
      "comment",
      "options",
      "retention_time",
      "kind",
    ],
    rows,
  );
}

function warehouses({ catalog, session: { context } }: Admin): SqlResult {
  const rows = Object.values(catalog.data.warehouses)
    .filter(({ name }) => catalog.sees(context.role, "WAREHOUSE", written(name)))
    .map((one): Cell[] => [
      one.name,
      one.suspended ? "SUSPENDED" : "STARTED",
      "STANDARD",
      one.size,
      "N",
      one.name === context.warehouse ? "Y" : "N",
      one.autoSuspendS === 0 ? null : one.autoSuspendS,
      one.autoResume,
      wireTime(one.createdMs),
      one.owner,
      one.comment ?? "",
    ]);
  return listing(
    "show",
    [
      "name",
      "state",
      "type",
      "size",
      "is_default",
      "is_current",
      "auto_suspend",
      "auto_resume",
      "created_on",
      "owner",
      "comment",
    ],
    rows,
    ["auto_suspend"],
  );
}

function roles({ catalog }: Admin): SqlResult {
  const rows = Object.values(catalog.data.roles).map(({ name, owner, comment, createdMs }): Cell[] => [
    wireTime(createdMs),
    name,
    owner,
    comment ?? "",
  ]);
  return listing("show", ["created_on", "name", "owner", "comment"], rows);
}

/** Only who owns users or manages grants sees them. */
function users({ catalog, session: { context } }: Admin): SqlResult {
  const rows = Object.values(catalog.data.users)
    .filter(({ name }) => name === context.user || catalog.sees(context.role, "USER", name))
    .map(({ name, owner, comment, createdMs, properties }): Cell[] => [
      name,
      wireTime(createdMs),
      properties.DISABLED === "TRUE",
      comment ?? "",
      properties.DEFAULT_WAREHOUSE ?? null,
      properties.DEFAULT_NAMESPACE ?? null,
      properties.DEFAULT_ROLE ?? null,
      owner,
      properties.PASSWORD !== undefined,
      properties.RSA_PUBLIC_KEY !== undefined,
      properties.TYPE ?? null,
    ]);
  return listing(
    "show",
    [
      "name",
      "created_on",
      "disabled",
      "comment",
      "default_warehouse",
      "default_namespace",
      "default_role",
      "owner",
      "has_password",
      "has_rsa_public_key",
      "type",
    ],
    rows,
  );
}

function schemas({ catalog, session: { context } }: Admin, where: Where | null): SqlResult {
  const only = where?.kind === "ACCOUNT" ? null : where?.path[0] ?? context.database;
  if (only !== null) catalog.database(only, context);
  const rows = Object.values(catalog.data.databases)
    .filter(({ name }) => only === null || name === only)
    .flatMap((database) =>
      Object.values(database.schemas)
        .filter(({ name }) => catalog.sees(context.role, "SCHEMA", written(database.name, name)))
        .map(({ name, owner, comment, createdMs }): Cell[] => [
          wireTime(createdMs),
          name,
          "N",
          name === context.schema && database.name === context.database ? "Y" : "N",
          database.name,
          owner,
          comment ?? "",
          "",
          "1",
        ])
    );
  return listing(
    "show",
    [
      "created_on",
      "name",
      "is_default",
      "is_current",
      "database_name",
      "owner",
      "comment",
      "options",
      "retention_time",
    ],
    rows,
  );
}

function tables(admin: Admin, where: Where | null): SqlResult {
  const rows = visibleTables(admin, where).map(({ database, schema, table }): Cell[] => [
    wireTime(table.createdMs),
    table.name,
    database,
    schema,
    "TABLE",
    table.comment ?? "",
    "",
    table.owner,
    "1",
  ]);
  return listing(
    "show",
    [
      "created_on",
      "name",
      "database_name",
      "schema_name",
      "kind",
      "comment",
      "cluster_by",
      "owner",
      "retention_time",
    ],
    rows,
  );
}

function columns(admin: Admin, where: Where | null): SqlResult {
  const rows = visibleTables(admin, where).flatMap(({ database, schema, table }) =>
    table.columns.map((column): Cell[] => [
      table.name,
      schema,
      column.name,
      JSON.stringify({
        type: column.type.kind,
        ...(column.type.precision === null ? {} : { precision: column.type.precision }),
        ...(column.type.scale === null ? {} : { scale: column.type.scale }),
        ...(column.type.length === null ? {} : { length: column.type.length }),
        nullable: column.nullable,
      }),
      column.nullable ? "true" : "NOT_NULL",
      column.default ?? "",
      "COLUMN",
      "",
      column.comment ?? "",
      database,
      "",
    ])
  );
  return listing(
    "show",
    [
      "table_name",
      "schema_name",
      "column_name",
      "data_type",
      "null?",
      "default",
      "kind",
      "expression",
      "comment",
      "database_name",
      "autoincrement",
    ],
    rows,
  );
}

function primaryKeys(admin: Admin, where: Where | null): SqlResult {
  const rows = visibleTables(admin, where).flatMap(({ database, schema, table }) =>
    table.primaryKey.map((name, i): Cell[] => [
      wireTime(table.createdMs),
      database,
      schema,
      table.name,
      name,
      i + 1,
      `SYS_CONSTRAINT_${table.id}`,
    ])
  );
  return listing(
    "show",
    [
      "created_on",
      "database_name",
      "schema_name",
      "table_name",
      "column_name",
      "key_sequence",
      "constraint_name",
    ],
    rows,
    ["key_sequence"],
  );
}

function parameters({ session }: Admin): SqlResult {
  const rows = Object.entries(PARAMETERS).map(([name, { value, type }]): Cell[] => {
    const now = session.parameters.get(name) ?? value;
    return [name, now, value, now === value ? "" : "SESSION", "", type];
  });
  return listing("show", ["key", "value", "default", "level", "description", "type"], rows);
}

function describeTable(cursor: Cursor, { catalog, session: { context } }: Admin): SqlResult {
  const path = cursor.path();
  cursor.end();
  const { table } = catalog.table(path, context);
  const rows = table.columns.map((column): Cell[] => [
    column.name,
    typeName(column.type),
    "COLUMN",
    column.nullable ? "Y" : "N",
    column.default,
    table.primaryKey.includes(column.name) ? "Y" : "N",
    "N",
    null,
    null,
    column.comment,
    null,
  ]);
  return listing(
    "describe",
    [
      "name",
      "type",
      "kind",
      "null?",
      "default",
      "primary key",
      "unique key",
      "check",
      "expression",
      "comment",
      "policy name",
    ],
    rows,
  );
}

function describeUser(cursor: Cursor, { catalog, session: { context } }: Admin): SqlResult {
  const name = cursor.name();
  cursor.end();
  const user = catalog.data.users[name];
  if (!user) throw notFound("User", name);
  if (name !== context.user && !catalog.sees(context.role, "USER", name)) {
    throw insufficientPrivileges("user", name);
  }
  const shown = Object.entries({ ...user.properties, NAME: name, COMMENT: user.comment ?? "null" });
  const rows = shown.map(([property, value]): Cell[] => [
    property,
    property === "PASSWORD" ? "********" : value,
    "null",
    "",
  ]);
  return listing("describe", ["property", "value", "default", "description"], rows);
}
