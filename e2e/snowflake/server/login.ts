/**
 * `/session/v1/login-request`.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { type Faults, loginText } from "./faults.ts";
import { strike } from "./strike.ts";
import type { Call } from "./http.ts";
import type { Journal } from "./journal.ts";
import { membersOf, textOf } from "./json.ts";
import { checkJwt } from "./jwt.ts";
import { parametersOf } from "./parameters.ts";
import { type Answer, Code, httpError, refusal, type Reply, success } from "./replies.ts";
import type { Sessions } from "./sessions.ts";
import type { SessionContext, SqlEngine, SqlUser } from "./sql/types.ts";

/** Any will do: drivers only show it. */
const SERVER_VERSION = "9.0.0";

export interface LoginContext {
  /** Upper case. */
  account: string;
  engine: SqlEngine;
  sessions: Sessions;
  faults: Faults;
  journal: Journal;
}

/** What the client asks to work with. */
type Wanted = Omit<SessionContext, "user" | "role"> & { role: string | null };

/** Logs in by key pair, or by password where the user has one. */
export async function login(call: Call, context: LoginContext): Promise<Answer> {
  const data = membersOf(membersOf(call.body).data);
  const name = upperCase(textOf(data.LOGIN_NAME));
  const fault = context.faults.take(loginText(name ?? ""));
  const struck = fault && await strike(fault, call);
  if (struck) return struck;
  // The web server in front of Snowflake knows no such host, before any login.
  if (upperCase(textOf(data.ACCOUNT_NAME)) !== context.account) return httpError(404);
  const user = authenticate(data, name, context);
  return "status" in user ? user : open(call, data, user, context);
}

function authenticate(
  data: Record<string, unknown>,
  name: string | null,
  { account, engine, journal }: LoginContext,
): SqlUser | Reply {
  const refuse = (code: string, message: string, reason: string) => {
    const id = randomUUID();
    journal.addFailedLogin({ user: name, code, reason, id });
    return refusal(code, message.replace("{id}", id), { nextAction: "RETRY_LOGIN", inFlightCtx: null });
  };
  if (data.AUTHENTICATOR === "SNOWFLAKE_JWT") {
    const found = checkJwt(textOf(data.TOKEN) ?? "", {
      account,
      findUser: (user) => name === null || user === name ? engine.user(user) : null,
      nowMs: journal.now(),
    });
    if (typeof found === "string") return refuse(Code.jwtInvalid, "JWT token is invalid. [{id}]", found);
    return found.disabled ? refuse(Code.userDisabled, DISABLED, "USER_DISABLED") : found;
  }
  const user = name === null ? null : engine.user(name);
  if (!user || user.password === null || user.password !== data.PASSWORD) {
    return refuse(
      Code.badCredentials,
      "Incorrect username or password was specified.",
      "INCORRECT_USERNAME_PASSWORD",
    );
  }
  return user.disabled ? refuse(Code.userDisabled, DISABLED, "USER_DISABLED") : user;
}

const DISABLED = "User access disabled. Contact your local system administrator.";

function open(call: Call, data: Record<string, unknown>, user: SqlUser, context: LoginContext): Reply {
  const { engine, sessions, journal } = context;
  const wanted: Wanted = {
    role: identifier(call.query.get("roleName")),
    warehouse: identifier(call.query.get("warehouse")),
    database: identifier(call.query.get("databaseName")),
    schema: identifier(call.query.get("schemaName")),
  };
  if (wanted.role !== null && !engine.hasRole(user.name, wanted.role)) {
    return refusal(
      Code.roleRefused,
      `Role '${wanted.role}' specified in the connect string does not exist or not authorized. ` +
        "Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.",
    );
  }
  const parameters = parametersIn(data.SESSION_PARAMETERS);
  const sql = engine.open({ user: user.name, ...wanted, parameters });
  const missing = isTrue(parameters.CLIENT_VALIDATE_DEFAULT_PARAMETERS)
    ? firstMissing(wanted, sql.context)
    : null;
  if (missing !== null) {
    void sql.close();
    return refusal(Code.objectMissing, `The requested ${missing} does not exist or not authorized.`);
  }
  journal.counters.logins++;
  const { role, warehouse, database, schema } = sql.context;
  return success({
    ...sessions.add(sql).tokens,
    displayUserName: user.name,
    serverVersion: SERVER_VERSION,
    firstLogin: false,
    remMeToken: null,
    remMeValidityInSeconds: 0,
    healthCheckInterval: 45,
    newClientForUpgrade: null,
    idToken: null,
    idTokenValidityInSeconds: 0,
    mfaToken: null,
    mfaTokenValidityInSeconds: 0,
    responseData: null,
    parameters: parametersOf(sql.parameters),
    sessionInfo: { roleName: role, warehouseName: warehouse, databaseName: database, schemaName: schema },
  });
}

function firstMissing(wanted: Wanted, got: SessionContext): string | null {
  const kinds = ["database", "schema", "warehouse"] as const;
  return kinds.find((kind) => wanted[kind] !== null && got[kind] === null) ?? null;
}

function parametersIn(value: unknown): Record<string, string | number | boolean> {
  const known = Object.entries(membersOf(value)).filter((
    entry,
  ): entry is [string, string | number | boolean] =>
    ["string", "number", "boolean"].includes(typeof entry[1])
  );
  return Object.fromEntries(known.map(([name, value]) => [name.toUpperCase(), value]));
}

const isTrue = (value: unknown) => String(value).toLowerCase() === "true";

/** A name as SQL reads it: upper case unless in quotes. */
function identifier(name: string | null): string | null {
  if (!name) return null;
  return /^".*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name.toUpperCase();
}

function upperCase(name: string | null): string | null {
  return name?.toUpperCase() ?? null;
}
