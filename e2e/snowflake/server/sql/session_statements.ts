/**
 * Transactions, USE and ALTER SESSION.
 *
 * @module
 */
import { type Admin, properties, status } from "./admin.ts";
import { written } from "./catalog.ts";
import type { Cursor } from "./cursor.ts";
import { cannotBePerformed, unsupported } from "./errors.ts";
import { PARAMETERS, parameterValue } from "./parameters.ts";
import { SqlError, type SqlResult } from "./types.ts";

const DONE = "Statement executed successfully.";

export async function sessionStatement(cursor: Cursor, admin: Admin): Promise<SqlResult | null> {
  if (cursor.takes("BEGIN") || cursor.takes("START", "TRANSACTION")) {
    if (!cursor.takes("TRANSACTION")) cursor.takes("WORK");
    if (cursor.takes("NAME")) cursor.name();
    cursor.end();
    // Without effect in a transaction that is open.
    admin.session.transaction ??= await admin.versions.begin(admin.nowMs);
    return status(DONE, "tcl");
  }
  if (cursor.takes("COMMIT")) {
    cursor.takes("WORK");
    cursor.end();
    await admin.commit();
    return status(DONE, "tcl");
  }
  if (cursor.takes("ROLLBACK")) {
    cursor.takes("WORK");
    cursor.end();
    await admin.rollback();
    return status(DONE, "tcl");
  }
  if (cursor.takes("USE")) return use(cursor, admin);
  if (cursor.takes("ALTER", "SESSION")) return alterSession(cursor, admin);
  return null;
}

function use(cursor: Cursor, { catalog, session: { context } }: Admin): SqlResult {
  const done = status(DONE, "use");
  if (cursor.takes("ROLE")) {
    const role = cursor.path()[0];
    cursor.end();
    if (!catalog.hasRole(context.user, role)) {
      throw new SqlError(
        "003013",
        "42501",
        `SQL access control error:\nRequested role '${role}' is not assigned to the executing user. Specify another role to activate.`,
      );
    }
    context.role = role;
    return done;
  }
  if (cursor.takes("WAREHOUSE")) {
    const warehouse = cursor.path()[0];
    cursor.end();
    if (!catalog.data.warehouses[warehouse] || !catalog.sees(context.role, "WAREHOUSE", written(warehouse))) {
      throw cannotBePerformed();
    }
    context.warehouse = warehouse;
    return done;
  }
  if (cursor.takes("SECONDARY", "ROLES")) {
    const which = cursor.next().value;
    cursor.end();
    if (which !== "NONE") throw unsupported("Secondary roles");
    return done;
  }
  const isSchema = cursor.takes("SCHEMA");
  const isDatabase = !isSchema && cursor.takes("DATABASE");
  const path = cursor.path();
  cursor.end();
  // Both answer 002043 for what cannot be seen.
  try {
    if (isSchema || (!isDatabase && path.length > 1)) {
      const { database, schema } = catalog.schema(path, context);
      catalog.demandUsage(context, database.name, schema.name);
      context.database = database.name;
      context.schema = schema.name;
    } else {
      const database = catalog.database(path[0], context);
      catalog.demandUsage(context, database.name);
      context.database = database.name;
      context.schema = database.schemas.PUBLIC ? "PUBLIC" : null;
    }
  } catch (error) {
    if (error instanceof SqlError && error.code === "002003") throw cannotBePerformed();
    throw error;
  }
  return done;
}

function alterSession(cursor: Cursor, { session }: Admin): SqlResult {
  if (cursor.takes("UNSET")) {
    const names = cursor.list(() => cursor.name());
    cursor.end();
    for (const name of names) session.parameters.delete(name);
    return status(DONE, "alterSession");
  }
  cursor.expect("SET");
  const given = properties(cursor);
  cursor.end();
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(PARAMETERS, name)) {
      throw new SqlError(
        "001420",
        "22023",
        `SQL compilation error:\ninvalid property '${name}' for 'SESSION'`,
      );
    }
    const kept = parameterValue(name, value);
    if (kept === null || (name === "TIMEZONE" && !isZone(kept))) {
      throw new SqlError(
        "001008",
        "22023",
        `SQL compilation error:\ninvalid value [${value}] for parameter '${name}'`,
      );
    }
    session.parameters.set(name, kept);
  }
  return status(DONE, "alterSession");
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
