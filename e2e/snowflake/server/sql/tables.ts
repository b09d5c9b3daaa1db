/**
 * CREATE, ALTER, DROP and TRUNCATE of tables.
 *
 * Simplifications: no clones, no CREATE TABLE … AS SELECT, no change of a column's type but to a wider one; retention and clustering
 * are read and forgotten.
 *
 * @module
 */
import { type Admin, exists, ifExists, ifNotExists, properties, status } from "./admin.ts";
import { type Database, type Table, type TableColumn, written } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { duckType, typeName } from "./data_types.ts";
import { alreadyExists, insufficientPrivileges, invalidIdentifier, unsupported } from "./errors.ts";
import { parseExpression } from "./parse_expression.ts";
import { checked } from "./store.ts";
import type { SqlResult } from "./types.ts";
import { physical, visible } from "./versions.ts";

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

export async function createTable(cursor: Cursor, admin: Admin): Promise<SqlResult> {
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

export async function alterTable(cursor: Cursor, admin: Admin): Promise<SqlResult> {
  const { catalog, session: { context } } = admin;
  const done = status("Statement executed successfully.");
  cursor.expect("ALTER", "TABLE");
  const optional = ifExists(cursor);
  const path = catalog.qualify(cursor.path(), context);
  if (optional && !catalog.data.databases[path[0]]?.schemas[path[1]]?.tables[path[2]]) return done;
  const { table, name } = catalog.table(path, context, "OWNERSHIP");
  await admin.lock(table, name);
  if (cursor.takes("ADD")) await addColumn(cursor, table, admin);
  else if (cursor.takes("DROP")) await dropColumn(cursor, table, admin);
  else if (cursor.takes("RENAME", "COLUMN")) renameColumn(cursor, table);
  else if (cursor.takes("ALTER") || cursor.takes("MODIFY")) {
    cursor.takes("COLUMN");
    await alterColumn(cursor, columnOf(table, cursor.name()), table, admin);
  } else {
    cursor.expect("SET");
    setProperties(table, properties(cursor));
    cursor.end();
  }
  return done;
}

async function addColumn(cursor: Cursor, table: Table, admin: Admin): Promise<void> {
  const { storage } = admin;
  cursor.takes("COLUMN");
  const optional = ifNotExists(cursor);
  const next = 1 + Math.max(-1, ...table.columns.map(({ physical }) => Number(physical.slice(1))));
  const { column } = columnDefinition(cursor, `c${next}`);
  cursor.end();
  // Snowflake takes one without IF NOT EXISTS, which nothing here needs.
  if (column.default !== null) throw unsupported("ADD COLUMN with DEFAULT");
  if (table.columns.some(({ name }) => name === column.name)) {
    if (optional) return;
    throw alreadyExists(column.name);
  }
  if (!column.nullable && await storage.number(`SELECT count(*) FROM ${physical(table)}`) > 0) {
    throw unsupported("ADD COLUMN … NOT NULL to a table that has rows");
  }
  await storage.run(
    `ALTER TABLE ${physical(table)} ADD COLUMN ${column.physical} ${duckType(column.type)}`,
  );
  table.columns.push(column);
  await reorder(table, admin);
}

async function dropColumn(cursor: Cursor, table: Table, { storage }: Admin): Promise<void> {
  cursor.takes("COLUMN");
  const optional = ifExists(cursor);
  const name = cursor.name();
  cursor.end();
  if (optional && !table.columns.some((column) => column.name === name)) return;
  const column = columnOf(table, name);
  await storage.run(`ALTER TABLE ${physical(table)} DROP COLUMN ${column.physical}`);
  table.columns = table.columns.filter((one) => one !== column);
}

function renameColumn(cursor: Cursor, table: Table): void {
  const column = columnOf(table, cursor.name());
  cursor.expect("TO");
  const to = cursor.name();
  cursor.end();
  if (table.columns.some(({ name }) => name === to)) throw alreadyExists(to);
  column.name = to;
}

function setProperties(table: Table, given: Record<string, string>): void {
  for (const [property, value] of Object.entries(given)) {
    if (property === "COMMENT") table.comment = value;
    else if (property !== "ENABLE_SCHEMA_EVOLUTION") throw unsupported(`Table property ${property}`);
  }
}

function columnOf(table: Table, name: string): TableColumn {
  const column = table.columns.find((column) => column.name === name);
  if (!column) throw invalidIdentifier(name);
  return column;
}

/** DuckDB adds a column at the end, after those that hold the versions; rows are written by place. */
async function reorder(table: Table, { storage }: Admin): Promise<void> {
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

export async function dropTables(database: Database, schemas: string[], admin: Admin): Promise<void> {
  for (const schema of schemas) {
    for (const table of Object.values(database.schemas[schema].tables)) {
      await dropTable(table, written(database.name, schema, table.name), admin);
    }
  }
}

export async function dropTable(
  table: Table,
  name: string,
  { storage, versions, lock }: Admin,
): Promise<void> {
  await lock(table, name);
  await storage.run(`DROP TABLE ${physical(table)}`);
  versions.dropped(table.id);
}

export async function truncate(
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
