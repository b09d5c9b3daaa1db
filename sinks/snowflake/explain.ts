/**
 * What a failure means to whoever runs the server, and what mends it.
 *
 * @module
 */
import { SnowflakeError, Unanswered } from "./driver/connection.ts";
import type { LoginSettings } from "./driver/protocol.ts";
import { PrivateKeyError, readPrivateKey } from "./driver/private_key.ts";
import { DATABASE } from "./tables.ts";

export interface Explanation {
  message: string;
  /** Whether it can pass by itself, or someone has to mend it first. */
  retry: "soon" | "later";
}

/** Puts the settings' names into what is run in Snowflake. */
type Advice = (settings: LoginSettings) => string;

const DDL = "run what deno task snowflake:ddl prints";

const KEY: Advice = (settings) => {
  try {
    const { publicKey, fingerprint } = readPrivateKey(settings);
    return `the private key is not the one that belongs to ${settings.user}, or SNOWFLAKE_ACCOUNT or SNOWFLAKE_USER is wrong, or ` +
      `this machine's clock is. The key's fingerprint is ${fingerprint}: compare RSA_PUBLIC_KEY_FP in DESCRIBE USER ` +
      `${settings.user}; to set it, run ALTER USER ${settings.user} SET RSA_PUBLIC_KEY='${publicKey}'`;
  } catch (error) {
    if (error instanceof PrivateKeyError) return error.message;
    throw error;
  }
};
const USER: Advice = ({ user }) =>
  `the user is disabled or locked: run ALTER USER ${user} SET DISABLED = FALSE MINS_TO_UNLOCK = 0`;
const NETWORK: Advice = ({ user }) =>
  "a network policy does not let this machine in: have its public address added to the policy that SHOW PARAMETERS LIKE " +
  `'NETWORK_POLICY' IN USER ${user} (or IN ACCOUNT) names`;

const SUSPENDED: Advice = () => "the account is suspended: see to it in Snowflake under Admin, Billing";

/**
 * What someone has to mend, by Snowflake's code. It has no public list of them all, so each is from where it was found:
 *
 * - 390100, 390144, 394300 to 394306 (what is wrong with the token): snowflake-connector-python 4.7.2, `network.py`,
 *   CREDENTIAL_REJECTION_GS_CODES; 394307 (the token's account is not the address's): Snowflake's documentation, "Key Pair
 *   Authentication: Troubleshooting";
 * - 390189, 390201: gosnowflake 2.1.0, `internal/errors/errors.go`, ErrRoleNotExist and ErrObjectNotExistOrAuthorized;
 * - 390102, 390420, 390913, 3001, 90073: rudder-server, the messages in its test of `ErrorHandler.MatchUploadJobErrorType`;
 * - 390101, 390422, 606, 666, 904, 2003, 2043: messages that users quote ("User access disabled", "Incoming request with
 *   IP/Token … is not allowed to access Snowflake", "No active warehouse selected", "Your account is suspended", "invalid
 *   identifier", "does not exist or not authorized", "Object does not exist, or operation cannot be performed").
 *
 * A session that has ended (390104, 390111, 390112, 390114) is none: the next attempt logs in anew.
 */
const MENDABLE: Record<number, Advice> = {
  390100: KEY,
  390144: KEY,
  394300: KEY,
  394301: KEY,
  394302: KEY,
  394303: KEY,
  394304: KEY,
  394305: KEY,
  394306: KEY,
  394307: KEY,
  390101: USER,
  390102: USER,
  390189: ({ role, user }) =>
    `the role is not there or not the user's: run GRANT ROLE ${role} TO USER ${user}, or set SNOWFLAKE_ROLE`,
  390201: ({ warehouse }) =>
    `what the session is to use is not there: set SNOWFLAKE_WAREHOUSE to a warehouse (now ${warehouse}), or ${DDL}`,
  390420: NETWORK,
  390422: NETWORK,
  390913: SUSPENDED,
  606: ({ warehouse, role }) =>
    `no warehouse is in use: it is not there, or its role may not use it. Run GRANT USAGE ON WAREHOUSE ${warehouse} TO ROLE ` +
    `${role}, or set SNOWFLAKE_WAREHOUSE`,
  666: SUSPENDED,
  904: ({ role }) =>
    `a table in ${DATABASE} has not our columns: ${DDL}, which adds what is missing (role in use: ${role})`,
  2003: ({ role }) => `the database, schema or table is not there, or ${role} may not see it: ${DDL}`,
  2043: ({ role, warehouse }) =>
    `an object is not there, or ${role} may not see it (the warehouse in use is ${warehouse}): ${DDL}`,
  3001: ({ role }) =>
    `${role} lacks a right: ${DDL}, which grants it; deno task snowflake:check shows which one it is`,
  90073: ({ warehouse }) =>
    `a resource monitor keeps warehouse ${warehouse} asleep, its quota of credits is used up: wait until the monitor starts ` +
    "anew, or raise it with ALTER RESOURCE MONITOR … SET CREDIT_QUOTA = …",
};

/** What passes by itself, by Snowflake's code; all three are 57014 of SQLSTATE, with messages that users quote. */
const PASSING: Record<number, string> = {
  604: "the statement was cancelled in Snowflake",
  625:
    "another transaction holds the lock of a table for too long; if it stays so, find it with SHOW LOCKS IN ACCOUNT",
  630:
    "the statement ran into STATEMENT_TIMEOUT_IN_SECONDS; if it stays so, raise that of the warehouse or lower " +
    "SNOWFLAKE_BUFFER_SIZE_BYTES",
};

const WRONG_ADDRESS: Advice = ({ account }) =>
  `this is not the address of a Snowflake account: check SNOWFLAKE_ACCOUNT (now ${account}; expected ORGANISATION-ACCOUNT, from ` +
  "SELECT CURRENT_ORGANIZATION_NAME() || '-' || CURRENT_ACCOUNT_NAME()) and SNOWFLAKE_URL";
const CERTIFICATE: Advice = () =>
  "the certificate is not trusted: something on the way decrypts TLS, or SNOWFLAKE_URL names another host than the certificate does";

/** What someone has to mend, by what kept an answer from coming: Node's codes of DNS and TLS, and HTTP statuses. */
const UNREACHABLE: Record<string, Advice> = {
  ENOTFOUND: WRONG_ADDRESS,
  "HTTP 403": WRONG_ADDRESS,
  "HTTP 404": WRONG_ADDRESS,
  "HTTP 413": () => "the request was larger than Snowflake takes: lower SNOWFLAKE_BUFFER_SIZE_BYTES",
  CERT_HAS_EXPIRED: CERTIFICATE,
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE,
  ERR_TLS_CERT_ALTNAME_INVALID: CERTIFICATE,
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE,
};

/** @param error whatever connecting or executing threw */
export function explain(error: unknown, settings: LoginSettings): Explanation {
  if (error instanceof PrivateKeyError) return { message: error.message, retry: "later" };
  if (error instanceof SnowflakeError) return explainRefusal(error, settings);
  const message = error instanceof Error ? error.message : String(error);
  const advice = error instanceof Unanswered && error.reason !== null ? UNREACHABLE[error.reason] : undefined;
  if (advice) return { message: `${message} (${hostOf(settings)}): ${advice(settings)}`, retry: "later" };
  return { message: `${message} (${hostOf(settings)}); it is tried again`, retry: "soon" };
}

function explainRefusal(error: SnowflakeError, settings: LoginSettings): Explanation {
  const { code, queryId } = error;
  const said = `Snowflake refused (${String(code).padStart(6, "0")}: ${oneLine(error.message)}${
    queryId === null ? "" : `; query ${queryId}`
  })`;
  if (MENDABLE[code]) return { message: `${said}: ${MENDABLE[code](settings)}`, retry: "later" };
  return { message: PASSING[code] ? `${said}: ${PASSING[code]}` : said, retry: "soon" };
}

/** Messages of SQL errors have several lines. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function hostOf({ account, url }: LoginSettings): string {
  return url === null ? `${account}.snowflakecomputing.com` : new URL(url).host;
}

/**
 * Values that Snowflake could not take, with or without a SQLSTATE. The examples of its documentation have all of these but
 * those of times, sums, variants and NULL (100035, 100040, 100046, 100071, 100072), whose messages users quote.
 */
const DATA_CODES = new Set([
  /** "Timestamp … is not recognized". */
  100035,
  /** "Boolean value … is not recognized". */
  100037,
  /** "Numeric value … is not recognized". */
  100038,
  /** "Numeric value … is out of range". */
  100039,
  /** "Date … is not recognized". */
  100040,
  /** "Number out of representable range". */
  100046,
  /** "Error parsing JSON". */
  100069,
  /** "Failed to cast variant value". */
  100071,
  /** "NULL result in a non-nullable column". */
  100072,
  /** "String … is too long and would be truncated". */
  100078,
  /** "Max LOB size … exceeded". */
  100082,
]);
/** "Data exception" of the SQL standard: what Snowflake gives the codes above, and any that is not among them. */
const DATA_EXCEPTION = "22";

/** Whether Snowflake refused the values themselves: the same statement with other rows could pass. */
export function isDataError(error: unknown): error is SnowflakeError {
  if (!(error instanceof SnowflakeError)) return false;
  return DATA_CODES.has(error.code) || (error.sqlState?.startsWith(DATA_EXCEPTION) ?? false);
}
