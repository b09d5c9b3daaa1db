/**
 * A process that takes readings and has the pages, with or without the tasks that classify and the loading into Snowflake:
 * everything in order, and everything in order again on the way out.
 *
 * @module
 */
import type { Settings } from "../config.ts";
import { loadDevices } from "../control/devices.ts";
import { newIngestCounters } from "../ingest/counters.ts";
import { createIngest } from "../ingest/http/service.ts";
import { DEFAULT_INGEST } from "../ingest/settings.ts";
import { createApp } from "../web/app.ts";
import { loadAssets } from "../web/assets.ts";
import { LiveHub } from "../web/live_feed.ts";
import { formatMetrics } from "../web/metrics.ts";
import type { Services } from "../web/services.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { createDemo } from "./demo.ts";
import { EngineClient } from "./engine/client.ts";
import { logHealthOf, readinessOf, snowflakeHealthOf } from "./health.ts";
import { dropPermissions } from "./permissions.ts";
import type { Role } from "./roles.ts";
import { drain, lanAddresses, listen, onStopSignal, orStartError, StartError } from "./serving.ts";
import { webMetrics } from "./start_metrics.ts";

/**
 * Runs until the process is told to stop.
 *
 * @param roles "web", and what else it does
 * @returns the exit code
 * @throws StartError with what to do when it cannot start
 */
export async function startWeb(settings: Settings, roles: ReadonlySet<Role>): Promise<number> {
  await makeDataDir(settings.dataDir);
  const assets = await orStartError(loadAssets());
  const stopped = Promise.withResolvers<number>();
  const engineOptions = {
    ...settings,
    runsTasks: roles.has("stream"),
    snowflake: roles.has("snowflake") ? settings.snowflake : null,
  };
  const starting = EngineClient.start(engineOptions, (error) => {
    console.error(error.message);
    stopped.resolve(1);
  });
  const engine = await orStartError(starting);
  const live = new LiveHub(engine);
  engine.onFrame = (channel, frame) => live.send(channel, frame);
  const devices = await orStartError(loadDevices(engine, Date.now));
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
    readiness: async () => readinessOf(await engine.stats(), engine.appendTrouble),
    logHealth: async () => logHealthOf((await engine.stats()).status, engine.appendTrouble),
    snowflakeHealth: async () => snowflakeHealthOf(settings.snowflake, (await engine.stats()).snowflake),
    deadLetters: (limit) => engine.readDeadLetters(limit),
    metrics: async () => formatMetrics(webMetrics(counters, await engine.stats(), live)),
    lanAddresses,
  };
  const app = await createApp(services, { assets });
  const server = listen(
    settings,
    (req, remoteAddr) => app.fetch(req, { remoteAddr }),
    (port) => services.settings = { ...settings, port },
  );
  // The databases are open, and the server listens.
  await dropPermissions(settings.kafka !== null || engineOptions.snowflake !== null);
  onStopSignal(() => stopped.resolve(0));
  const code = await stopped.promise;
  await demo.stop();
  live.close();
  await drain(server);
  ingest.close();
  demoIngest.close();
  if (code === 0) await engine.close();
  return code;
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
