/**
 * CREATE, ALTER and DROP of roles and users.
 *
 * @module
 */
import { type Admin, ifExists, ifNotExists, properties, status } from "./admin.ts";
import { type User } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { insufficientPrivileges, notFound } from "./errors.ts";
import { SqlError, type SqlResult } from "./types.ts";

import { grant, revoke } from "./grants.ts";
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
  if (!isSelf) catalog.demandOwner(context.role, "USER", name);
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
  catalog.demandOwner(session.context.role, kind, name);
  delete container[name];
  catalog.data.roleGrants = catalog.data.roleGrants.filter(({ role, to, grantee }) =>
    !(kind === "ROLE" && role === name) && !(to === kind && grantee === name)
  );
  if (kind === "ROLE") catalog.data.grants = catalog.data.grants.filter(({ role }) => role !== name);
  return status(`${name} successfully dropped.`);
}
