/**
 * What an account has: databases, warehouses, roles, users, and who may do what with them. Kept as one JSON document, since a test's
 * account is small.
 *
 * Simplifications: no secondary roles, no managed access, no grant option, PUBLIC has no rights of its own.
 *
 * @module
 */
import type { DataType } from "./data_types.ts";
import {
  alreadyExists,
  insufficientPrivileges,
  noCurrentDatabase,
  noCurrentSchema,
  notFound,
} from "./errors.ts";
import type { SessionContext, SqlUser } from "./types.ts";

export interface TableColumn {
  name: string;
  type: DataType;
  nullable: boolean;
  /** SQL of the default. */
  default: string | null;
  comment: string | null;
  /** Name in DuckDB. */
  physical: string;
}

interface Owned {
  name: string;
  owner: string;
  comment: string | null;
  createdMs: number;
}

export interface Table extends Owned {
  /** The table in DuckDB is `t<id>`. */
  id: number;
  columns: TableColumn[];
  primaryKey: string[];
}

export interface Schema extends Owned {
  tables: Record<string, Table>;
}

export interface Database extends Owned {
  schemas: Record<string, Schema>;
}

export interface Warehouse extends Owned {
  size: string;
  /** 0: never. */
  autoSuspendS: number;
  autoResume: boolean;
  suspended: boolean;
}

export type Role = Owned;

export interface User extends Owned {
  /** As CREATE and ALTER USER set them, by upper-case name. */
  properties: Record<string, string>;
}

export type ObjectKind = "ACCOUNT" | "WAREHOUSE" | "DATABASE" | "SCHEMA" | "TABLE" | "ROLE" | "USER";

export interface Grant {
  privilege: string;
  kind: ObjectKind;
  /** Fully qualified; the account's name for ACCOUNT. */
  object: string;
  role: string;
  grantedBy: string;
  createdMs: number;
}

/** On what will be created in a schema or database. */
export interface FutureGrant extends Omit<Grant, "object"> {
  inside: string;
}

export interface RoleGrant {
  role: string;
  to: "ROLE" | "USER";
  grantee: string;
  grantedBy: string;
  createdMs: number;
}

export interface CatalogData {
  nextId: number;
  databases: Record<string, Database>;
  warehouses: Record<string, Warehouse>;
  roles: Record<string, Role>;
  users: Record<string, User>;
  grants: Grant[];
  futureGrants: FutureGrant[];
  roleGrants: RoleGrant[];
}

/** A name as it is written: quoted unless it is what an unquoted one becomes. */
export const written = (...path: string[]): string =>
  path.map((part) => (/^[A-Z_][A-Z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`)).join(".");

/** Each system role and those above it that have its rights. Source: Snowflake, "Overview of access control". */
const SYSTEM_ROLES: Record<string, string | null> = {
  ACCOUNTADMIN: null,
  SECURITYADMIN: "ACCOUNTADMIN",
  SYSADMIN: "ACCOUNTADMIN",
  USERADMIN: "SECURITYADMIN",
  PUBLIC: null,
};

/** What the system roles may do with the account. */
const ACCOUNT_PRIVILEGES: [string, string[]][] = [
  ["SYSADMIN", ["CREATE DATABASE", "CREATE WAREHOUSE"]],
  ["USERADMIN", ["CREATE USER", "CREATE ROLE"]],
  ["SECURITYADMIN", ["MANAGE GRANTS"]],
];

/** User of `openEngine`: has every system role. */
export const ADMIN = "ADMIN";

export function newCatalog(account: string, nowMs: number): CatalogData {
  const owned = (name: string, owner: string): Owned => ({ name, owner, comment: null, createdMs: nowMs });
  const granted = { grantedBy: "", createdMs: nowMs };
  return {
    nextId: 1,
    databases: {},
    warehouses: {},
    roles: Object.fromEntries(Object.keys(SYSTEM_ROLES).map((name) => [name, owned(name, "")])),
    users: {
      [ADMIN]: { ...owned(ADMIN, "ACCOUNTADMIN"), properties: { DEFAULT_ROLE: "ACCOUNTADMIN" } },
    },
    grants: ACCOUNT_PRIVILEGES.flatMap(([role, privileges]) =>
      privileges.map((privilege): Grant => ({
        privilege,
        kind: "ACCOUNT",
        object: account,
        role,
        ...granted,
      }))
    ),
    futureGrants: [],
    roleGrants: [
      ...Object.entries(SYSTEM_ROLES).flatMap(([role, above]): RoleGrant[] =>
        above === null ? [] : [{ role, to: "ROLE", grantee: above, ...granted }]
      ),
      { role: "ACCOUNTADMIN", to: "USER", grantee: ADMIN, ...granted },
    ],
  };
}

/** A table and where it stands. */
export interface FoundTable {
  database: Database;
  schema: Schema;
  table: Table;
  /** Fully qualified. */
  name: string;
}

export class Catalog {
  constructor(readonly data: CatalogData, readonly account: string) {}

  user(name: string): SqlUser | null {
    const user = this.data.users[name];
    if (!user) return null;
    const { properties } = user;
    return {
      name,
      rsaPublicKey: properties.RSA_PUBLIC_KEY ?? null,
      rsaPublicKey2: properties.RSA_PUBLIC_KEY_2 ?? null,
      password: properties.PASSWORD ?? null,
      disabled: properties.DISABLED === "TRUE",
      defaultRole: properties.DEFAULT_ROLE ?? null,
      defaultWarehouse: properties.DEFAULT_WAREHOUSE ?? null,
      defaultNamespace: properties.DEFAULT_NAMESPACE ?? null,
    };
  }

  /** The role and all whose rights it has. */
  closure(role: string): Set<string> {
    const roles = new Set([role, "PUBLIC"]);
    // Roles that are added meanwhile are visited too.
    for (const one of roles) {
      for (const { role, to, grantee } of this.data.roleGrants) {
        if (to === "ROLE" && grantee === one) roles.add(role);
      }
    }
    return roles;
  }

  hasRole(user: string, role: string): boolean {
    if (!(role in this.data.roles)) return false;
    return role === "PUBLIC" ||
      this.data.roleGrants.some((grant) =>
        grant.to === "USER" && grant.grantee === user && this.closure(grant.role).has(role)
      );
  }

  /** Everything that has an owner, by kind and written name. */
  *owned(): Iterable<Owned & { kind: ObjectKind; object: Owned }> {
    const { databases, warehouses, roles, users } = this.data;
    const of = (kind: ObjectKind, object: Owned, ...path: string[]) => ({
      ...object,
      kind,
      name: written(...path, object.name),
      object,
    });
    for (const one of Object.values(warehouses)) yield of("WAREHOUSE", one);
    for (const one of Object.values(roles)) yield of("ROLE", one);
    for (const one of Object.values(users)) yield of("USER", one);
    for (const database of Object.values(databases)) {
      yield of("DATABASE", database);
      for (const schema of Object.values(database.schemas)) {
        yield of("SCHEMA", schema, database.name);
        for (const table of Object.values(schema.tables)) {
          yield of("TABLE", table, database.name, schema.name);
        }
      }
    }
  }

  owner(kind: ObjectKind, name: string): string | null {
    for (const one of this.owned()) if (one.kind === kind && one.name === name) return one.owner;
    return null;
  }

  setOwner(kind: ObjectKind, name: string, role: string): void {
    for (const one of this.owned()) if (one.kind === kind && one.name === name) one.object.owner = role;
  }

  may(role: string, privilege: string, kind: ObjectKind, object: string): boolean {
    const roles = this.closure(role);
    const owner = this.owner(kind, object);
    if (owner !== null && roles.has(owner)) return true;
    return this.data.grants.some((grant) =>
      grant.kind === kind && grant.object === object && roles.has(grant.role) &&
      (grant.privilege === privilege || grant.privilege === "ALL" || grant.privilege === "OWNERSHIP")
    );
  }

  /** Whether the role has any right on it: without one it does not learn that the object exists. */
  sees(role: string, kind: ObjectKind, object: string): boolean {
    const roles = this.closure(role);
    const owner = this.owner(kind, object);
    if (owner !== null && (roles.has(owner) || this.may(role, "MANAGE GRANTS", "ACCOUNT", this.account))) {
      return true;
    }
    return this.data.grants.some((grant) =>
      grant.kind === kind && grant.object === object && roles.has(grant.role)
    );
  }

  /** @throws SqlError 003001 */
  demand(role: string, privilege: string, kind: ObjectKind, object: string): void {
    if (!this.may(role, privilege, kind, object)) {
      throw insufficientPrivileges(kind.toLowerCase(), object.split(".").at(-1)!);
    }
  }

  /** The owner may, and for all but users who manages grants. @throws SqlError 003001 */
  demandOwner(role: string, kind: ObjectKind, name: string): void {
    if (kind !== "USER" && this.may(role, "MANAGE GRANTS", "ACCOUNT", this.account)) return;
    this.demand(role, "OWNERSHIP", kind, name);
  }

  database(name: string, { role }: SessionContext): Database {
    const database = this.data.databases[name];
    if (!database || !this.sees(role, "DATABASE", written(name))) throw notFound("Database", written(name));
    return database;
  }

  /** A schema by `schema` or `database.schema`. */
  schema(path: string[], context: SessionContext): { database: Database; schema: Schema } {
    const databaseName = path.length > 1 ? path[0] : context.database;
    if (databaseName === null) throw noCurrentDatabase();
    const database = this.database(databaseName, context);
    const name = path.at(-1)!;
    const schema = database.schemas[name];
    const full = written(databaseName, name);
    this.demandUsage(context, databaseName);
    if (!schema || !this.sees(context.role, "SCHEMA", full)) throw notFound("Schema", full);
    return { database, schema };
  }

  /** USAGE on what holds an object; hidden without it. */
  demandUsage({ role }: SessionContext, ...path: string[]): void {
    const [kind, word] = path.length === 1
      ? ["DATABASE", "Database"] as const
      : ["SCHEMA", "Schema"] as const;
    if (!this.may(role, "USAGE", kind, written(...path))) throw notFound(word, written(...path));
  }

  /** `table` with what the session has chosen before it. */
  qualify(path: string[], context: SessionContext): string[] {
    if (path.length === 3) return path;
    if (context.database === null) throw noCurrentDatabase();
    if (path.length === 2) return [context.database, ...path];
    if (context.schema === null) throw noCurrentSchema();
    return [context.database, context.schema, ...path];
  }

  /** @throws SqlError 002003 when it is not there or the role has no right on it, 003001 when it has another right */
  table(path: string[], context: SessionContext, ...privileges: string[]): FoundTable {
    const full = this.qualify(path, context);
    const name = written(...full);
    const { database, schema } = this.schema(full.slice(0, 2), context);
    this.demandUsage(context, full[0], full[1]);
    const table = schema.tables[full[2]];
    if (!table || !this.sees(context.role, "TABLE", name)) throw notFound("Object", name);
    for (const privilege of privileges) this.demand(context.role, privilege, "TABLE", name);
    return { database, schema, table, name };
  }

  /** Gives new tables what FUTURE grants promise. */
  applyFuture(kind: ObjectKind, path: string[]): void {
    const inside = [written(...path.slice(0, -1)), written(path[0])];
    for (const { inside: where, ...grant } of this.data.futureGrants) {
      if (grant.kind === kind && inside.includes(where)) this.grant({ ...grant, object: written(...path) });
    }
  }

  grant(grant: Grant): void {
    const same = this.data.grants.some((one) =>
      one.privilege === grant.privilege && one.kind === grant.kind && one.object === grant.object &&
      one.role === grant.role
    );
    if (!same) this.data.grants.push(grant);
  }

  /** Rights end with the object. */
  forget(kind: ObjectKind, object: string): void {
    this.data.grants = this.data.grants.filter((grant) =>
      !(grant.kind === kind && grant.object === object) && !grant.object.startsWith(`${object}.`)
    );
  }

  /** @returns false when it exists and that is fine; @throws SqlError when it exists and is not */
  isNew(container: Record<string, unknown>, name: string, ifNotExists: boolean, full: string): boolean {
    if (!Object.hasOwn(container, name)) return true;
    if (ifNotExists) return false;
    throw alreadyExists(full);
  }
}
