/**
 * Looks at everything that loading needs, one thing after the other, and says what to run where something is missing.
 *
 * @module
 */
import { createRole, createUser } from "../ddl/mod.ts";
import { createWarehouse } from "../ddl/objects.ts";
import { grantAll, loaderRights } from "../ddl/rights.ts";
import { type Connection, SnowflakeError } from "../driver/connection.ts";
import { type PrivateKey, PrivateKeyError, readPrivateKey } from "../driver/private_key.ts";
import { explain } from "../explain.ts";
import type { SnowflakeSettings } from "../settings.ts";
import { type Finding, ok, wrong } from "./finding.ts";
import { SessionCheck } from "./session.ts";

/** What the check does to the world outside, so that tests can do without it. */
export interface Outside {
  /** @throws what `connectSnowflake` throws */
  connect(): Promise<Connection>;
  /** @throws Error when nothing takes connections there */
  reach(host: string, port: number): Promise<void>;
}

/** @returns what was found, in order; it ends early at what everything after it needs */
export async function checkSnowflake(settings: SnowflakeSettings, outside: Outside): Promise<Finding[]> {
  const findings: Finding[] = [];
  let key: PrivateKey;
  try {
    key = readPrivateKey(settings);
  } catch (error) {
    if (!(error instanceof PrivateKeyError)) throw error;
    return [wrong("private key", error.message)];
  }
  findings.push(ok("private key", `${settings.privateKeyPath}, fingerprint ${key.fingerprint}`));

  const address = await checkAddress(settings, outside);
  findings.push(address);
  if (address.state === "wrong") return findings;

  let connection: Connection;
  try {
    connection = await outside.connect();
  } catch (error) {
    findings.push(wrong("login", explain(error, settings).message, mendLogin(error, settings, key)));
    return findings;
  }
  findings.push(ok("login", `user ${settings.user} at ${settings.account}`));
  try {
    const session = new SessionCheck(connection, settings, findings);
    await session.run();
  } finally {
    await connection.close();
  }
  return findings;
}

async function checkAddress({ account, url }: SnowflakeSettings, { reach }: Outside): Promise<Finding> {
  // The driver writes a name's underscores as hyphens, since no host name has any.
  const address = new URL(url ?? `https://${account.replaceAll("_", "-")}.snowflakecomputing.com`);
  const port = Number(address.port) || (address.protocol === "https:" ? 443 : 80);
  try {
    await reach(address.hostname, port);
    return ok("address", address.host);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return wrong(
      "address",
      `${address.hostname} port ${port} cannot be reached (${why}): check SNOWFLAKE_ACCOUNT, SNOWFLAKE_URL and the firewall`,
    );
  }
}

/** Snowflake's codes of logging in: a token or user that is not known, a disabled or locked user, a role that is not the user's. */
function mendLogin(error: unknown, { user, role, warehouse }: SnowflakeSettings, key: PrivateKey): string[] {
  if (!(error instanceof SnowflakeError)) return [];
  const comment = "Loads activity records";
  switch (error.code) {
    case 390100:
    case 390144:
    case 394300:
    case 394301:
    case 394302:
    case 394303:
    case 394304:
    case 394305:
    case 394306:
    case 394307:
      return createUser({ user, role, warehouse, publicKey: key.publicKey, comment });
    case 390101:
    case 390102:
      return [`ALTER USER ${user} SET DISABLED = FALSE MINS_TO_UNLOCK = 0`];
    case 390189:
      return [...createRole(role, comment), `GRANT ROLE ${role} TO USER ${user}`];
    case 390201:
      return [createWarehouse(warehouse), ...grantAll(loaderRights(warehouse).slice(0, 1), role)];
    default:
      return [];
  }
}
