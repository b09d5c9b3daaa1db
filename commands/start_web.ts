/**
 * A process that takes readings and has the pages, with or without the tasks that classify and the loading into Snowflake:
 * everything in order, and everything in order again on the way out.
 *
 * @module
 */
import type { Settings } from "../config.ts";
import { loadControl } from "../control/mod.ts";
import { createApp } from "../web/app.ts";
import { loadAssets } from "../web/assets.ts";
import { throughProxy } from "../web/forwarded.ts";
import { LiveHub } from "../web/live_feed.ts";
import { formatMetrics } from "../web/metrics.ts";
import { RawHub } from "../web/raw_feed.ts";
import type { Services } from "../web/services.ts";
import { EngineClient } from "./engine/client.ts";
import { logHealthOf, oneAtATime, readinessOf, snowflakeHealthOf } from "./health.ts";
import { dropPermissions } from "./permissions.ts";
import type { Role } from "./roles.ts";
import {
  type Answer,
  drain,
  lanAddresses,
  listen,
  onStopSignal,
  orStartError,
  StartError,
  tellSetupLink,
} from "./serving.ts";
import { openIntake } from "./start_intake.ts";
import { webMetrics } from "./start_metrics.ts";
import { loadDetails } from "./system_details.ts";
import { SessionTuning } from "./tuning.ts";

/**
 * Runs until the process is told to stop.
 *
 * @param roles "web", and what else it does
 * @param configText the settings as they are printed, for the Status page
 * @returns the exit code
 * @throws StartError with what to do when it cannot start
 */
export async function startWeb(
  settings: Settings,
  roles: ReadonlySet<Role>,
  configText: string,
): Promise<number> {
  await makeDataDir(settings.dataDir);
  // Loaded only where it is used: it brings a library of its own.
  const lan = settings.lan ? await (await import("./lan.ts")).openLan(settings) : null;
  const assets = await orStartError(loadAssets());
  const stopped = Promise.withResolvers<number>();
  const engine = await orStartError(startEngine(settings, roles, () => stopped.resolve(1)));
  const live = new LiveHub(engine), raw = new RawHub();
  engine.onFrame = (channel, frame) => live.send(channel, frame);
  const control = await orStartError(loadControl(engine, Date.now, engine.store));
  const { setupLink, thresholds, users } = control;
  const tuning = new SessionTuning(engine.store, thresholds, settings.slideMs);
  const intake = await orStartError(openIntake(settings, engine, control, raw));
  const { mqttHealth } = intake.services;
  const stats = oneAtATime(() => engine.stats());
  const services: Services = {
    settings,
    ...control,
    ...intake.services,
    store: engine.store,
    live,
    raw,
    tuning,
    readiness: async () => readinessOf(await stats(), engine.appendTrouble),
    logHealth: async () => logHealthOf((await stats()).status, engine.appendTrouble),
    snowflakeHealth: async () =>
      snowflakeHealthOf(settings.snowflake, roles.has("snowflake"), (await stats()).snowflake),
    details: async () =>
      loadDetails({ settings, roles, configText }, thresholds.current().version, (await stats()).status),
    deadLetters: (limit) => engine.readDeadLetters(limit),
    metrics: async () => formatMetrics(webMetrics(intake.counters, await stats(), live, mqttHealth())),
    tls: lan?.tls ?? null,
    lanAddresses,
  };
  const answer = answerOf(await createApp(services, { assets }), settings);
  const server = listen(settings, answer, (port) => services.settings = { ...settings, port });
  const overTls = await lan?.listen(answer);
  if (overTls) services.settings = { ...services.settings, tlsPort: overTls.port };
  // The databases are open, and the server listens; over TLS it does so again when its certificate changes.
  const loads = roles.has("snowflake") && settings.snowflake !== null;
  await dropPermissions(settings.kafka !== null || loads || intake.hasMqtt || overTls !== undefined);
  if (!users.hasAdmin()) tellSetupLink(services.settings, setupLink.path);
  onStopSignal(() => stopped.resolve(0));
  const code = await stopped.promise;
  await intake.stop();
  live.close();
  raw.close();
  tuning.close();
  await Promise.all([drain(server), overTls?.close()]);
  intake.close();
  if (code === 0) await engine.close();
  return code;
}

/** @param onEnd it has failed, and said why */
function startEngine(
  settings: Settings,
  roles: ReadonlySet<Role>,
  onEnd: () => void,
): Promise<EngineClient> {
  const options = {
    ...settings,
    runsTasks: roles.has("stream"),
    snowflake: roles.has("snowflake") ? settings.snowflake : null,
  };
  return EngineClient.start(options, (error) => {
    console.error(error.message);
    onEnd();
  });
}

/** Answers as the app does, to whoever asked the proxy where one is trusted. */
function answerOf(app: Awaited<ReturnType<typeof createApp>>, { trustedProxies }: Settings): Answer {
  const direct: Answer = (req, remoteAddr) => app.fetch(req, { remoteAddr });
  if (trustedProxies.length === 0) return direct;
  return (req, remote) => {
    const sent = throughProxy(req, remote, trustedProxies);
    return direct(sent.req, sent.remote);
  };
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
