/**
 * Runs the server until it is told to stop:
 *
 * ```sh
 * deno task start --port 8085 --data snowflake.duckdb --account LOCAL --keys ACTIVITY_SINK=rsa_key.pub
 * ```
 *
 * When it is ready it prints one line of JSON.
 *
 * @module
 */
import { createPublicKey } from "node:crypto";
import { parseArgs } from "node:util";
import type { Ready } from "../control.ts";
import { startServer } from "./server.ts";
import { openEngine } from "./sql/engine.ts";
import type { SqlEngine } from "./sql/types.ts";

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      /** Any that is free without one. */
      port: { type: "string", default: "0" },
      /** DuckDB file; in memory without one. */
      data: { type: "string" },
      account: { type: "string", default: "LOCAL" },
      /** `NAME=FILE`: a user, made if there is none, with the public key in the PEM file. */
      keys: { type: "string", multiple: true, default: [] },
      /** How long a transaction may be idle, ms. */
      "idle-transaction-ms": { type: "string" },
      /** Ends with whoever started it: when stdin is closed. */
      attached: { type: "boolean", default: false },
    },
  });
  const account = values.account.toUpperCase();
  const engine = await openEngine({ dataPath: values.data, account });
  for (const option of values.keys) await setKey(engine, option);
  const idle = values["idle-transaction-ms"];
  const server = await startServer({
    account,
    engine,
    port: Number(values.port),
    ...(idle === undefined ? {} : { idleTransactionMs: Number(idle) }),
  });
  console.log(
    JSON.stringify({ url: server.url, account, controlToken: server.controlToken } satisfies Ready),
  );
  await Promise.race([told(), ...(values.attached ? [stdinClosed()] : [])]);
  await server.close();
}

async function setKey(engine: SqlEngine, option: string): Promise<void> {
  const [, name, path] = /^(\w+)=(.+)$/.exec(option) ?? [];
  if (!path) throw new Error(`--keys ${option}: expected NAME=FILE, for example ACTIVITY_SINK=rsa_key.pub`);
  const key = createPublicKey(await Deno.readTextFile(path)).export({ type: "spki", format: "der" });
  const session = engine.open({ user: "ADMIN", role: "ACCOUNTADMIN" });
  await session.execute(`CREATE USER IF NOT EXISTS ${name} TYPE = SERVICE`);
  await session.execute(`ALTER USER ${name} SET RSA_PUBLIC_KEY = '${key.toString("base64")}'`);
  await session.close();
}

function told(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, resolve);
  return promise;
}

async function stdinClosed(): Promise<void> {
  for await (const _ of Deno.stdin.readable);
}

if (import.meta.main) {
  await main(Deno.args);
  Deno.exit(0);
}
