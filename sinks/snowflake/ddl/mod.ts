/**
 * Everything that Snowflake has to have before anything is loaded, as SQL.
 *
 * @module
 */
import { createWarehouse, quote } from "./objects.ts";
import { migrate, MIGRATIONS } from "./migrations.ts";
import { ACCESS_ADMIN, LOADER, type Loader, OBJECT_ADMIN, READER } from "./names.ts";
import { grantAll, loaderRights, readerRights } from "./rights.ts";

export interface DdlOptions {
  /** Other names than the usual ones. */
  loader?: Loader;
  /** Public key of the loader's user: base64 of the SPKI, without armour. Without it a key that is set stays. */
  publicKey?: string;
  /** The same of the dashboards' user. */
  readerPublicKey?: string;
}

/** Statements that belong together. */
export interface Section {
  /** What they are for, one line. */
  title: string;
  statements: string[];
}

/**
 * All statements in order, without semicolons. They can be run again at any time: what is there stays, what is missing is added.
 *
 * ```ts
 * import { ddl } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(ddl()[0], "USE ROLE SYSADMIN");
 * ```
 */
export const ddl = (options: DdlOptions = {}): string[] =>
  ddlSections(options).flatMap(({ statements }) => statements);

/** The same with what each part is for. */
export function ddlSections({ loader = LOADER, publicKey, readerPublicKey }: DdlOptions = {}): Section[] {
  const { user, role, warehouse } = loader;
  return [
    {
      title: `Warehouse, asleep when nobody uses it: ${OBJECT_ADMIN} owns it, the database and the tables`,
      statements: [`USE ROLE ${OBJECT_ADMIN}`, createWarehouse(warehouse), `USE WAREHOUSE ${warehouse}`],
    },
    {
      title: "Database, schemas, tables and the version of the tables",
      statements: migrate(MIGRATIONS),
    },
    {
      title: `Roles: ${role} loads, ${READER} reads for the dashboards`,
      statements: [
        `USE ROLE ${ACCESS_ADMIN}`,
        ...createRole(role, "Loads activity records"),
        ...createRole(READER, "Reads activity records"),
      ],
    },
    {
      title: "Their users, which log in by key and have no password",
      statements: [
        ...createUser({ user, role, warehouse, publicKey, comment: "Loads activity records" }),
        ...createUser({
          user: READER,
          role: READER,
          warehouse,
          publicKey: readerPublicKey,
          comment: "Reads activity records",
        }),
      ],
    },
    {
      title: "What each role may do",
      statements: [
        `USE ROLE ${OBJECT_ADMIN}`,
        ...grantAll(loaderRights(warehouse), role),
        ...grantAll(readerRights(warehouse), READER),
      ],
    },
  ];
}

/** By the recommendation that every role of one's own leads up to the administrator of objects. */
export function createRole(role: string, comment: string): string[] {
  return [
    `CREATE ROLE IF NOT EXISTS ${role} COMMENT = ${quote(comment)}`,
    `GRANT ROLE ${role} TO ROLE ${OBJECT_ADMIN}`,
  ];
}

/** @param user.publicKey without one a key that is set stays */
export function createUser({ user, role, warehouse, publicKey, comment }: {
  user: string;
  role: string;
  warehouse: string;
  publicKey: string | undefined;
  comment: string;
}): string[] {
  return [
    `CREATE USER IF NOT EXISTS ${user} TYPE = SERVICE DEFAULT_ROLE = ${role} DEFAULT_WAREHOUSE = ${warehouse} ` +
    `COMMENT = ${quote(comment)}`,
    ...(publicKey === undefined ? [] : [setPublicKey(user, publicKey)]),
    `GRANT ROLE ${role} TO USER ${user}`,
  ];
}

/** Also the way to a new key. */
const setPublicKey = (user: string, publicKey: string): string =>
  `ALTER USER ${user} SET RSA_PUBLIC_KEY = ${quote(publicKey)}`;
