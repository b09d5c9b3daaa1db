/**
 * SHOW and DESCRIBE, as far as drivers and this project ask.
 *
 * @module
 */
import { type Admin, type Cell, listing, wireTime } from "./admin.ts";
import { type ObjectKind, type Table, written } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { typeName } from "./data_types.ts";
import { insufficientPrivileges, notFound, unsupported } from "./errors.ts";
import { PARAMETERS } from "./parameters.ts";
import type { SqlResult } from "./types.ts";

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

/** What follows IN; null: nothing did. */
interface Where {
  kind: "ACCOUNT" | "DATABASE" | "SCHEMA" | "TABLE" | "SESSION";
  path: string[];
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

/** `%` any text, `_` any character, in any case; a backslash takes them as they are. */
export function likePattern(pattern: string): RegExp {
  const source = pattern.replaceAll(/\\?[^]/g, (part) => {
    if (part === "%") return "[^]*";
    if (part === "_") return "[^]";
    return (part.length > 1 ? part[1] : part).replace(/[.*+?^${}()|[\]\\]/, "\\$&");
  });
  return new RegExp(`^${source}$`, "i");
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

function grants(cursor: Cursor, { catalog, session: { context } }: Admin): SqlResult {
  const { data } = catalog;
  const names = [
    "created_on",
    "privilege",
    "granted_on",
    "name",
    "granted_to",
    "grantee_name",
    "grant_option",
    "granted_by",
  ];
  const all = allGrants({ catalog });
  if (cursor.takes("TO", "USER")) {
    const user = cursor.name();
    cursor.end();
    if (!data.users[user]) throw notFound("User", user);
    const rows = data.roleGrants.filter(({ to, grantee }) => to === "USER" && grantee === user)
      .map(({ role, grantedBy, createdMs }): Cell[] => [wireTime(createdMs), role, "USER", user, grantedBy]);
    return listing("show", ["created_on", "role", "granted_to", "grantee_name", "granted_by"], rows);
  }
  if (cursor.takes("OF", "ROLE")) {
    const role = cursor.name();
    cursor.end();
    if (!data.roles[role]) throw notFound("Role", role);
    const rows = data.roleGrants.filter((one) => one.role === role)
      .map((
        { to, grantee, grantedBy, createdMs },
      ): Cell[] => [wireTime(createdMs), role, to, grantee, grantedBy]);
    return listing("show", ["created_on", "role", "granted_to", "grantee_name", "granted_by"], rows);
  }
  if (cursor.takes("ON")) {
    const kind = cursor.next().value as ObjectKind;
    const path = kind === "ACCOUNT" ? [catalog.account] : cursor.path();
    cursor.end();
    const name = kind === "TABLE"
      ? catalog.table(path, context).name
      : kind === "SCHEMA"
      ? written(catalog.schema(path, context).database.name, path.at(-1)!)
      : written(...path);
    return listing("show", names, all.filter((row) => row[2] === kind && row[3] === name));
  }
  const role = cursor.takes("TO", "ROLE") ? cursor.name() : null;
  cursor.end();
  if (role !== null && !data.roles[role]) throw notFound("Role", role);
  return listing("show", names, all.filter((row) => row[5] === (role ?? context.role)));
}

/** Rights, ownership and roles of roles as SHOW GRANTS lists them. */
function allGrants({ catalog }: Pick<Admin, "catalog">): Cell[][] {
  const { data } = catalog;
  const owned: [ObjectKind, string, { owner: string; createdMs: number }][] = [
    ...Object.values(data.warehouses).map((one) =>
      ["WAREHOUSE", written(one.name), one] as [ObjectKind, string, typeof one]
    ),
    ...Object.values(data.roles).map((one) =>
      ["ROLE", written(one.name), one] as [ObjectKind, string, typeof one]
    ),
    ...Object.values(data.users).map((one) =>
      ["USER", written(one.name), one] as [ObjectKind, string, typeof one]
    ),
    ...Object.values(data.databases).flatMap((database) => [
      ["DATABASE", written(database.name), database] as [ObjectKind, string, typeof database],
      ...Object.values(database.schemas).flatMap((schema) => [
        ["SCHEMA", written(database.name, schema.name), schema] as [ObjectKind, string, typeof schema],
        ...Object.values(schema.tables).map((table) =>
          ["TABLE", written(database.name, schema.name, table.name), table] as [
            ObjectKind,
            string,
            typeof table,
          ]
        ),
      ]),
    ]),
  ];
  return [
    ...owned.filter(([, , { owner }]) => owner !== "").map(([kind, name, { owner, createdMs }]): Cell[] => [
      wireTime(createdMs),
      "OWNERSHIP",
      kind,
      name,
      "ROLE",
      owner,
      "true",
      owner,
    ]),
    ...data.grants.map(({ privilege, kind, object, role, grantedBy, createdMs }): Cell[] => [
      wireTime(createdMs),
      privilege,
      kind,
      object,
      "ROLE",
      role,
      "false",
      grantedBy,
    ]),
    ...data.roleGrants.filter(({ to }) => to === "ROLE").map((
      { role, grantee, grantedBy, createdMs },
    ): Cell[] => [
      wireTime(createdMs),
      "USAGE",
      "ROLE",
      role,
      "ROLE",
      grantee,
      "false",
      grantedBy,
    ]),
  ];
}

function futureGrants(cursor: Cursor, { catalog, session: { context } }: Admin): SqlResult {
  cursor.expect("IN");
  const inSchema = cursor.takes("SCHEMA");
  if (!inSchema) cursor.expect("DATABASE");
  const path = cursor.path();
  cursor.end();
  const inside = inSchema && path.length === 1 ? written(context.database ?? "", path[0]) : written(...path);
  const rows = catalog.data.futureGrants.filter((one) => one.inside === inside)
    .map(({ privilege, kind, role, createdMs }): Cell[] => [
      wireTime(createdMs),
      privilege,
      kind,
      `${inside}.<${kind}>`,
      "ROLE",
      role,
      "false",
    ]);
  return listing(
    "show",
    ["created_on", "privilege", "grant_on", "name", "grant_to", "grantee_name", "grant_option"],
    rows,
  );
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
