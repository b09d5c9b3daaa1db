/**
 * `deno task snowflake:check`: whether records can be loaded into Snowflake, and what to run where they cannot.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { loadSettings, readDotEnv } from "../config.ts";
import type { Finding } from "../sinks/snowflake/check/finding.ts";
import { checkSnowflake } from "../sinks/snowflake/check/mod.ts";
import { ACCESS_ADMIN, OBJECT_ADMIN } from "../sinks/snowflake/ddl/names.ts";
import { connectSnowflake } from "../sinks/snowflake/driver/connect.ts";
import { UsageError } from "./usage.ts";

/** A host that takes connections does so within two round trips; a firewall says nothing, ms. */
const REACH_MS = 10_000;

/** What `--json` prints. */
export interface Report {
  /** Whether nothing is wrong; there may be warnings. */
  ok: boolean;
  findings: Finding[];
}

/**
 * The command.
 *
 * @returns the exit code: 0 when nothing is wrong, else 1
 * @throws UsageError when Snowflake is not set up
 */
export async function snowflakeCheck(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: "boolean", default: false } } });
  const { snowflake } = loadSettings(Deno.env.toObject(), readDotEnv());
  if (snowflake === null) {
    throw new UsageError(
      "SNOWFLAKE_ACCOUNT is not set: expected the account to check, for example SNOWFLAKE_ACCOUNT=MYORG-MYACCOUNT " +
        "with SNOWFLAKE_PRIVATE_KEY_PATH=./rsa_key.p8; deno task snowflake:ddl prints what to run there first",
    );
  }
  const findings = await checkSnowflake(snowflake, { connect: () => connectSnowflake(snowflake), reach });
  const report: Report = { ok: findings.every(({ state }) => state !== "wrong"), findings };
  console.log(values.json ? JSON.stringify(report) : asText(report));
  return report.ok ? 0 : 1;
}

/** The report for people: a table, then the SQL that mends what is wrong. */
export function asText({ findings }: Report): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const lines = findings.map(({ state, what, detail }) =>
    `${state.padEnd("warning".length)}  ${what.padEnd(width)}  ${detail}`
  );
  const broken = findings.filter(({ state }) => state === "wrong");
  return [
    lines.join("\n"),
    ...script("To mend what is wrong", broken),
    ...script("To mend what is warned of", findings.filter(({ state }) => state === "warning")),
    broken.length === 0 ? "Loading works." : `${broken.length} of ${findings.length} are wrong.`,
  ].join("\n\n");
}

/** Each statement once, although several findings may need it. */
function script(title: string, findings: Finding[]): string[] {
  const statements = new Set(findings.flatMap(({ mend }) => mend));
  if (statements.size === 0) return [];
  const who =
    `as ${OBJECT_ADMIN}, and as ${ACCESS_ADMIN} what is about users and roles (ACCOUNTADMIN may do both)`;
  return [[`${title}, run ${who}:`, ...[...statements].map((sql) => `${sql};`)].join("\n")];
}

/** @throws Error when nothing takes connections there */
export async function reach(host: string, port: number): Promise<void> {
  try {
    (await Deno.connect({ hostname: host, port, signal: AbortSignal.timeout(REACH_MS) })).close();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "TimeoutError")) throw error;
    throw new Error(`no answer within ${REACH_MS / 1000} s`, { cause: error });
  }
}
