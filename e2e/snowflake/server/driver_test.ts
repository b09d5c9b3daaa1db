import assert from "node:assert/strict";
import process from "node:process";
import type { Bind, Connection, SnowflakeError } from "snowflake-sdk";
import { controlRequest } from "./testing/client.ts";
import { newKey } from "./testing/keys.ts";
import { type TestServer, withServer } from "./testing/with_server.ts";

// Read at the driver's import: else it asks metadata services of three clouds and loads a native addon.
process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION = "true";
process.env.SNOWFLAKE_DISABLE_MINICORE = "true";
const { default: driver } = await import("snowflake-sdk");
driver.configure({ logLevel: "OFF" });

/** The driver leaves timers and sockets behind. */
const LEAKY = { sanitizeOps: false, sanitizeResources: false };

function connect({ url, key }: Pick<TestServer, "url" | "key">): Promise<Connection> {
  const connection = driver.createConnection({
    account: "LOCAL",
    username: "ACTIVITY_SINK",
    accessUrl: url,
    authenticator: "SNOWFLAKE_JWT",
    privateKey: key.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  });
  return new Promise((resolve, reject) =>
    connection.connect((error, connected) => error ? reject(error) : resolve(connected))
  );
}

function execute(connection: Connection, sqlText: string, binds: Bind[] = []) {
  return new Promise<{ rows: unknown[]; changed: number | undefined }>((resolve, reject) =>
    connection.execute({
      sqlText,
      binds,
      complete: (error, statement, rows) =>
        error ? reject(error) : resolve({ rows: rows ?? [], changed: statement.getNumUpdatedRows() }),
    })
  );
}

function driverTest(name: string, fn: (connection: Connection, server: TestServer) => Promise<void>): void {
  Deno.test({
    name: `the Node driver ${name}`,
    ...LEAKY,
    fn: () => withServer(async (server) => await fn(await connect(server), server)),
  });
}

driverTest("logs in by key pair, binds values and reads rows", async (connection) => {
  const { rows } = await execute(connection, "ECHO", ["a", 1, null]);
  assert.deepEqual(rows, [{ VALUE: "TEXT a" }, { VALUE: "FIXED 1" }, { VALUE: null }]);
});

driverTest("counts the rows that were changed", async (connection) => {
  assert.equal((await execute(connection, "INSERT")).changed, 1);
});

driverTest("gets Snowflake's code and message of what was refused", async (connection) => {
  await assert.rejects(execute(connection, "FAIL"), (error: SnowflakeError) => {
    assert.equal(String(error.code), "002003");
    assert.equal(error.sqlState, "42S02");
    return true;
  });
});

driverTest("renews a token that has expired and sends the statement again", async (connection, server) => {
  await controlRequest(server, "POST", "faults", { kind: "sessionExpired" });
  assert.equal((await execute(connection, "INSERT")).changed, 1);
  assert.deepEqual(server.engine.executed, ["1: INSERT"]);
});

driverTest(
  "repeats after 503, a dropped connection and a lost reply, and nothing is executed twice",
  async (connection, server) => {
    for (const kind of ["unavailable", "drop", "lostReply"]) {
      await controlRequest(server, "POST", "faults", { kind, match: kind });
      await execute(connection, `INSERT ${kind}`);
    }
    assert.deepEqual(server.engine.executed, [
      "1: INSERT unavailable",
      "1: INSERT drop",
      "1: INSERT lostReply",
    ]);
  },
);

driverTest("ends its session", async (connection, server) => {
  await new Promise<void>((resolve, reject) =>
    connection.destroy((error) => error ? reject(error) : resolve())
  );
  assert.deepEqual(server.engine.closed, [1]);
  assert.equal(server.sessions.size, 0);
});

Deno.test({
  name: "the Node driver is told that the key is not the user's",
  ...LEAKY,
  fn: () =>
    withServer(async ({ url }) => {
      await assert.rejects(
        connect({ url, key: newKey() }),
        (error: SnowflakeError) => String(error.code) === "390144",
      );
    }),
});
