/**
 * `deno task bench`: measures the server on this machine. Load generator and server share its cores, so
 * compare figures only with others of the same machine; `--peer` measures another server in the same run.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { SYSTEM_CLOCK } from "../commands/clock.ts";
import { numberOption, UsageError } from "../commands/usage.ts";
import { loadSettings } from "../config.ts";
import { benchConns } from "./conns.ts";
import { benchE2e, LIVE_PATH } from "./e2e.ts";
import { benchIngest } from "./ingest.ts";
import { benchKafka } from "./kafka.ts";
import { report, type Row } from "./report.ts";
import { PRODUCT, type Server, startPeer, startProduct } from "./server.ts";
import { benchSnowflake } from "./snowflake.ts";
import { benchStream } from "./stream.ts";

/** With a peer, each server is measured this often, in turn: the machine's mood hits both. */
const ROUNDS = 2;

/**
 * The command.
 *
 * @returns the exit code: 0 measured, 130 stopped with Ctrl-C
 */
export async function bench(args: string[]): Promise<number> {
  const { suite, values } = readArguments(args);
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  Deno.addSignalListener("SIGINT", onInterrupt);
  const rows: Row[] = [];
  try {
    for await (const row of suite(values, stop.signal)) {
      rows.push(row);
      if (stop.signal.aborted) break;
    }
    return stop.signal.aborted ? 130 : 0;
  } catch (error) {
    // What was under way ends with an error of its own when it is stopped.
    if (!stop.signal.aborted) throw error;
    console.error("stopped");
    return 130;
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
    // Also when a later run has failed: some take minutes.
    if (rows.length > 0) console.log(report(rows));
  }
}

const OPTIONS = {
  phones: { type: "string" },
  secs: { type: "string" },
  conns: { type: "string" },
  loader: { type: "string" },
  overload: { type: "string" },
  peer: { type: "string" },
} as const;
type Values = { [Name in keyof typeof OPTIONS]?: string };
type Suite = (values: Values, signal: AbortSignal) => Iterable<Row> | AsyncIterable<Row>;

const SUITES: Record<string, Suite> = {
  ingest(values, signal) {
    const conns = count(values, "conns", 256, 10_000);
    const secs = count(values, "secs", 20, 3600);
    return measured(values.peer, (server) => benchIngest(server, { conns, secs, signal }));
  },
  stream(values) {
    return [benchStream(count(values, "phones", 10_000, 1_000_000), count(values, "secs", 100, 3600))];
  },
  e2e(values, signal) {
    const phones = count(values, "phones", 1000, 100_000);
    const secs = count(values, "secs", 60, 86_400);
    const conns = count(values, "conns", 200, 10_000);
    const loader = loaderPath(values.loader);
    return measured(values.peer, (server) => {
      const keys = server.name === PRODUCT;
      const livePath = keys ? LIVE_PATH : "/api/live";
      return benchE2e(server, { phones, secs, conns, keys, livePath, loader, clock: SYSTEM_CLOCK, signal });
    });
  },
  conns(values, signal) {
    const conns = count(values, "conns", 5000, 50_000);
    return measured(values.peer, (server) => benchConns(server, conns, signal));
  },
  live(values, signal) {
    const phones = count(values, "phones", 200, 1000);
    const secs = count(values, "secs", 120, 86_400);
    return measured(values.peer, async (server) => {
      // A browser driver that no other benchmark needs.
      const { benchLivePage } = await import("./live_page.ts");
      return benchLivePage(server, { phones, secs, clock: SYSTEM_CLOCK, signal });
    });
  },
  snowflake(values, signal) {
    const phones = count(values, "phones", 200, 10_000);
    const secs = count(values, "secs", 60, 86_400);
    const conns = count(values, "conns", 50, 10_000);
    return benchSnowflake({ phones, secs, conns, clock: SYSTEM_CLOCK, signal });
  },
  kafka(values, signal) {
    const { overload } = values;
    return benchKafka({
      phones: count(values, "phones", 1000, 100_000),
      secs: count(values, "secs", 60, 86_400),
      conns: count(values, "conns", 200, 10_000),
      loader: loaderPath(values.loader),
      overload: overload === undefined
        ? undefined
        : numberOption("--overload", overload, 1.5, { min: 1, max: 100, integer: false }),
      kafka: loadSettings(Deno.env.toObject()).kafka,
      signal,
    });
  },
};

/** Measures the product and, in turn with it, the peer. Every run has a fresh server. */
async function* measured(
  peer: string | undefined,
  run: (server: Server) => Promise<Row>,
): AsyncGenerator<Row> {
  const starts = [startProduct];
  if (peer !== undefined) {
    const [, name, command] = /^([^=]+)=(.+)$/.exec(peer) ?? [];
    if (command === undefined || name === PRODUCT) {
      throw new UsageError(
        `--peer is ${
          JSON.stringify(peer)
        }: expected NAME=COMMAND, for example --peer "floor=deno run /floor/server.ts --port={port}"`,
      );
    }
    starts.push(() => startPeer(name, command));
  }
  const cpu = new Map<string, number>();
  for (let round = 0; round < (peer === undefined ? 1 : ROUNDS); round++) {
    for (const start of starts) {
      await using server = await start();
      const row = await run(server);
      cpu.set(
        server.name,
        (cpu.get(server.name) ?? 0) + Number(row.cpuUsPerBatch ?? row.cpuCores ?? row.serverCpuS),
      );
      yield row;
    }
  }
  const [product, other] = [...cpu];
  if (other !== undefined) {
    yield { suite: "cpu ratio", server: `${product[0]} / ${other[0]}`, ratio: product[1] / other[1] };
  }
}

function readArguments(args: string[]): { suite: Suite; values: Values } {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0 || !Object.hasOwn(SUITES, name)) {
    const got = positionals.length === 0 ? "nothing" : JSON.stringify(positionals.join(" "));
    throw new UsageError(
      `${got} is no benchmark: expected one of ${Object.keys(SUITES).join(", ")}, for example bench e2e`,
    );
  }
  return { suite: SUITES[name], values };
}

function count(values: Values, name: keyof Values, standard: number, max: number): number {
  return numberOption(`--${name}`, values[name], standard, { min: 1, max });
}

function loaderPath(loader: string | undefined): string | undefined {
  if (loader === undefined || loader.startsWith("go:")) return loader?.slice("go:".length);
  throw new UsageError(
    `--loader is ${JSON.stringify(loader)}: expected go:PATH, for example --loader go:/tmp/phones`,
  );
}
