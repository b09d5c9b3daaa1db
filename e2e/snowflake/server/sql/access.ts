/**
 * CREATE, ALTER and DROP of roles and users, GRANT and REVOKE.
 *
 * @module
 */
import { type Admin, ifExists, ifNotExists, properties, status } from "./admin.ts";
import { type ObjectKind, type RoleGrant, type User, written } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { cannotBePerformed, insufficientPrivileges, notFound, unsupported } from "./errors.ts";
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

const USER_PROPERTIES = new Set(
  ("PASSWORD LOGIN_NAME DISPLAY_NAME FIRST_NAME LAST_NAME EMAIL TYPE COMMENT DISABLED DEFAULT_ROLE DEFAULT_WAREHOUSE " +
    "DEFAULT_NAMESPACE DEFAULT_SECONDARY_ROLES MUST_CHANGE_PASSWORD RSA_PUBLIC_KEY RSA_PUBLIC_KEY_2 MINS_TO_UNLOCK " +
    "DAYS_TO_EXPIRY NETWORK_POLICY").split(" "),
);

/** Properties that name objects, and so may be written in lower case. */
const NAMES = ["DEFAULT_ROLE", "DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE"];

export function accessStatement(cursor: Cursor, admin: Admin): SqlResult | null {
  if (cursor.takes("CREATE", "ROLE")) return createRole(cursor, admin);
  if (cursor.takes("CREATE", "USER")) return createUser(cursor, admin);
  if (cursor.takes("ALTER", "USER")) return alterUser(cursor, admin);
  if (cursor.takes("DROP", "ROLE")) return drop("ROLE", cursor, admin);
  if (cursor.takes("DROP", "USER")) return drop("USER", cursor, admin);
  if (cursor.takes("GRANT")) return grant(cursor, admin);
  if (cursor.takes("REVOKE")) return revoke(cursor, admin);
  return null;
}

function createRole(cursor: Cursor, { catalog, session, nowMs }: Admin): SqlResult {
  const optional = ifNotExists(cursor);
  const name = cursor.name();
  const { COMMENT } = properties(cursor);
  cursor.end();
  const { role } = session.context;
  catalog.demand(role, "CREATE ROLE", "ACCOUNT", catalog.account);
  if (!catalog.isNew(catalog.data.roles, name, optional, name)) {
    return status(`${name} already exists, statement succeeded.`);
  }
  catalog.data.roles[name] = { name, owner: role, comment: COMMENT ?? null, createdMs: nowMs };
  return status(`Role ${name} successfully created.`);
}

function createUser(cursor: Cursor, { catalog, session, nowMs }: Admin): SqlResult {
  const optional = ifNotExists(cursor);
  const name = cursor.name();
  const given = properties(cursor);
  cursor.end();
  const { role } = session.context;
  catalog.demand(role, "CREATE USER", "ACCOUNT", catalog.account);
  if (!catalog.isNew(catalog.data.users, name, optional, name)) {
    return status(`${name} already exists, statement succeeded.`);
  }
  const user: User = { name, owner: role, comment: null, createdMs: nowMs, properties: {} };
  setUser(user, given);
  catalog.data.users[name] = user;
  return status(`User ${name} successfully created.`);
}

function setUser(user: User, given: Record<string, string>): void {
  const after = { ...user.properties };
  for (const [name, value] of Object.entries(given)) {
    if (!USER_PROPERTIES.has(name)) {
      throw new SqlError("001420", "22023", `SQL compilation error:\ninvalid property '${name}' for 'USER'`);
    }
    if (name === "COMMENT") user.comment = value;
    else if (name.startsWith("RSA_PUBLIC_KEY")) after[name] = publicKey(value);
    else {after[name] = NAMES.includes(name) || name === "DISABLED" || name === "TYPE"
        ? value.toUpperCase()
        : value;}
  }
  if (after.TYPE === "SERVICE" && after.PASSWORD !== undefined) {
    throw new SqlError(
      "003632",
      "22023",
      "SQL compilation error:\nCannot set PASSWORD on a user of TYPE = SERVICE",
    );
  }
  user.properties = after;
}

/** Base64 of a SubjectPublicKeyInfo, without armour. */
function publicKey(value: string): string {
  const body = value.replaceAll(/\s/g, "");
  if (!/^MII[A-Za-z0-9+/]{300,}={0,2}$/.test(body)) {
    throw new SqlError(
      "390308",
      "08001",
      "New public key rejected by current policy. Reason: 'Invalid public key'",
    );
  }
  return body;
}

function alterUser(cursor: Cursor, { catalog, session }: Admin): SqlResult {
  const optional = ifExists(cursor);
  const name = cursor.name();
  const user = catalog.data.users[name];
  const { context } = session;
  const isSelf = context.user === name;
  const done = status("Statement executed successfully.");
  if (!user) {
    if (optional) return done;
    throw notFound("User", name);
  }
  if (!isSelf) demandOwner("USER", name, context, catalog);
  if (cursor.takes("UNSET")) {
    const names = cursor.list(() => cursor.name());
    cursor.end();
    for (const property of names) delete user.properties[property];
    return done;
  }
  cursor.expect("SET");
  const given = properties(cursor);
  cursor.end();
  if (
    isSelf && !catalog.may(context.role, "OWNERSHIP", "USER", name) &&
    Object.keys(given).some((p) => !NAMES.includes(p))
  ) {
    throw insufficientPrivileges("user", name);
  }
  setUser(user, given);
  return done;
}

function drop(kind: "ROLE" | "USER", cursor: Cursor, { catalog, session }: Admin): SqlResult {
  const optional = ifExists(cursor);
  const name = cursor.name();
  cursor.end();
  const container = kind === "ROLE" ? catalog.data.roles : catalog.data.users;
  if (!container[name]) {
    if (optional) return status("Drop statement executed successfully (object already dropped).");
    throw notFound(kind === "ROLE" ? "Role" : "User", name);
  }
  demandOwner(kind, name, session.context, catalog);
  delete container[name];
  catalog.data.roleGrants = catalog.data.roleGrants.filter(({ role, to, grantee }) =>
    !(kind === "ROLE" && role === name) && !(to === kind && grantee === name)
  );
  if (kind === "ROLE") catalog.data.grants = catalog.data.grants.filter(({ role }) => role !== name);
  return status(`${name} successfully dropped.`);
}

/** The owner, or who manages grants. */
function demandOwner(
  kind: ObjectKind,
  name: string,
  { role }: SessionContext,
  catalog: Admin["catalog"],
): void {
  if (catalog.may(role, "OWNERSHIP", kind, name)) return;
  if (kind !== "USER" && catalog.may(role, "MANAGE GRANTS", "ACCOUNT", catalog.account)) return;
  throw insufficientPrivileges(kind.toLowerCase(), name.split(".").at(-1)!);
}

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

function grant(cursor: Cursor, admin: Admin): SqlResult {
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
    demandManage(context, catalog, inside);
    for (const privilege of privileges) {
      const same = catalog.data.futureGrants.some((one) =>
        one.privilege === privilege && one.inside === inside && one.role === role
      );
      if (!same) catalog.data.futureGrants.push({ privilege, kind, inside, ...noted });
    }
  }
  for (const object of objects) {
    demandGrantor(kind, object, context, catalog);
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
        setOwner(kind, object, role, catalog);
      } else catalog.grant({ privilege, kind, object, ...noted });
    }
  }
  return status("Statement executed successfully.");
}

function demandManage({ role }: SessionContext, catalog: Admin["catalog"], inside: string): void {
  const kind: ObjectKind = catalog.owner("DATABASE", inside) !== null && !inside.includes(".")
    ? "DATABASE"
    : "SCHEMA";
  if (catalog.may(role, "MANAGE GRANTS", "ACCOUNT", catalog.account)) return;
  catalog.demand(role, "OWNERSHIP", kind, inside);
}

function demandGrantor(
  kind: ObjectKind,
  object: string,
  context: SessionContext,
  catalog: Admin["catalog"],
): void {
  if (catalog.may(context.role, "MANAGE GRANTS", "ACCOUNT", catalog.account)) return;
  catalog.demand(context.role, "OWNERSHIP", kind, object);
}

function setOwner(kind: ObjectKind, object: string, role: string, { data }: Admin["catalog"]): void {
  const containers = [
    ...(kind === "WAREHOUSE"
      ? Object.values(data.warehouses).map((one) => [written(one.name), one] as const)
      : []),
    ...Object.values(data.databases).flatMap((database) => [
      [written(database.name), database] as const,
      ...Object.values(database.schemas).flatMap((schema) => [
        [written(database.name, schema.name), schema] as const,
        ...Object.values(schema.tables).map((table) =>
          [written(database.name, schema.name, table.name), table] as const
        ),
      ]),
    ]),
  ];
  for (const [name, owned] of containers) if (name === object) owned.owner = role;
}

function grantRole(cursor: Cursor, admin: Admin): SqlResult {
  const { catalog, session: { context }, nowMs } = admin;
  const role = roleName(cursor, admin);
  cursor.expect("TO");
  const { to, grantee } = roleTarget(cursor, admin);
  cursor.end();
  demandOwner("ROLE", role, context, catalog);
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

function revoke(cursor: Cursor, admin: Admin): SqlResult {
  const { catalog, session: { context } } = admin;
  const { data } = catalog;
  const done = status("Statement executed successfully.");
  if (cursor.takes("ROLE")) {
    const role = roleName(cursor, admin);
    cursor.expect("FROM");
    const { to, grantee } = roleTarget(cursor, admin);
    cursor.end();
    demandOwner("ROLE", role, context, catalog);
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
    demandManage(context, catalog, inside);
    data.futureGrants = data.futureGrants.filter((one) =>
      !(one.role === role && one.inside === inside && privileges.includes(one.privilege))
    );
  }
  for (const object of objects) {
    demandGrantor(kind, object, context, catalog);
    data.grants = data.grants.filter((one) =>
      !(one.role === role && one.kind === kind && one.object === object && privileges.includes(one.privilege))
    );
  }
  return done;
}
