/**
 * Runs Snowflake's driver in a Worker of its own: it retries on and on, and can be stopped only together with its thread.
 *
 * @module
 */
import process from "node:process";
import type { Connection, ConnectionOptions } from "snowflake-sdk";
import type { Reply } from "./connection.ts";
import { toFailure } from "./failures.ts";
import { readPrivateKey } from "./private_key.ts";
import type { FromDriver, LoginSettings, Request, ToDriver } from "./protocol.ts";

/** Shown in QUERY_HISTORY: finds what the sink costs. */
const QUERY_TAG = "activity-tracker";
/** Names the program in Snowflake's list of sessions. */
const APPLICATION = "ActivityTracker";

const NOTHING: Reply = { rows: [], rowsAffected: 0 };
let connection: Connection;

self.onmessage = async ({ data: { id, ...request } }: MessageEvent<ToDriver>) => {
  const answer = (message: FromDriver) => self.postMessage(message);
  try {
    answer({ id, reply: await handle(request) });
  } catch (error) {
    answer({ id, failure: toFailure(error) });
  }
};

// An answer that it cannot read makes the driver throw where nobody waits, and forget the statement.
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  // As a new error: whatever it was, it is no answer to a statement.
  self.postMessage({ failure: toFailure(new Error(event.reason?.message)) } satisfies FromDriver);
});

async function handle(request: Request): Promise<Reply> {
  switch (request.kind) {
    case "login":
      await logIn(request.settings);
      return NOTHING;
    case "execute":
      return await execute(request.sql, request.binds);
    case "logout":
      await new Promise<void>((resolve, reject) =>
        connection.destroy((error) => error ? reject(error) : resolve())
      );
      return NOTHING;
  }
}

/** Not before the first request: one that comes while a Worker's module still waits for an import is lost. */
async function loadDriver() {
  // The environment as the driver sees it, and all of it; it reads it at import.
  process.env = {
    // Else it asks the metadata services of three clouds where it runs.
    SNOWFLAKE_DISABLE_PLATFORM_DETECTION: "true",
    // Else it loads a native addon, only to report that it could.
    SNOWFLAKE_DISABLE_MINICORE: "true",
    // Else it reports the form of the account's name with every login.
    SF_TELEMETRY_DISABLE_CONNECTION_SHAPE: "true",
  };
  const { default: driver } = await import("snowflake-sdk");
  // Else it writes snowflake.log where the program was started.
  driver.configure({ logLevel: "OFF" });
  return driver;
}

async function logIn({ account, user, role, warehouse, url, ...keyFile }: LoginSettings): Promise<void> {
  const key = readPrivateKey(keyFile);
  const driver = await loadDriver();
  // The retries of a login are not among the driver's types.
  const options: ConnectionOptions & { sfRetryMaxLoginRetries: number } = {
    account,
    username: user,
    role,
    warehouse,
    ...(url === null ? {} : { accessUrl: new URL(url).origin }),
    authenticator: "SNOWFLAKE_JWT",
    privateKey: key.pem,
    application: APPLICATION,
    queryTag: QUERY_TAG,
    // Dates are objects with methods otherwise, which cannot be handed over to another thread.
    fetchAsString: ["Date"],
    // Whoever connects says why it failed, and tries again by itself.
    sfRetryMaxLoginRetries: 0,
  };
  connection = driver.createConnection(options);
  await new Promise<void>((resolve, reject) =>
    connection.connect((error) => error ? reject(error) : resolve())
  );
}

function execute(sqlText: string, binds: readonly (string | number)[]): Promise<Reply> {
  return new Promise((resolve, reject) =>
    connection.execute({
      sqlText,
      binds,
      complete: (error, statement, rows) => {
        if (error) return reject(error);
        try {
          // -1: it was none that changes rows.
          resolve({ rows: rows ?? [], rowsAffected: Math.max(0, statement.getNumUpdatedRows() ?? 0) });
        } catch (unreadable) {
          reject(unreadable);
        }
      },
    })
  );
}
