/**
 * The `start` command: everything in order, and everything in order again on the way out.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { loadSettings, printConfig, readDotEnv, type Settings } from "../config.ts";
import { loadDevices } from "../control/devices.ts";
import { newIngestCounters } from "../ingest/counters.ts";
import { createIngest } from "../ingest/http/service.ts";
import { DEFAULT_INGEST } from "../ingest/settings.ts";
import { createApp } from "../web/app.ts";
import { LiveHub } from "../web/live_feed.ts";
import { formatMetrics } from "../web/metrics.ts";
import type { Readiness, Services } from "../web/services.ts";
import { loadAssets } from "../web/assets.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { createDemo } from "./demo.ts";
import { EngineClient } from "./engine/client.ts";
import { metricsOf } from "./start_metrics.ts";
import { UsageError } from "./usage.ts";

/** Something outside the program keeps it from starting; the message says what to do. */
export class StartError extends UsageError {
  override name = "StartError";
}

type App = Awaited<ReturnType<typeof createApp>>;

/** How long open requests get to finish when the server stops, ms. */
const DRAIN_MS = 5000;

/** Runs the server until it is told to stop. */
export async function start(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { "print-config": { type: "boolean" } } });
  const env = Deno.env.toObject();
  const dotEnv = readDotEnv();
  const settings = loadSettings(env, dotEnv);
  if (values["print-config"]) {
    console.log(printConfig(env, dotEnv));
    return 0;
  }
  await makeDataDir(settings.dataDir);
  const assets = await orStartError(loadAssets());
  const stopped = Promise.withResolvers<number>();
  const starting = EngineClient.start(settings, (error) => {
    console.error(error.message);
    stopped.resolve(1);
  });
  const engine = await orStartError(starting, `the data in ${settings.dataDir} cannot be opened: `);
  const live = new LiveHub(engine);
  engine.onFrame = (channel, frame) => live.send(channel, frame);
  const devices = await loadDevices(engine, Date.now);
  const counters = newIngestCounters();
  const { openIngest, maxPastMs } = settings;
  const ingestDeps = {
    sink: engine,
    keys: devices,
    settings: { ...DEFAULT_INGEST, openIngest, maxPastMs },
    now: Date.now,
    counters,
  };
  const ingest = createIngest(ingestDeps);
  // The demo's phone is part of the server: it needs no key and no socket.
  const demoIngest = createIngest({ ...ingestDeps, settings: { ...ingestDeps.settings, openIngest: true } });
  const demo = createDemo((body) => demoIngest.post(demoRequest(body)), SYSTEM_CLOCK);
  const services: Services = {
    settings,
    ingest,
    store: engine.store,
    live,
    devices,
    demo,
    readiness: () => readiness(engine),
    metrics: async () => formatMetrics(metricsOf(counters, await engine.stats(), live)),
    lanAddresses,
  };
  const app = await createApp(services, { assets });
  const server = listen(settings, app, (port) => services.settings = { ...settings, port });
  await dropPermissions();
  onStopSignal(() => stopped.resolve(0));
  const code = await stopped.promise;
  await demo.stop();
  live.close();
  await Promise.race([server.shutdown(), new Promise((resolve) => setTimeout(resolve, DRAIN_MS))]);
  ingest.close();
  demoIngest.close();
  if (code === 0) await engine.close();
  return code;
}

async function orStartError<T>(step: Promise<T>, what = ""): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw new StartError(`${what}${(error as Error).message}`);
  }
}

/** Listens, and says so on standard output once readings can be sent. */
function listen(settings: Settings, app: App, onPort: (port: number) => void): Deno.HttpServer {
  const { port } = settings;
  const host = settings.host.replace(/^\[|\]$/g, "");
  const onListen = (address: Deno.NetAddr) => {
    onPort(address.port);
    const isEverywhere = host === "0.0.0.0" || host === "::";
    const shown = isEverywhere ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
    console.log(`ready http://${shown}:${address.port}`);
    if (!isEverywhere) return;
    for (const lan of lanAddresses()) {
      console.log(`phones on the network reach it at http://${lan}:${address.port}`);
    }
  };
  try {
    return Deno.serve(
      { hostname: host, port, onListen },
      (req, info) => app.fetch(req, { remoteAddr: (info.remoteAddr as Deno.NetAddr).hostname }),
    );
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new StartError(
        `port ${port} is in use on ${host}: stop what listens there, or choose another, e.g. PORT=8001`,
      );
    }
    if (error instanceof Deno.errors.AddrNotAvailable) {
      throw new StartError(
        `HOST is ${host}, which is no address of this machine: expected e.g. 127.0.0.1 or 0.0.0.0`,
      );
    }
    throw error;
  }
}

/**
 * DATA_DIR can be anywhere, so the task may write anywhere; from here on nothing opens a file any more. The Worker, which has
 * the databases open, does the same.
 */
async function dropPermissions(): Promise<void> {
  await Deno.permissions.revoke({ name: "write" });
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await Deno.mkdir(dataDir, { recursive: true });
  } catch (error) {
    throw new StartError(
      `DATA_DIR is ${dataDir}, which cannot be made (${(error as Error).message}): expected a folder`,
    );
  }
}

function demoRequest(body: object): Request {
  const text = JSON.stringify(body);
  return new Request("http://localhost/sensor-data", {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": String(text.length) },
    body: text,
  });
}

async function readiness(engine: EngineClient): Promise<Readiness> {
  const { trouble, lagRecords, readModelFilling } = await engine.stats();
  const lag = lagRecords.reduce((sum, n) => sum + n, 0);
  return {
    ready: trouble === null,
    checks: {
      log: trouble ?? "ok",
      processing: lag === 0 ? "ok" : `${lag} records behind`,
      pages: readModelFilling ? "being filled from the log: they do not show everything yet" : "ok",
    },
  };
}

/** Addresses of this machine in its networks, IPv4 first: what people type into a phone. */
function lanAddresses(): string[] {
  return Deno.networkInterfaces()
    .filter(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
    .map(({ address }) => address);
}

/** Ctrl-C or SIGTERM stops in order; a second one at once. */
function onStopSignal(stop: () => void): void {
  let asked = false;
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) {
    Deno.addSignalListener(signal, () => {
      if (asked) Deno.exit(130);
      asked = true;
      console.error("stopping: finishing what was accepted (again to stop at once)");
      stop();
    });
  }
}
