/**
 * The `start` command: everything in order, and everything in order again on the way out.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { loadSettings, printConfig, readDotEnv, type Settings } from "../config.ts";
import { loadDevices } from "../control/devices.ts";
import { newIngestCounters } from "../ingest/counters.ts";
import { createIngest } from "../ingest/service.ts";
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
  const assets = await loadAssets();
  const stopped = Promise.withResolvers<number>();
  let live: LiveHub | undefined;
  const engine = await EngineClient.start(settings, {
    onFrame: (channel, frame) => live?.send(channel, frame),
    onFatal: (error) => {
      console.error(error.message);
      stopped.resolve(1);
    },
  });
  live = new LiveHub(engine);
  const devices = await loadDevices(engine, Date.now);
  const counters = newIngestCounters();
  const { openIngest, maxPastMs } = settings;
  const ingest = createIngest({
    sink: engine,
    keys: devices,
    settings: { ...DEFAULT_INGEST, openIngest, maxPastMs },
    now: Date.now,
    counters,
  });
  const demo = createDemo((body) => ingest.post(demoRequest(body)), SYSTEM_CLOCK);
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
  const server = Deno.serve({
    hostname: settings.host,
    port: settings.port,
    onListen: ({ port }) => {
      services.settings = { ...settings, port };
      console.log(`ready http://${settings.host.includes(":") ? `[${settings.host}]` : settings.host}:${port}`);
    },
  }, (req, info) => app.fetch(req, { remoteAddr: (info.remoteAddr as Deno.NetAddr).hostname }));
  onStopSignal(() => stopped.resolve(0));
  const code = await stopped.promise;
  await demo.stop();
  live.close();
  await Promise.race([server.shutdown(), new Promise((resolve) => setTimeout(resolve, DRAIN_MS))]);
  ingest.close();
  if (code === 0) await engine.close();
  return code;
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await Deno.mkdir(dataDir, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new Error(
      `DATA_DIR is ${dataDir}, and the task "start" may write only to ./data: start it with\n  ` +
        `deno task start:at ${dataDir}`,
      { cause: error },
    );
  }
}

/** The demo's phone runs inside the server: its requests need no socket. */
function demoRequest(body: object): Request {
  const text = JSON.stringify(body);
  return new Request("http://localhost/sensor-data", {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": String(text.length) },
    body: text,
  });
}

async function readiness(engine: EngineClient): Promise<Readiness> {
  const { trouble, lagRecords } = await engine.stats();
  const lag = lagRecords.reduce((sum, n) => sum + n, 0);
  return {
    ready: trouble === null,
    checks: { log: trouble ?? "ok", processing: lag === 0 ? "ok" : `${lag} records behind` },
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
