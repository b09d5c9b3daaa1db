/**
 * DATABASE.INFORMATION_SCHEMA: TABLES, COLUMNS and SCHEMATA, as the role sees them.
 *
 * @module
 */
import type { Admin, SessionState } from "./admin.ts";
import { type Catalog, written } from "./catalog.ts";
import { type DataType, fixed, LTZ, text } from "./data_types.ts";
import { notFound } from "./errors.ts";
import type { ReadableTable } from "./scope.ts";
import { visibleTables } from "./visible_tables.ts";
import { quote } from "./typed.ts";

type Value = string | number | null;

interface View {
  columns: [name: string, type: DataType][];
  rows(admin: Pick<Admin, "catalog" | "session">, database: string): Value[][];
}

const NUMBER = fixed(9, 0);
/** Of a millisecond time. */
const CREATED: [string, DataType] = ["CREATED", LTZ];

/** Names of types as COLUMNS.DATA_TYPE has them. */
const DATA_TYPE: Partial<Record<DataType["kind"], string>> = { FIXED: "NUMBER", REAL: "FLOAT", TEXT: "TEXT" };

const VIEWS: Record<string, View> = {
  TABLES: {
    columns: [
      ["TABLE_CATALOG", text()],
      ["TABLE_SCHEMA", text()],
      ["TABLE_NAME", text()],
      ["TABLE_OWNER", text()],
      ["TABLE_TYPE", text()],
      ["COMMENT", text()],
      CREATED,
    ],
    rows: (admin, database) =>
      visibleTables(admin, { kind: "DATABASE", path: [database] }).map(({ schema, table }) => [
        database,
        schema,
        table.name,
        table.owner,
        "BASE TABLE",
        table.comment,
        table.createdMs,
      ]),
  },
  COLUMNS: {
    columns: [
      ["TABLE_CATALOG", text()],
      ["TABLE_SCHEMA", text()],
      ["TABLE_NAME", text()],
      ["COLUMN_NAME", text()],
      ["ORDINAL_POSITION", NUMBER],
      ["COLUMN_DEFAULT", text()],
      ["IS_NULLABLE", text()],
      ["DATA_TYPE", text()],
      ["CHARACTER_MAXIMUM_LENGTH", NUMBER],
      ["NUMERIC_PRECISION", NUMBER],
      ["NUMERIC_SCALE", NUMBER],
      ["DATETIME_PRECISION", NUMBER],
      ["COMMENT", text()],
    ],
    rows: (admin, database) =>
      visibleTables(admin, { kind: "DATABASE", path: [database] }).flatMap(({ schema, table }) =>
        table.columns.map(({ name, type, nullable, default: value, comment }, i): Value[] => [
          database,
          schema,
          table.name,
          name,
          i + 1,
          value,
          nullable ? "YES" : "NO",
          DATA_TYPE[type.kind] ?? type.kind,
          type.length,
          type.kind === "FIXED" ? type.precision : null,
          type.kind === "FIXED" ? type.scale : null,
          type.kind.startsWith("TIME") ? type.scale : null,
          comment,
        ])
      ),
  },
  SCHEMATA: {
    columns: [["CATALOG_NAME", text()], ["SCHEMA_NAME", text()], ["SCHEMA_OWNER", text()], CREATED],
    rows: ({ catalog, session: { context } }, database) =>
      Object.values(catalog.data.databases[database].schemas)
        .filter(({ name }) => catalog.sees(context.role, "SCHEMA", written(database, name)))
        .map(({ name, owner, createdMs }) => [database, name, owner, createdMs]),
  },
};

export function informationSchema(
  database: string,
  name: string,
  catalog: Catalog,
  session: SessionState,
): ReadableTable {
  const { name: found } = catalog.database(database, session.context);
  catalog.demandUsage(session.context, found);
  const view = Object.hasOwn(VIEWS, name) ? VIEWS[name] : null;
  if (!view) throw notFound("Object", written(database, "INFORMATION_SCHEMA", name));
  const { columns } = view;
  return {
    columns: columns.map(([name, type], i) => ({ name, type, nullable: true, physical: `c${i}` })),
    render: () => {
      const rows = view.rows({ catalog, session }, database).map((row) =>
        `(${row.map((value, i) => literal(value, columns[i][1])).join(", ")})`
      );
      const names = columns.map((_, i) => `c${i}`).join(", ");
      const none = `(${columns.map(([, type]) => literal(null, type)).join(", ")})`;
      const values = `(VALUES ${rows.length === 0 ? none : rows.join(", ")}) v(${names})`;
      return `(SELECT ${names} FROM ${values}${rows.length === 0 ? " WHERE FALSE" : ""})`;
    },
  };
}

function literal(value: Value, { kind }: DataType): string {
  if (kind === "TIMESTAMP_LTZ") return `make_timestamp(${Number(value) * 1000})`;
  if (kind === "FIXED") {
    return value === null ? "CAST(NULL AS DECIMAL(9,0))" : `CAST(${value} AS DECIMAL(9,0))`;
  }
  return value === null ? "CAST(NULL AS VARCHAR)" : quote(String(value));
}
