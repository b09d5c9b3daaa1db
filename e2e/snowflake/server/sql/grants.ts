/**
 * GRANT and REVOKE.
 *
 * @module
 */
import { type Admin, status } from "./admin.ts";
import { type ObjectKind, type RoleGrant, written } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { cannotBePerformed, notFound, unsupported } from "./errors.ts";
import { type SessionContext, SqlError, type SqlResult } from "./types.ts";

/** Privileges that can be granted, by kind of object; ALL is all but OWNERSHIP. */
const PRIVILEGES: Partial<Record<ObjectKind, string[]>> = {
  ACCOUNT: ["CREATE DATABASE", "CREATE WAREHOUSE", "CREATE ROLE", "CREATE USER", "MANAGE GRANTS"],
  WAREHOUSE: ["USAGE", "OPERATE", "MONITOR", "MODIFY", "OWNERSHIP"],
  DATABASE: ["USAGE", "MONITOR", "MODIFY", "CREATE SCHEMA", "OWNERSHIP"],
  SCHEMA: [
    "USAGE",
    "MONITOR",
    "MODIFY",
    "CREATE TABLE",
    "CREATE STAGE",
    "CREATE PIPE",
    "CREATE VIEW",
    "OWNERSHIP",
  ],
  TABLE: ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "EVOLVE SCHEMA", "OWNERSHIP"],
};

/** What a GRANT or REVOKE is about. */
interface Rights {
  privileges: string[];
  kind: ObjectKind;
  /** Fully qualified names. */
  objects: string[];
  /** FUTURE: where the objects will be. */
  inside: string | null;
}

function rights(cursor: Cursor, { catalog, session: { context } }: Admin): Rights {
  const privileges = cursor.list(() => {
    const words = [cursor.next().value];
    while (!cursor.sees("ON") && !cursor.sees(",")) {
      if (cursor.token.kind !== "word") cursor.fail();
      words.push(cursor.next().value);
    }
    return words.join(" ");
  });
  cursor.expect("ON");
  if (cursor.takes("ACCOUNT")) {
    return {
      privileges: known(privileges, "ACCOUNT"),
      kind: "ACCOUNT",
      objects: [catalog.account],
      inside: null,
    };
  }
  const future = cursor.takes("FUTURE");
  if (future || cursor.takes("ALL")) {
    cursor.expect("TABLES", "IN");
    const inSchema = cursor.takes("SCHEMA");
    if (!inSchema) cursor.expect("DATABASE");
    const path = cursor.path();
    const schemas = inSchema
      ? [catalog.schema(path, context).schema]
      : Object.values(catalog.database(path[0], context).schemas);
    const database = inSchema && path.length === 1 ? context.database! : path[0];
    const objects = schemas.flatMap(({ name, tables }) =>
      Object.keys(tables).map((table) => written(database, name, table))
    );
    const inside = inSchema ? written(database, path.at(-1)!) : written(database);
    return {
      privileges: known(privileges, "TABLE"),
      kind: "TABLE",
      objects: future ? [] : objects,
      inside: future ? inside : null,
    };
  }
  const kind = cursor.next().value as ObjectKind;
  const path = cursor.path();
  return {
    privileges: known(privileges, kind),
    kind,
    objects: [objectName(kind, path, context, catalog)],
    inside: null,
  };
}

function known(privileges: string[], kind: ObjectKind): string[] {
  const all = PRIVILEGES[kind];
  if (!all) throw unsupported(`GRANT ON ${kind}`);
  return privileges.flatMap((privilege) => {
    if (privilege === "ALL" || privilege === "ALL PRIVILEGES") {
      return all.filter((one) => one !== "OWNERSHIP");
    }
    if (!all.includes(privilege)) {
      throw new SqlError(
        "003008",
        "0A000",
        `SQL access control error:\nInvalid privilege '${privilege}' for object type ${kind}`,
      );
    }
    return [privilege];
  });
}

function objectName(
  kind: ObjectKind,
  path: string[],
  context: SessionContext,
  catalog: Admin["catalog"],
): string {
  switch (kind) {
    case "WAREHOUSE":
      if (!catalog.data.warehouses[path[0]]) throw cannotBePerformed();
      return written(path[0]);
    case "DATABASE":
      return written(catalog.database(path[0], context).name);
    case "SCHEMA": {
      const { database, schema } = catalog.schema(path, context);
      return written(database.name, schema.name);
    }
    default:
      return catalog.table(path, context).name;
  }
}

function roleName(cursor: Cursor, { catalog }: Admin): string {
  const role = cursor.name();
  if (!catalog.data.roles[role]) throw notFound("Role", role);
  return role;
}

export function grant(cursor: Cursor, admin: Admin): SqlResult {
  const { catalog, session: { context }, nowMs } = admin;
  if (cursor.takes("ROLE")) return grantRole(cursor, admin);
  const { privileges, kind, objects, inside } = rights(cursor, admin);
  cursor.expect("TO");
  cursor.takes("ROLE");
  const role = roleName(cursor, admin);
  const replaces = cursor.takes("REVOKE", "CURRENT", "GRANTS");
  const copies = !replaces && cursor.takes("COPY", "CURRENT", "GRANTS");
  if (cursor.takes("WITH", "GRANT", "OPTION")) throw unsupported("GRANT … WITH GRANT OPTION");
  cursor.end();
  const noted = { role, grantedBy: context.role, createdMs: nowMs };
  if (inside !== null) {
    catalog.demandOwner(context.role, inside.includes(".") ? "SCHEMA" : "DATABASE", inside);
    for (const privilege of privileges) {
      const same = catalog.data.futureGrants.some((one) =>
        one.privilege === privilege && one.inside === inside && one.role === role
      );
      if (!same) catalog.data.futureGrants.push({ privilege, kind, inside, ...noted });
    }
  }
  for (const object of objects) {
    catalog.demandOwner(context.role, kind, object);
    for (const privilege of privileges) {
      if (privilege === "OWNERSHIP") {
        if (replaces) catalog.data.grants = catalog.data.grants.filter((one) => one.object !== object);
        else if (!copies && catalog.data.grants.some((one) => one.object === object && one.kind === kind)) {
          throw new SqlError(
            "003036",
            "42501",
            `SQL execution error: Dependent grant of privilege exists on '${object}': use COPY CURRENT GRANTS or REVOKE CURRENT GRANTS`,
          );
        }
        catalog.setOwner(kind, object, role);
      } else catalog.grant({ privilege, kind, object, ...noted });
    }
  }
  return status("Statement executed successfully.");
}

function grantRole(cursor: Cursor, admin: Admin): SqlResult {
  const { catalog, session: { context }, nowMs } = admin;
  const role = roleName(cursor, admin);
  cursor.expect("TO");
  const { to, grantee } = roleTarget(cursor, admin);
  cursor.end();
  catalog.demandOwner(context.role, "ROLE", role);
  const { roleGrants } = catalog.data;
  if (to === "ROLE" && catalog.closure(role).has(grantee)) {
    throw new SqlError(
      "003034",
      "42501",
      `SQL execution error: Role '${role}' cannot be granted to '${grantee}': a cycle`,
    );
  }
  if (!roleGrants.some((one) => one.role === role && one.to === to && one.grantee === grantee)) {
    roleGrants.push({ role, to, grantee, grantedBy: context.role, createdMs: nowMs });
  }
  return status("Statement executed successfully.");
}

function roleTarget(cursor: Cursor, admin: Admin): Pick<RoleGrant, "to" | "grantee"> {
  if (cursor.takes("USER")) {
    const grantee = cursor.name();
    if (!admin.catalog.data.users[grantee]) throw notFound("User", grantee);
    return { to: "USER", grantee };
  }
  cursor.expect("ROLE");
  return { to: "ROLE", grantee: roleName(cursor, admin) };
}

export function revoke(cursor: Cursor, admin: Admin): SqlResult {
  const { catalog, session: { context } } = admin;
  const { data } = catalog;
  const done = status("Statement executed successfully.");
  if (cursor.takes("ROLE")) {
    const role = roleName(cursor, admin);
    cursor.expect("FROM");
    const { to, grantee } = roleTarget(cursor, admin);
    cursor.end();
    catalog.demandOwner(context.role, "ROLE", role);
    data.roleGrants = data.roleGrants.filter((one) =>
      !(one.role === role && one.to === to && one.grantee === grantee)
    );
    return done;
  }
  const { privileges, kind, objects, inside } = rights(cursor, admin);
  cursor.expect("FROM");
  cursor.takes("ROLE");
  const role = roleName(cursor, admin);
  cursor.takes("CASCADE");
  cursor.end();
  if (inside !== null) {
    catalog.demandOwner(context.role, inside.includes(".") ? "SCHEMA" : "DATABASE", inside);
    data.futureGrants = data.futureGrants.filter((one) =>
      !(one.role === role && one.inside === inside && privileges.includes(one.privilege))
    );
  }
  for (const object of objects) {
    catalog.demandOwner(context.role, kind, object);
    data.grants = data.grants.filter((one) =>
      !(one.role === role && one.kind === kind && one.object === object && privileges.includes(one.privilege))
    );
  }
  return done;
}
