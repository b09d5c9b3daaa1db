/**
 * `deno task connect`: the files that load both topics into Snowflake by Kafka Connect.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { loadSettings, readDotEnv, type Settings } from "../config.ts";
import { connectorFiles } from "../connect/connectors.ts";

/** The folder that `docker-compose.yml` builds its worker from. */
const FOLDER = "connect";

/**
 * The command.
 *
 * @returns the exit code: 0
 * @throws SettingsError naming every wrong setting
 */
export async function connect(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { dir: { type: "string", default: FOLDER } } });
  const settings = loadSettings(Deno.env.toObject(), readDotEnv());
  for (const path of await writeConnectors(values.dir, settings)) console.log(path);
  console.log(`\n${connectAdvice(settings)}`);
  return 0;
}

/** @returns the files it wrote */
export async function writeConnectors(
  dir: string,
  { kafka, snowflake }: Pick<Settings, "kafka" | "snowflake">,
): Promise<string[]> {
  const files = connectorFiles({ topicPrefix: kafka?.topicPrefix ?? "", snowflake });
  const paths: string[] = [];
  for (const [name, text] of files) {
    const path = join(dir, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
    paths.push(path);
  }
  return paths;
}

/** What whoever has the files does next. */
export function connectAdvice({ snowflake }: Pick<Settings, "snowflake">): string {
  const filled = snowflake === null
    ? "The worker's environment fills the placeholders: SNOWFLAKE_URL, SNOWFLAKE_USER, SNOWFLAKE_ROLE and " +
      "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE."
    : "The key and its passphrase are not in the files: the worker reads them from its secrets and environment.";
  return `${filled} connect/README.md says how to run them.\n` +
    "Do not run them beside --roles snowflake: both would load every record.";
}
