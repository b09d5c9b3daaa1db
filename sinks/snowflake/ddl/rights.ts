/**
 * What each role may do: no more than what it does.
 *
 * @module
 */
import {
  ACTIVITY_RECORDS,
  DATABASE,
  fullName,
  OFFSETS,
  SCHEMA_HISTORY,
  type Table,
  USER_ACTIVITY_PROCESSED,
} from "../tables.ts";

/** One privilege on one object, as `SHOW GRANTS` lists them. */
export interface Right {
  privilege: string;
  kind: "WAREHOUSE" | "DATABASE" | "SCHEMA" | "TABLE";
  /** Fully qualified. */
  object: string;
}

export const grant = ({ privilege, kind, object }: Right, role: string): string =>
  `GRANT ${privilege} ON ${kind} ${object} TO ROLE ${role}`;

/** The same on several objects or of several privileges in as few statements as there are objects. */
export function grantAll(rights: Right[], role: string): string[] {
  return [...Map.groupBy(rights, ({ object }) => object).values()].map((same) =>
    grant({ ...same[0], privilege: same.map(({ privilege }) => privilege).join(", ") }, role)
  );
}

/** What `statements.ts` needs. A warehouse that may be used may also be woken by a statement. */
export const loaderRights = (warehouse: string): Right[] => [
  ...toReach(warehouse, [ACTIVITY_RECORDS, USER_ACTIVITY_PROCESSED, OFFSETS, SCHEMA_HISTORY]),
  ...onTable(ACTIVITY_RECORDS, ["INSERT"]),
  ...onTable(USER_ACTIVITY_PROCESSED, ["INSERT"]),
  ...onTable(OFFSETS, ["SELECT", "INSERT", "UPDATE"]),
  ...onTable(SCHEMA_HISTORY, ["SELECT"]),
];

/** What the dashboards need. */
export const readerRights = (warehouse: string): Right[] => [
  ...toReach(warehouse, [ACTIVITY_RECORDS, USER_ACTIVITY_PROCESSED]),
  ...onTable(ACTIVITY_RECORDS, ["SELECT"]),
  ...onTable(USER_ACTIVITY_PROCESSED, ["SELECT"]),
];

function toReach(warehouse: string, tables: Table[]): Right[] {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  return [
    { privilege: "USAGE", kind: "WAREHOUSE", object: warehouse },
    { privilege: "USAGE", kind: "DATABASE", object: DATABASE },
    ...schemas.map((schema): Right => ({
      privilege: "USAGE",
      kind: "SCHEMA",
      object: `${DATABASE}.${schema}`,
    })),
  ];
}

function onTable(table: Table, privileges: string[]): Right[] {
  return privileges.map((privilege) => ({ privilege, kind: "TABLE", object: fullName(table) }));
}
