/**
 * CREATE, ALTER and DROP of what an account has: databases and schemas here, the rest by files of its own. All of them commit what
 * is open.
 *
 * Simplification: no views, stages, pipes or other objects.
 *
 * @module
 */
import { type Admin, exists, ifExists, ifNotExists, properties, status } from "./admin.ts";
import { written } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { cannotBePerformed, noCurrentDatabase, unsupported } from "./errors.ts";
import type { SqlResult } from "./types.ts";
import { alterTable, createTable, dropTable, dropTables, truncate } from "./tables.ts";
import { alterWarehouse, createWarehouse } from "./warehouses.ts";

/** Runs the statement if it is one of these. */
export async function objectStatement(cursor: Cursor, admin: Admin): Promise<SqlResult | null> {
  if (cursor.sees("CREATE")) return await create(cursor, admin);
  if (cursor.sees("ALTER", "TABLE")) return await alterTable(cursor, admin);
  if (cursor.sees("ALTER", "WAREHOUSE")) return alterWarehouse(cursor, admin);
  if (cursor.sees("DROP")) return await drop(cursor, admin);
  if (cursor.takes("TRUNCATE")) return await truncate(cursor, admin);
  return null;
}

async function create(cursor: Cursor, admin: Admin): Promise<SqlResult | null> {
  const kind = ["OR", "TRANSIENT"].includes(cursor.peek().value) ? null : cursor.peek().value;
  if (kind === "ROLE" || kind === "USER") return null;
  cursor.expect("CREATE");
  if (cursor.takes("OR", "REPLACE")) throw unsupported("CREATE OR REPLACE");
  cursor.takes("TRANSIENT");
  if (cursor.takes("DATABASE")) return createDatabase(cursor, admin);
  if (cursor.takes("SCHEMA")) return createSchema(cursor, admin);
  if (cursor.takes("WAREHOUSE")) return createWarehouse(cursor, admin);
  if (cursor.takes("TABLE")) return await createTable(cursor, admin);
  throw unsupported(`CREATE ${cursor.token.value}`);
}

function createDatabase(cursor: Cursor, { catalog, session, nowMs }: Admin): SqlResult {
  const optional = ifNotExists(cursor);
  const name = cursor.name();
  const { COMMENT } = properties(cursor);
  cursor.end();
  const { databases } = catalog.data;
  // Snowflake demands the right even where nothing is made.
  catalog.demand(session.context.role, "CREATE DATABASE", "ACCOUNT", catalog.account);
  if (!catalog.isNew(databases, name, optional, written(name))) return exists(name);
  const owner = session.context.role;
  databases[name] = {
    name,
    owner,
    comment: COMMENT ?? null,
    createdMs: nowMs,
    schemas: { PUBLIC: { name: "PUBLIC", owner, comment: null, createdMs: nowMs, tables: {} } },
  };
  session.context.database = name;
  session.context.schema = "PUBLIC";
  return status(`Database ${name} successfully created.`);
}

function createSchema(cursor: Cursor, { catalog, session, nowMs }: Admin): SqlResult {
  const optional = ifNotExists(cursor);
  const path = cursor.path();
  const { COMMENT } = properties(cursor);
  cursor.end();
  const { context } = session;
  const databaseName = path.length > 1 ? path[0] : context.database;
  if (databaseName === null) throw noCurrentDatabase();
  const database = catalog.database(databaseName, context);
  const name = path.at(-1)!;
  catalog.demand(context.role, "CREATE SCHEMA", "DATABASE", written(databaseName));
  if (!catalog.isNew(database.schemas, name, optional, written(databaseName, name))) return exists(name);
  database.schemas[name] = {
    name,
    owner: context.role,
    comment: COMMENT ?? null,
    createdMs: nowMs,
    tables: {},
  };
  context.database = databaseName;
  context.schema = name;
  return status(`Schema ${name} successfully created.`);
}

async function drop(cursor: Cursor, admin: Admin): Promise<SqlResult | null> {
  const { catalog, session: { context } } = admin;
  const kind = cursor.peek().value;
  if (kind === "ROLE" || kind === "USER") return null;
  cursor.expect("DROP");
  cursor.next();
  const optional = ifExists(cursor);
  const path = cursor.path();
  cursor.takes("CASCADE");
  cursor.end();
  const name = path.at(-1)!;
  const gone = status(`${name} successfully dropped.`);
  const { data } = catalog;
  switch (kind) {
    case "DATABASE": {
      if (optional && !data.databases[name]) break;
      const database = catalog.database(name, context);
      catalog.demand(context.role, "OWNERSHIP", "DATABASE", written(name));
      await dropTables(database, Object.keys(database.schemas), admin);
      delete data.databases[name];
      catalog.forget("DATABASE", written(name));
      if (context.database === name) context.database = context.schema = null;
      return gone;
    }
    case "SCHEMA": {
      if (optional && !data.databases[path.length > 1 ? path[0] : context.database ?? ""]?.schemas[name]) {
        break;
      }
      const { database } = catalog.schema(path, context);
      const full = written(database.name, name);
      catalog.demand(context.role, "OWNERSHIP", "SCHEMA", full);
      await dropTables(database, [name], admin);
      delete database.schemas[name];
      catalog.forget("SCHEMA", full);
      if (context.database === database.name && context.schema === name) context.schema = null;
      return gone;
    }
    case "TABLE": {
      const full = catalog.qualify(path, context);
      if (optional && !data.databases[full[0]]?.schemas[full[1]]?.tables[full[2]]) break;
      const found = catalog.table(full, context);
      catalog.demand(context.role, "OWNERSHIP", "TABLE", found.name);
      await dropTable(found.table, found.name, admin);
      delete found.schema.tables[name];
      catalog.forget("TABLE", found.name);
      return gone;
    }
    case "WAREHOUSE":
      if (optional && !data.warehouses[name]) break;
      if (!data.warehouses[name] || !catalog.sees(context.role, "WAREHOUSE", written(name))) {
        throw cannotBePerformed();
      }
      catalog.demand(context.role, "OWNERSHIP", "WAREHOUSE", written(name));
      delete data.warehouses[name];
      catalog.forget("WAREHOUSE", written(name));
      return gone;
    default:
      throw unsupported(`DROP ${kind}`);
  }
  return status("Drop statement executed successfully (object already dropped).");
}
