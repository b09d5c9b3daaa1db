/**
 * A real Kafka Connect worker with Snowflake's connector, set up as `connect/worker.properties` says.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { installJars, javaArgs } from "./java.ts";
import { Jars } from "./jars.ts";
import { freePorts } from "./ports.ts";
import type { Connector } from "../../connect/connectors.ts";

const CONNECT = new URL("../../connect/", import.meta.url);
const PLUGINS = fileURLToPath(new URL("plugins", import.meta.url));
const SNOWFLAKE = new Jars({
  pomPath: fileURLToPath(new URL("pom.xml", CONNECT)),
  path: `${PLUGINS}/snowflake`,
  what: "Snowflake's connector by Maven, once (304 MB)",
});

/** Twice what the connector's JDBC driver needs to log in. */
const HEAP = "-Xmx512m";
/** As `connect/Dockerfile` has it: without, the JDBC driver takes an existing database for a missing one. */
const ADD_OPENS = "--add-opens=java.base/java.nio=ALL-UNNAMED";
/** It looks through all jars of the plugin first: 11 to 24 s alone, several times that on a busy machine, ms. */
const READY_MS = 180_000;
/** Between two questions whether it is ready, ms. */
const PROBE_MS = 200;
/** The connector itself waits a minute and a half for an address that does not answer, ms. */
const VALIDATE_MS = 120_000;
/** Lines of its log that an error shows. */
const LOG_LINES = 30;

/**
 * Ends Java when stdin closes, and so also when the test that started it is killed; ends itself when Java ends.
 */
const RUN = `exec 3<&0 >"$1" 2>&1; shift
java "$@" & java=$!
{ cat <&3 >/dev/null; kill -9 $java; } &
wait $java`;

/** A distributed worker takes this for a setting of its topic and refuses it. */
const OF_STANDALONE = "offset.storage.file.filename=";

/** Of `connect-distributed`, instead of a file of one worker's own; one broker cannot hold three replicas. */
const distributed = (id: string) => ({
  "group.id": `connect-${id}`,
  ...Object.fromEntries(["config", "offset", "status"].flatMap((kind) => [
    [`${kind}.storage.topic`, `connect-${id}-${kind}`],
    [`${kind}.storage.replication.factor`, "1"],
  ])),
});

export interface WorkerOptions {
  brokers: readonly string[];
  /** Folder of the files that `${directory:…}` may name. */
  secretsPath: string;
  /** What `${env:…}` finds. */
  env: Record<string, string>;
}

/** A worker that serves. */
export interface ConnectWorker extends AsyncDisposable {
  /**
   * Has a connector's configuration checked, as before it is made.
   *
   * @returns the errors of each option that has some, by the option's name
   */
  validate(connector: Connector): Promise<Record<string, string[]>>;
  /** All it has logged. */
  log(): Promise<string>;
}

/**
 * Starts a distributed worker on 127.0.0.1.
 *
 * @throws Error with the end of its log when it ends or is not ready in time
 */
export async function startWorker({ brokers, secretsPath, env }: WorkerOptions): Promise<ConnectWorker> {
  await installJars();
  await SNOWFLAKE.install();
  const folder = await Deno.makeTempDir({ prefix: "connect-" });
  const url = `http://127.0.0.1:${freePorts(1)[0]}`;
  const logPath = `${folder}/worker.log`;
  const propertiesPath = `${folder}/worker.properties`;
  const properties = {
    ...readProperties(),
    ...distributed(crypto.randomUUID()),
    "bootstrap.servers": brokers.join(","),
    "plugin.path": PLUGINS,
    "listeners": url,
    "config.providers.directory.param.allowed.paths": secretsPath,
  };
  await Deno.writeTextFile(
    propertiesPath,
    Object.entries(properties).map(([name, value]) => `${name}=${value}\n`).join(""),
  );
  const jvm = [HEAP, ADD_OPENS, "-Dlog.level=info"];
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      RUN,
      "sh",
      logPath,
      ...javaArgs(jvm, "org.apache.kafka.connect.cli.ConnectDistributed", [propertiesPath]),
    ],
    env,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  const status = child.status.then(() => void (ended = true));
  const dispose = async () => {
    await child.stdin.close();
    await status;
    await Deno.remove(folder, { recursive: true });
  };
  const log = () => Deno.readTextFile(logPath);
  try {
    await ready(url, () => ended);
  } catch (error) {
    const end = (await log()).trimEnd().split("\n").slice(-LOG_LINES).join("\n");
    await dispose();
    throw new Error(`the Kafka Connect worker ${(error as Error).message}; its log ends:\n${end}`);
  }
  return { validate: (connector) => validate(url, connector), log, [Symbol.asyncDispose]: dispose };
}

function readProperties(): Record<string, string> {
  const lines = Deno.readTextFileSync(new URL("worker.properties", CONNECT)).split("\n");
  return Object.fromEntries(
    lines.filter((line) => /^[^#]+=/.test(line) && !line.startsWith(OF_STANDALONE)).map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

async function ready(url: string, ended: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + READY_MS;
  while (performance.now() < deadlineMs) {
    if (ended()) throw new Error("ended while starting");
    try {
      const response = await fetch(`${url}/health`);
      await response.body?.cancel();
      if (response.ok) return;
    } catch (error) {
      // It does not listen yet.
      if (!(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
  }
  throw new Error(`was not ready within ${READY_MS} ms`);
}

async function validate(url: string, { name, config }: Connector): Promise<Record<string, string[]>> {
  const plugin = config["connector.class"].split(".").at(-1);
  const response = await fetch(`${url}/connector-plugins/${plugin}/config/validate`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, ...config }),
    signal: AbortSignal.timeout(VALIDATE_MS),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`the worker answered ${response.status}: ${JSON.stringify(answer)}`);
  const values: { name: string; errors: string[] }[] = answer.configs.map(
    ({ value }: { value: { name: string; errors: string[] } }) => value,
  );
  return Object.fromEntries(
    values.filter(({ errors }) => errors.length > 0).map(({ name, errors }) => [name, errors]),
  );
}
