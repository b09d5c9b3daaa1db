/**
 * The `start` command: reads the settings and starts what this process is to do.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { loadSettings, printConfig, readDotEnv } from "../config.ts";
import type { Environment } from "../config/names.ts";
import { parseRoles } from "./roles.ts";

/** Runs the server until it is told to stop. */
export async function start(args: string[]): Promise<number> {
  const options = {
    "print-config": { type: "boolean" },
    roles: { type: "string" },
    lan: { type: "boolean", default: false },
  } as const;
  const { values } = parseArgs({ args, options });
  const dotEnv = readDotEnv();
  const env = values.lan ? withLanHost(Deno.env.toObject(), dotEnv) : Deno.env.toObject();
  const settings = { ...loadSettings(env, dotEnv), lan: values.lan };
  const roles = parseRoles(values.roles, settings);
  if (values["print-config"]) {
    console.log(printConfig(env, dotEnv));
    return 0;
  }
  // Each is loaded only where it runs: a process that classifies needs none of the pages.
  const { kafka } = settings;
  if (kafka && !roles.has("web")) {
    return await (await import("./start_headless.ts")).startHeadless(kafka, settings, roles);
  }
  return await (await import("./start_web.ts")).startWeb(settings, roles, printConfig(env, dotEnv));
}

/** For phones the server listens in every network, unless the settings say where. */
function withLanHost(env: Environment, dotEnv: Environment): Environment {
  return { ...env, HOST: env.HOST || dotEnv.HOST || "0.0.0.0" };
}
