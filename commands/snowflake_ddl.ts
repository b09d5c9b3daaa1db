/**
 * `deno task snowflake:ddl`: the SQL that makes in Snowflake what records are loaded into.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { loadSettings, readDotEnv } from "../config.ts";
import { type DdlOptions, ddlSections } from "../sinks/snowflake/ddl/mod.ts";
import { LOADER, READER } from "../sinks/snowflake/ddl/names.ts";
import { publicKeyBody, PublicKeyError } from "../sinks/snowflake/ddl/public_key.ts";
import { PrivateKeyError, readPrivateKey } from "../sinks/snowflake/driver/private_key.ts";
import type { SnowflakeSettings } from "../sinks/snowflake/settings.ts";
import { UsageError } from "./usage.ts";

/**
 * The command.
 *
 * @returns the exit code: 0
 * @throws UsageError when a key's file is of no use
 */
export function snowflakeDdl(args: string[]): Promise<number> {
  const { snowflake } = loadSettings(Deno.env.toObject(), readDotEnv());
  console.log(ddlScript(ddlOptions(args, snowflake)));
  return Promise.resolve(0);
}

/**
 * @param args the command line
 * @param snowflake the settings in force, null when there are none yet
 * @throws UsageError when a key's file is of no use
 */
export function ddlOptions(args: string[], snowflake: SnowflakeSettings | null): DdlOptions {
  const { values } = parseArgs({
    args,
    options: { "public-key": { type: "string" }, "reader-public-key": { type: "string" } },
  });
  return {
    loader: snowflake ?? LOADER,
    publicKey: loaderKey(values["public-key"], snowflake),
    readerPublicKey: keyFile("--reader-public-key", values["reader-public-key"]),
  };
}

/** What is printed: ready to paste into a worksheet, or for `snowsql -f`. */
export function ddlScript(options: DdlOptions): string {
  const { user } = options.loader ?? LOADER;
  const sections = ddlSections(options).map(({ title, statements }) =>
    [`-- ${title}`, ...statements.map((sql) => `${sql};`)].join("\n")
  );
  const missing = [
    ...(options.publicKey === undefined ? [keyAdvice(user, "rsa_key", "--public-key")] : []),
    ...(options.readerPublicKey === undefined
      ? [keyAdvice(READER, "reader_rsa_key", "--reader-public-key")]
      : []),
  ];
  return [
    "-- Run all of it in a worksheet, as someone who has the roles SYSADMIN and USERADMIN (ACCOUNTADMIN has both).\n" +
    "-- It can be run again at any time: what is there stays, what is missing is added.",
    ...missing,
    ...sections,
  ].join("\n\n");
}

/** The key of `--public-key`, else the public half of the private one that loads. */
function loaderKey(path: string | undefined, snowflake: SnowflakeSettings | null): string | undefined {
  if (path !== undefined || snowflake === null) return keyFile("--public-key", path);
  try {
    return readPrivateKey(snowflake).publicKey;
  } catch (error) {
    if (!(error instanceof PrivateKeyError)) throw error;
    throw new UsageError(
      `${error.message}\nTo print the SQL all the same, give the public key by --public-key FILE`,
      { cause: error },
    );
  }
}

function keyFile(option: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return publicKeyBody(Deno.readTextFileSync(path), `${option} ${path}`);
  } catch (error) {
    if (error instanceof PublicKeyError) throw new UsageError(error.message, { cause: error });
    if (error instanceof Deno.errors.NotFound) {
      throw new UsageError(`${option} ${path}: no such file; ${option} expects an RSA public key in PEM`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** How to make a key pair, by Snowflake's guide to key-pair authentication. */
function keyAdvice(user: string, name: string, option: string): string {
  return [
    `-- ${user} is given no key here: one that it has stays, and without one it cannot log in. To make a pair:`,
    `--   openssl genrsa 2048 | openssl pkcs8 -topk8 -v2 aes256 -inform PEM -out ${name}.p8`,
    `--   openssl rsa -in ${name}.p8 -pubout -out ${name}.pub`,
    `--   deno task snowflake:ddl ${option} ${name}.pub`,
  ].join("\n");
}
