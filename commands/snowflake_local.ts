/**
 * `deno task snowflake:local`: a Snowflake account on this machine, its data kept.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { parseArgs } from "node:util";
import { isFree } from "../e2e/kafka/ports.ts";
import { type LocalSnowflake, startSnowflake } from "../e2e/snowflake/local.ts";
import { snowflakeMissing } from "../e2e/snowflake/testing.ts";
import { UsageError } from "./usage.ts";
import { untilTold } from "./until_told.ts";

/** Any would do that nothing known uses. */
const PORT = 8085;
const FOLDER = "data/snowflake";
/** The highest there is. */
const MAX_PORT = 65_535;

/**
 * Runs the server until it is told to stop.
 *
 * @param args `--port N`, `--folder DIR` for its data and keys
 * @returns 0 when it was told to stop, 1 when it cannot start or ends by itself
 * @throws {UsageError} when the port is none
 */
export async function snowflakeLocal(args: string[]): Promise<number> {
  const { port, folder } = parseOptions(args);
  const missing = snowflakeMissing();
  if (missing !== null) return fail(missing);
  if (!isFree(port)) {
    return fail(
      `port ${port} is in use on 127.0.0.1: stop what listens there, or choose another with --port`,
    );
  }
  await using snowflake = await startSnowflake({
    port,
    keysFolder: folder,
    dataPath: `${folder}/snowflake.duckdb`,
  });
  console.log(describe(snowflake, folder));
  const told = await untilTold(snowflake.ended());
  return told ? 0 : fail("the server ended by itself: see above");
}

function parseOptions(args: string[]): { port: number; folder: string } {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string", default: `${PORT}` },
      folder: { type: "string", default: FOLDER },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > MAX_PORT) {
    throw new UsageError(`--port ${values.port}: expected a port from 1 to ${MAX_PORT}, for example ${PORT}`);
  }
  return { port, folder: values.folder };
}

/** What points the app, Kafka Connect and Grafana at it. */
export function describe(
  { url, account, env, settings, reader }: Pick<
    LocalSnowflake,
    "url" | "account" | "env" | "settings" | "reader"
  >,
  folder: string,
): string {
  const lines = (values: Record<string, string>) =>
    Object.entries(values).map(([name, value]) => `  ${name}=${value}`).join("\n");
  return `Snowflake account ${account} is ready at ${url}, with its data and keys in ${folder}; Ctrl-C stops it.
It is our own emulator of what this program uses of Snowflake, for trying it out: no Snowflake.

The app, in .env or the environment:
${lines(env)}

Kafka Connect:
${
    lines({
      "snowflake.url.name": url,
      // Its JDBC driver takes what is before the first dot of the address for the account.
      "snowflake.jdbc.map": `account:${account}`,
      "snowflake.user.name": settings.user,
      "snowflake.role.name": settings.role,
      "snowflake.private.key": `\${directory:${dirname(settings.privateKeyPath)}:${
        basename(settings.privateKeyPath)
      }}`,
    })
  }

Grafana, data source michelin-snowflake-datasource:
${
    lines({
      "Account name": new URL(url).host,
      "Extra options": `account=${account}&protocol=http&disableTelemetry=true`,
      "Username": reader.user,
      "Role": reader.role,
      "Warehouse": settings.warehouse,
      "Private key": `what is in ${reader.privateKeyPath}`,
    })
  }
`;
}

function fail(message: string): number {
  console.error(`snowflake:local: ${message}`);
  return 1;
}
