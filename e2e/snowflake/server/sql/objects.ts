/**
 * CREATE, ALTER, DROP and TRUNCATE of databases, schemas, tables and warehouses. All of them commit what is open.
 *
 * Simplifications: no views, stages, pipes, clones or CREATE TABLE … AS SELECT; retention and clustering are read and forgotten.
 *
 * @module
 */
import { type Admin, ifExists, ifNotExists, properties, status } from "./admin.ts";
import { type Database, type Table, type TableColumn, type Warehouse, written } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { duckType, typeName } from "./data_types.ts";
import {
  alreadyExists,
  cannotBePerformed,
  insufficientPrivileges,
  invalidIdentifier,
  noCurrentDatabase,
  unsupported,
} from "./errors.ts";
import { parseExpression } from "./parse_expression.ts";
import { checked } from "./store.ts";
import type { SqlResult } from "./types.ts";
import { physical, visible } from "./versions.ts";

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

const exists = (name: string) => status(`${name} already exists, statement succeeded.`);

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

/** Sizes and their names in SHOW WAREHOUSES. */
const SIZES: Record<string, string> = {
  XSMALL: "X-Small",
  "X-SMALL": "X-Small",
  SMALL: "Small",
  MEDIUM: "Medium",
  LARGE: "Large",
};

function setWarehouse(warehouse: Warehouse, given: Record<string, string>): void {
  for (const [name, value] of Object.entries(given)) {
    switch (name) {
      case "WAREHOUSE_SIZE":
        if (!SIZES[value.toUpperCase()]) throw unsupported(`WAREHOUSE_SIZE ${value}`);
        warehouse.size = SIZES[value.toUpperCase()];
        break;
      case "AUTO_SUSPEND":
        warehouse.autoSuspendS = value === "NULL" ? 0 : Number(value);
        break;
      case "AUTO_RESUME":
        warehouse.autoResume = value.toUpperCase() === "TRUE";
        break;
      case "INITIALLY_SUSPENDED":
        warehouse.suspended = value.toUpperCase() === "TRUE";
        break;
      case "COMMENT":
        warehouse.comment = value;
        break;
      default:
        throw unsupported(`Warehouse property ${name}`);
    }
  }
}

function createWarehouse(cursor: Cursor, { catalog, session, nowMs }: Admin): SqlResult {
  const optional = ifNotExists(cursor);
  const name = cursor.name();
  cursor.takes("WITH");
  const given = properties(cursor);
  cursor.end();
  const { role } = session.context;
  catalog.demand(role, "CREATE WAREHOUSE", "ACCOUNT", catalog.account);
  if (!catalog.isNew(catalog.data.warehouses, name, optional, written(name))) return exists(name);
  const warehouse: Warehouse = {
    name,
    owner: role,
    comment: null,
    createdMs: nowMs,
    size: "X-Small",
    autoSuspendS: 600,
    autoResume: true,
    suspended: false,
  };
  setWarehouse(warehouse, given);
  catalog.data.warehouses[name] = warehouse;
  session.context.warehouse = name;
  return status(`Warehouse ${name} successfully created.`);
}

function alterWarehouse(cursor: Cursor, { catalog, session }: Admin): SqlResult {
  cursor.expect("ALTER", "WAREHOUSE");
  const optional = ifExists(cursor);
  const name = cursor.name();
  const warehouse = catalog.data.warehouses[name];
  const { role } = session.context;
  if (!warehouse || !catalog.sees(role, "WAREHOUSE", written(name))) {
    if (optional) return status("Statement executed successfully.");
    throw cannotBePerformed();
  }
  const operates = () => catalog.demand(role, "OPERATE", "WAREHOUSE", written(name));
  if (cursor.takes("SUSPEND")) {
    operates();
    warehouse.suspended = true;
  } else if (cursor.takes("RESUME")) {
    cursor.takes("IF", "SUSPENDED");
    operates();
    warehouse.suspended = false;
  } else {
    cursor.expect("SET");
    catalog.demand(role, "MODIFY", "WAREHOUSE", written(name));
    setWarehouse(warehouse, properties(cursor));
  }
  cursor.end();
  return status("Statement executed successfully.");
}

/** A column with what follows its type; `primary` when it says PRIMARY KEY. */
function columnDefinition(cursor: Cursor, physicalName: string): { column: TableColumn; primary: boolean } {
  const name = cursor.name();
  const type = cursor.type();
  if (type.kind === "BINARY" || type.kind === "TIMESTAMP_TZ") {
    throw unsupported(`Column of type ${typeName(type)}`);
  }
  const column: TableColumn = {
    name,
    type,
    nullable: true,
    default: null,
    comment: null,
    physical: physicalName,
  };
  let primary = false;
  while (true) {
    if (cursor.takes("NOT", "NULL")) column.nullable = false;
    else if (cursor.takes("NULL")) column.nullable = true;
    else if (cursor.takes("PRIMARY", "KEY")) {
      primary = true;
      column.nullable = false;
    } else if (cursor.takes("UNIQUE")) continue;
    else if (cursor.takes("COMMENT")) {
      cursor.takes("=");
      column.comment = cursor.string();
    } else if (cursor.takes("DEFAULT")) {
      const from = cursor.token;
      parseExpression(cursor);
      column.default = cursor.written(from);
    } else return { column, primary };
  }
}

async function createTable(cursor: Cursor, admin: Admin): Promise<SqlResult> {
  const { catalog, session: { context }, storage, nowMs } = admin;
  const optional = ifNotExists(cursor);
  const path = catalog.qualify(cursor.path(), context);
  const columns: TableColumn[] = [];
  let primaryKey: string[] = [];
  cursor.expect("(");
  do {
    if (cursor.takes("CONSTRAINT")) cursor.name();
    if (cursor.takes("PRIMARY", "KEY")) primaryKey = cursor.names();
    else if (cursor.takes("UNIQUE")) cursor.names();
    else {
      const { column, primary } = columnDefinition(cursor, `c${columns.length}`);
      if (columns.some(({ name }) => name === column.name)) throw alreadyExists(column.name);
      columns.push(column);
      if (primary) primaryKey = [column.name];
    }
  } while (cursor.takes(","));
  cursor.expect(")");
  if (cursor.takes("CLUSTER", "BY", "(")) {
    cursor.list(() => parseExpression(cursor));
    cursor.expect(")");
  }
  const { COMMENT } = properties(cursor);
  cursor.end();
  const name = path[2];
  const full = written(...path);
  const { schema } = catalog.schema(path.slice(0, 2), context);
  catalog.demand(context.role, "CREATE TABLE", "SCHEMA", written(path[0], path[1]));
  if (!catalog.isNew(schema.tables, name, optional, full)) return exists(name);
  for (const column of columns) if (primaryKey.includes(column.name)) column.nullable = false;
  const table: Table = {
    id: catalog.data.nextId++,
    name,
    owner: context.role,
    comment: COMMENT ?? null,
    createdMs: nowMs,
    columns,
    primaryKey,
  };
  const definitions = columns.map(({ physical, type }) => `${physical} ${duckType(type)}`).join(", ");
  await storage.run(
    `CREATE TABLE ${physical(table)} (${definitions}, _row BIGINT, _xin BIGINT, _xout BIGINT)`,
  );
  schema.tables[name] = table;
  catalog.applyFuture("TABLE", path);
  return status(`Table ${name} successfully created.`);
}

async function alterTable(cursor: Cursor, admin: Admin): Promise<SqlResult> {
  const { catalog, session: { context }, storage } = admin;
  cursor.expect("ALTER", "TABLE");
  const optional = ifExists(cursor);
  const path = catalog.qualify(cursor.path(), context);
  if (optional && !catalog.data.databases[path[0]]?.schemas[path[1]]?.tables[path[2]]) {
    return status("Statement executed successfully.");
  }
  const { table, name } = catalog.table(path, context);
  catalog.demand(context.role, "OWNERSHIP", "TABLE", name);
  await admin.lock(table, name);
  const done = status("Statement executed successfully.");
  if (cursor.takes("ADD")) {
    cursor.takes("COLUMN");
    const columnOptional = ifNotExists(cursor);
    const next = 1 + Math.max(-1, ...table.columns.map(({ physical }) => Number(physical.slice(1))));
    const { column } = columnDefinition(cursor, `c${next}`);
    cursor.end();
    if (column.default !== null && columnOptional) throw unsupported("ADD COLUMN IF NOT EXISTS with DEFAULT");
    if (column.default !== null) throw unsupported("ADD COLUMN with DEFAULT");
    if (table.columns.some(({ name }) => name === column.name)) {
      if (columnOptional) return done;
      throw alreadyExists(column.name);
    }
    if (!column.nullable && await storage.number(`SELECT count(*) FROM ${physical(table)}`) > 0) {
      throw unsupported("ADD COLUMN … NOT NULL to a table that has rows");
    }
    await storage.run(
      `ALTER TABLE ${physical(table)} ADD COLUMN ${column.physical} ${duckType(column.type)}`,
    );
    // Rows are written by place.
    await reorder(table, column, admin);
    return done;
  }
  if (cursor.takes("RENAME", "COLUMN")) {
    const column = columnOf(table, cursor.name());
    cursor.expect("TO");
    const to = cursor.name();
    cursor.end();
    if (table.columns.some(({ name }) => name === to)) throw alreadyExists(to);
    column.name = to;
    return done;
  }
  if (cursor.takes("DROP")) {
    cursor.takes("COLUMN");
    const columnOptional = ifExists(cursor);
    const dropped = cursor.name();
    cursor.end();
    if (columnOptional && !table.columns.some(({ name }) => name === dropped)) return done;
    const column = columnOf(table, dropped);
    await storage.run(`ALTER TABLE ${physical(table)} DROP COLUMN ${column.physical}`);
    table.columns = table.columns.filter((one) => one !== column);
    return done;
  }
  if (cursor.takes("ALTER") || cursor.takes("MODIFY")) {
    cursor.takes("COLUMN");
    await alterColumn(cursor, columnOf(table, cursor.name()), table, admin);
    return done;
  }
  cursor.expect("SET");
  const given = properties(cursor);
  cursor.end();
  for (const [property, value] of Object.entries(given)) {
    if (property === "COMMENT") table.comment = value;
    else if (property !== "ENABLE_SCHEMA_EVOLUTION") throw unsupported(`Table property ${property}`);
  }
  return done;
}

function columnOf(table: Table, name: string): TableColumn {
  const column = table.columns.find((column) => column.name === name);
  if (!column) throw invalidIdentifier(name);
  return column;
}

/** DuckDB adds a column at the end, after those that hold the versions. */
async function reorder(table: Table, added: TableColumn, { storage }: Admin): Promise<void> {
  table.columns.push(added);
  const columns = [...table.columns.map(({ physical }) => physical), "_row", "_xin", "_xout"].join(", ");
  const name = physical(table);
  await storage.run(`CREATE TABLE ${name}_new AS SELECT ${columns} FROM ${name}`);
  await storage.run(`DROP TABLE ${name}`);
  await storage.run(`ALTER TABLE ${name}_new RENAME TO ${name}`);
}

async function alterColumn(
  cursor: Cursor,
  column: TableColumn,
  table: Table,
  { storage }: Admin,
): Promise<void> {
  if (cursor.takes("DROP", "NOT", "NULL")) {
    cursor.end();
    column.nullable = true;
  } else if (cursor.takes("SET", "NOT", "NULL")) {
    cursor.end();
    await storage.rows(
      `SELECT CAST(${checked(column.physical, { ...column, nullable: false })} AS VARCHAR) FROM ${
        physical(table)
      }`,
    );
    column.nullable = false;
  } else if (cursor.takes("SET", "DATA", "TYPE") || cursor.takes("TYPE")) {
    const type = cursor.type();
    cursor.end();
    const { precision, scale, length } = column.type;
    const widens = type.kind === column.type.kind &&
      (type.kind === "TEXT"
        ? type.length! >= length!
        : type.kind === "FIXED" && type.scale === scale && type.precision! >= precision!);
    if (!widens) {
      throw unsupported(`Change of column ${column.name} from ${typeName(column.type)} to ${typeName(type)}`);
    }
    await storage.run(
      `ALTER TABLE ${physical(table)} ALTER COLUMN ${column.physical} SET DATA TYPE ${duckType(type)}`,
    );
    column.type = type;
  } else {
    cursor.takes("SET");
    cursor.expect("COMMENT");
    cursor.takes("=");
    column.comment = cursor.string();
    cursor.end();
  }
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

async function dropTables(database: Database, schemas: string[], admin: Admin): Promise<void> {
  for (const schema of schemas) {
    for (const table of Object.values(database.schemas[schema].tables)) {
      await dropTable(table, written(database.name, schema, table.name), admin);
    }
  }
}

async function dropTable(table: Table, name: string, { storage, versions, lock }: Admin): Promise<void> {
  await lock(table, name);
  await storage.run(`DROP TABLE ${physical(table)}`);
  versions.dropped(table.id);
}

async function truncate(
  cursor: Cursor,
  { catalog, session: { context }, storage, versions, lock }: Admin,
): Promise<SqlResult> {
  cursor.takes("TABLE");
  const optional = ifExists(cursor);
  const path = catalog.qualify(cursor.path(), context);
  cursor.end();
  const done = status("Statement executed successfully.");
  if (optional && !catalog.data.databases[path[0]]?.schemas[path[1]]?.tables[path[2]]) return done;
  const { table, name } = catalog.table(path, context);
  if (
    !catalog.may(context.role, "TRUNCATE", "TABLE", name) &&
    !catalog.may(context.role, "DELETE", "TABLE", name)
  ) {
    throw insufficientPrivileges("table", table.name);
  }
  await lock(table, name);
  await storage.run(`DELETE FROM ${physical(table)} WHERE ${visible(versions.snapshot(null))}`);
  return done;
}
