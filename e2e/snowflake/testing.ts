/**
 * Tests that need a Snowflake account: each has one of its own.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { testUnlessMissing } from "../unless_missing.ts";
import { type LocalOptions, type LocalSnowflake, startSnowflake } from "./local.ts";

const SERVER = fileURLToPath(new URL("server", import.meta.url));

let missing: string | null | undefined;

/** A sentence that says what the strict server lacks on this machine and what to do; null when nothing. */
export function snowflakeMissing(): string | null {
  if (missing === undefined) missing = install();
  return missing;
}

/** Fetches DuckDB, once. */
function install(): string | null {
  const { success, stderr } = new Deno.Command("deno", {
    args: ["install", "--quiet", "--frozen"],
    cwd: SERVER,
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  if (success) return null;
  const why = new TextDecoder().decode(stderr).trim();
  return `The strict Snowflake server needs the packages of e2e/snowflake/server/deno.json, which could not be installed: ${why}`;
}

/**
 * Registers a test with an account that has our tables. Where the server's packages cannot be had it is skipped with a printed
 * reason; under CI it fails instead, since a skipped test there protects nobody.
 */
export function snowflakeTest(
  name: string,
  fn: (snowflake: LocalSnowflake, t: Deno.TestContext) => Promise<void>,
  options: LocalOptions = {},
): void {
  const run = async (t: Deno.TestContext) => {
    await using snowflake = await startSnowflake(options);
    await fn(snowflake, t);
  };
  testUnlessMissing("Snowflake", name, run, snowflakeMissing());
}
