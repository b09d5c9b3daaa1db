/**
 * The commands: `deno task start`, `deno task replay`, and so on. Each is loaded only when it is called.
 *
 * @module
 */
import { SettingsError } from "./config.ts";
import { nearest } from "./config/nearest.ts";
import { RecordingError } from "./commands/recordings.ts";
import { UsageError } from "./commands/usage.ts";

interface Command {
  summary: string;
  /** What follows the command's name. */
  usage: string;
  options: [string, string][];
  example: string;
  /** Returns the command; it answers with the exit code. */
  load(): Promise<(args: string[]) => Promise<number>>;
}

const COMMANDS: Record<string, Command> = {
  start: {
    summary: "Run the server: takes readings, classifies them, shows them live",
    usage: "[--roles web,stream] [--print-config]",
    options: [
      [
        "--roles R",
        "what this process does, with Kafka only: web (readings, pages), stream (classify), or both",
      ],
      ["--print-config", "print every setting with its source, secrets hidden, and end"],
    ],
    example: "PORT=9000 deno task start",
    load: async () => (await import("./commands/start.ts")).start,
  },
  replay: {
    summary: "Post recordings to a server as phones would",
    usage: "PATH... [--speed N|max] [--url U] [--devices N] [--key K] [--labels [--token T]] [faults]",
    options: [
      ["PATH", "a recording (CSV t_ms,x,y,z, may be .gz) or a folder with an index.csv"],
      ["--speed N|max", "times real time, or as fast as the server takes it (1)"],
      ["--url U", "the server (http://127.0.0.1:8000)"],
      ["--devices N", "how many phones post at the same time (1)"],
      ["--key K", "device key, where the server asks for one"],
      ["--labels", "label each session as its folder's index.csv says, and name it after its file"],
      ["--token T", "API token of the role admin for that, where the server asks for one"],
      ["--drop SHARE", "fault: so many messages never arrive, for example 0.05"],
      ["--duplicate SHARE", "fault: so many are sent twice, with the same messageId"],
      ["--reorder SHARE", "fault: so many come after the one that follows them"],
      ["--delay A-B", "fault: each is on its way for A to B ms, for example 0-2000"],
      ["--offline L@T", "fault: no network for L from T on, then all at once, for example 30s@60s"],
      ["--clock D", "fault: the phone's clock is ahead, +180s, or behind, --clock=-180s"],
      ["--clock-jump D@T", "fault: the phone's clock leaps by D at T, 60s@30s or --clock-jump=-60s@30s"],
      ["--unit g|ms2", "send in g, or in m/s² (ms2)"],
      ["--gravity included|removed", "send with gravity, or without (as linear acceleration)"],
      ["--seed N", "which messages the faults meet: the same for the same number (1)"],
    ],
    example: "deno task replay recordings --speed 10 --devices 20 --drop 0.05 --offline 30s@60s",
    load: async () => (await import("./commands/replay.ts")).replay,
  },
  evaluate: {
    summary: "Classify labelled recordings with the server's own code and report how well",
    usage: "DIR [--json] [--thresholds FILE]",
    options: [
      ["DIR", "a folder with an index.csv"],
      ["--json", "print JSON instead of tables"],
      ["--thresholds FILE", "thresholds to use instead of the built-in ones"],
    ],
    example: "deno task evaluate recordings --json",
    load: async () => (await import("./commands/evaluate.ts")).evaluate,
  },
  bench: {
    summary: "Measure the server on this machine",
    usage: "ingest|stream|e2e|conns|live|kafka [options]",
    options: [
      ["ingest", "most readings a second that become durable"],
      ["stream", "readings a second that one core classifies"],
      ["e2e", "phones in real time, from window end to the live page"],
      ["conns", "many phones that connect in the same moment"],
      [
        "live",
        "the Live page in Chromium: frames while it scrolls, memory, what each viewer costs the server",
      ],
      ["kafka", "ingest, e2e and a backlog to classify, on the embedded log and on Kafka in turn"],
      ["--phones N", "phones of e2e and kafka (1000) and of live (200), sessions of stream (10000)"],
      ["--secs N", "length of a run, s (ingest 20, stream 100, e2e and kafka 60, live 120)"],
      ["--conns N", "connections (ingest 256, e2e and kafka 200, conns 5000)"],
      ["--overload F", "kafka: then F times the phones for a while, and as many as before, for example 1.5"],
      [
        "--peer NAME=CMD",
        "give another server the same load in turn; {port} in CMD is replaced, paths are absolute",
      ],
      [
        "--loader go:PATH",
        "e2e, kafka: send the load with a program that takes -base -phones -secs -conns -live-path -keys",
      ],
    ],
    example: "deno task bench e2e --phones 2000 --secs 120",
    load: async () => (await import("./bench/bench.ts")).bench,
  },
  kafka: {
    summary: "Run one Kafka node for development",
    usage: "",
    options: [],
    example: "deno task kafka",
    load: async () => (await import("./commands/kafka.ts")).kafka,
  },
  "snowflake:ddl": {
    summary: "Print the SQL that makes in Snowflake what records are loaded into",
    usage: "[--public-key FILE] [--reader-public-key FILE]",
    options: [
      [
        "--public-key FILE",
        "public key of the user that loads (the public half of SNOWFLAKE_PRIVATE_KEY_PATH)",
      ],
      ["--reader-public-key FILE", "public key of the user that dashboards read with"],
    ],
    example: "deno task snowflake:ddl --public-key rsa_key.pub > snowflake.sql",
    load: async () => (await import("./commands/snowflake_ddl.ts")).snowflakeDdl,
  },
  "snowflake:check": {
    summary: "Check what loading into Snowflake needs, and say what to run to mend it",
    usage: "[--json]",
    options: [["--json", "print JSON instead of a table"]],
    example: "deno task snowflake:check",
    load: async () => (await import("./commands/snowflake_check.ts")).snowflakeCheck,
  },
  connect: {
    summary: "Write the Kafka Connect files for the settings in force",
    usage: "[--dir DIR]",
    options: [["--dir DIR", "where to (connect)"]],
    example: "deno task connect --dir /etc/kafka-connect",
    load: async () => (await import("./commands/connect.ts")).connect,
  },
  "snowflake:local": {
    summary: "Run a Snowflake account on this machine, to try loading without one",
    usage: "[--port N] [--folder DIR]",
    options: [
      ["--port N", "where it answers on 127.0.0.1 (8085)"],
      ["--folder DIR", "its data and keys (data/snowflake)"],
    ],
    example: "deno task snowflake:local",
    load: async () => (await import("./commands/snowflake_local.ts")).snowflakeLocal,
  },
  build: {
    summary: "Bundle what runs in the browser into static/build",
    usage: "",
    options: [],
    example: "deno task build",
    load: async () => (await import("./commands/build.ts")).build,
  },
};

/**
 * Runs one command.
 *
 * @param args the command's name and its arguments
 * @returns the exit code: 0 good, 1 failed, 2 called wrongly
 */
export async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(overview());
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    const near = nearest(name, Object.keys(COMMANDS));
    console.error(`${name} is no command${near ? `: did you mean ${near}?` : ""}\n\n${overview()}`);
    return 2;
  }
  const command = COMMANDS[name];
  if (rest.includes("--help") || rest.includes("-h")) {
    console.log(help(name, command));
    return 0;
  }
  try {
    return await (await command.load())(rest);
  } catch (error) {
    if (!isCallersMistake(error)) throw error;
    console.error(`${name}: ${error.message}`);
    if (!(error instanceof SettingsError)) console.error(`\nSee: deno task ${name} --help`);
    return 2;
  }
}

function isCallersMistake(error: unknown): error is Error {
  if ([UsageError, SettingsError, RecordingError].some((kind) => error instanceof kind)) return true;
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_");
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length)) + 2;
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`);
  return ["Usage: deno task COMMAND [options]", "", ...lines, "", "deno task COMMAND --help says more."].join(
    "\n",
  );
}

function help(name: string, { summary, usage, options, example }: Command): string {
  const width = Math.max(0, ...options.map(([option]) => option.length)) + 2;
  return [
    `${summary}.`,
    "",
    `Usage: deno task ${name} ${usage}`.trimEnd(),
    ...(options.length > 0
      ? ["", ...options.map(([option, text]) => `  ${option.padEnd(width)}${text}`)]
      : []),
    "",
    `Example: ${example}`,
  ].join("\n");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
