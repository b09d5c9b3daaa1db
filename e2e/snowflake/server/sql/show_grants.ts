/**
 * SHOW GRANTS and SHOW FUTURE GRANTS.
 *
 * @module
 */
import { type Admin, type Cell, listing, wireTime } from "./admin.ts";
import { type ObjectKind, written } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { notFound } from "./errors.ts";
import type { SqlResult } from "./types.ts";

export function grants(cursor: Cursor, { catalog, session: { context } }: Admin): SqlResult {
  const { data } = catalog;
  const names = [
    "created_on",
    "privilege",
    "granted_on",
    "name",
    "granted_to",
    "grantee_name",
    "grant_option",
    "granted_by",
  ];
  const all = allGrants({ catalog });
  if (cursor.takes("TO", "USER")) {
    const user = cursor.name();
    cursor.end();
    if (!data.users[user]) throw notFound("User", user);
    const rows = data.roleGrants.filter(({ to, grantee }) => to === "USER" && grantee === user)
      .map(({ role, grantedBy, createdMs }): Cell[] => [wireTime(createdMs), role, "USER", user, grantedBy]);
    return listing("show", ["created_on", "role", "granted_to", "grantee_name", "granted_by"], rows);
  }
  if (cursor.takes("OF", "ROLE")) {
    const role = cursor.name();
    cursor.end();
    if (!data.roles[role]) throw notFound("Role", role);
    const rows = data.roleGrants.filter((one) => one.role === role)
      .map((
        { to, grantee, grantedBy, createdMs },
      ): Cell[] => [wireTime(createdMs), role, to, grantee, grantedBy]);
    return listing("show", ["created_on", "role", "granted_to", "grantee_name", "granted_by"], rows);
  }
  if (cursor.takes("ON")) {
    const kind = cursor.next().value as ObjectKind;
    const path = kind === "ACCOUNT" ? [catalog.account] : cursor.path();
    cursor.end();
    const name = kind === "TABLE"
      ? catalog.table(path, context).name
      : kind === "SCHEMA"
      ? written(catalog.schema(path, context).database.name, path.at(-1)!)
      : written(...path);
    return listing("show", names, all.filter((row) => row[2] === kind && row[3] === name));
  }
  const role = cursor.takes("TO", "ROLE") ? cursor.name() : null;
  cursor.end();
  if (role !== null && !data.roles[role]) throw notFound("Role", role);
  return listing("show", names, all.filter((row) => row[5] === (role ?? context.role)));
}

/** Rights, ownership and roles of roles as SHOW GRANTS lists them. */
function allGrants({ catalog }: Pick<Admin, "catalog">): Cell[][] {
  const { data } = catalog;
  const row = (
    privilege: string,
    kind: ObjectKind,
    name: string,
    role: string,
    by: string,
    ms: number,
  ): Cell[] => [
    wireTime(ms),
    privilege,
    kind,
    name,
    "ROLE",
    role,
    String(privilege === "OWNERSHIP"),
    by,
  ];
  const owned = [...catalog.owned()].filter(({ owner }) => owner !== "");
  return [
    ...owned.map(({ kind, name, owner, createdMs }) => row("OWNERSHIP", kind, name, owner, owner, createdMs)),
    ...data.grants.map(({ privilege, kind, object, role, grantedBy, createdMs }) =>
      row(privilege, kind, object, role, grantedBy, createdMs)
    ),
    ...data.roleGrants.filter(({ to }) => to === "ROLE").map(({ role, grantee, grantedBy, createdMs }) =>
      row("USAGE", "ROLE", role, grantee, grantedBy, createdMs)
    ),
  ];
}

export function futureGrants(cursor: Cursor, { catalog, session: { context } }: Admin): SqlResult {
  cursor.expect("IN");
  const inSchema = cursor.takes("SCHEMA");
  if (!inSchema) cursor.expect("DATABASE");
  const path = cursor.path();
  cursor.end();
  const inside = inSchema && path.length === 1 ? written(context.database ?? "", path[0]) : written(...path);
  const rows = catalog.data.futureGrants.filter((one) => one.inside === inside)
    .map(({ privilege, kind, role, createdMs }): Cell[] => [
      wireTime(createdMs),
      privilege,
      kind,
      `${inside}.<${kind}>`,
      "ROLE",
      role,
      "false",
    ]);
  return listing(
    "show",
    ["created_on", "privilege", "grant_on", "name", "grant_to", "grantee_name", "grant_option"],
    rows,
  );
}
