/**
 * A process that takes readings and has the pages, with or without the tasks that classify and the loading into Snowflake:
 * everything in order, and everything in order again on the way out.
 *
 * @module
 */
import type { Settings } from "../config.ts";
import { loadAudit } from "../control/audit.ts";
import { loadDevices } from "../control/devices.ts";
import { loadThresholds } from "../control/thresholds.ts";
import { loadPairing } from "../control/pairing.ts";
import { loadSessions } from "../control/sessions.ts";
import { SetupCode } from "../control/setup_link.ts";
import { SignInDesk } from "../control/sign_ins.ts";
import { loadTokens } from "../control/tokens.ts";
import { loadUsers } from "../control/users.ts";
import { newIngestCounters } from "../ingest/counters.ts";
import { DeviceHealths, type Measured } from "../ingest/device_health.ts";
import { createIngest } from "../ingest/http/service.ts";
import { PhoneLabels } from "../ingest/phone_labels.ts";
import { DEFAULT_INGEST } from "../ingest/settings.ts";
import { describe, judge, REASON } from "../stream/gravity.ts";
import { createApp } from "../web/app.ts";
import { loadAssets } from "../web/assets.ts";
import { LiveHub } from "../web/live_feed.ts";
import { throughProxy } from "../web/forwarded.ts";
import { formatMetrics } from "../web/metrics.ts";
import { RawHub } from "../web/raw_feed.ts";
import type { MqttHealth, Services } from "../web/services.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { createDemo } from "./demo.ts";
import { EngineClient } from "./engine/client.ts";
import { logHealthOf, oneAtATime, readinessOf, snowflakeHealthOf } from "./health.ts";
import { createImports } from "./imports.ts";
import { dropPermissions } from "./permissions.ts";
import { createDeadLetterDesk } from "./redrive.ts";
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
import { loadDetails } from "./system_details.ts";
import { webMetrics } from "./start_metrics.ts";
import { SessionTuning } from "./tuning.ts";

/** How often what phones say of their activity is written down, ms: half a minute is the shortest span that is. */
const LABEL_INTERVAL_MS = 30_000;
/** All letters of a page at once, of one device: whom an admin sends in, nobody needs to slow down. */
const OWN_REQUESTS = 1000;

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
  // Loaded only where they are used: each brings a library of its own.
  const lan = settings.lan ? await (await import("./lan.ts")).openLan(settings) : null;
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
  const raw = new RawHub();
  const devices = await orStartError(loadDevices(engine, Date.now));
  const pairing = await orStartError(loadPairing(engine, devices, Date.now));
  const thresholds = await orStartError(loadThresholds(engine, Date.now));
  const sessions = await orStartError(
    loadSessions({ log: engine, now: Date.now, store: engine.store, thresholds }),
  );
  const users = await orStartError(loadUsers(engine, Date.now));
  const audit = await orStartError(loadAudit(engine, Date.now));
  const setupLink = new SetupCode(users);
  const tuning = new SessionTuning(engine.store, thresholds, settings.slideMs);
  const deviceHealth = new DeviceHealths(judgeReadings);
  const counters = newIngestCounters();
  const phoneLabels = new PhoneLabels({ sessions, store: engine.store });
  const labelling = setInterval(() => phoneLabels.tick(), LABEL_INTERVAL_MS);
  const { openIngest, maxPastMs } = settings;
  const ingestDeps = {
    sink: raw.tap(engine),
    keys: devices,
    settings: { ...DEFAULT_INGEST, openIngest, maxPastMs },
    now: Date.now,
    counters,
    health: deviceHealth,
    labels: phoneLabels,
  };
  const ingest = createIngest(ingestDeps);
  // The demo's phone is part of the server: it needs no key and no socket.
  const demoIngest = createIngest({
    ...ingestDeps,
    settings: { ...ingestDeps.settings, openIngest: true, requestsPerS: OWN_REQUESTS, burst: OWN_REQUESTS },
  });
  const demo = createDemo(
    (body) => demoIngest.post(ownRequest(JSON.stringify(body), "demo")),
    SYSTEM_CLOCK,
  );
  const mqtt = settings.mqtt &&
    await orStartError((await import("./mqtt.ts")).startMqtt(settings.mqtt, settings.dataDir, ingestDeps));
  const mqttHealth = (): MqttHealth => mqtt ? { state: "on", status: mqtt.status() } : { state: "off" };
  const stats = oneAtATime(() => engine.stats());
  const services: Services = {
    settings,
    users,
    signIns: new SignInDesk(users, audit, Date.now),
    setupLink,
    tokens: await orStartError(loadTokens(engine, Date.now)),
    audit,
    ingest,
    store: engine.store,
    live,
    raw,
    sessions,
    imports: createImports({ ...ingestDeps, sink: engine, sessions, store: engine.store }),
    devices,
    pairing,
    deviceHealth,
    demo,
    thresholds,
    tuning,
    readiness: async () => readinessOf(await stats(), engine.appendTrouble),
    logHealth: async () => logHealthOf((await stats()).status, engine.appendTrouble),
    snowflakeHealth: async () =>
      snowflakeHealthOf(settings.snowflake, roles.has("snowflake"), (await stats()).snowflake),
    mqttHealth,
    details: async () =>
      loadDetails(
        { settings, roles, configText },
        services.thresholds.current().version,
        (await stats()).status,
      ),
    deadLetters: (limit) => engine.readDeadLetters(limit),
    deadLetterDesk: createDeadLetterDesk(
      engine,
      (body) => demoIngest.post(ownRequest(body as Uint8Array<ArrayBuffer>, "re-drive")),
    ),
    metrics: async () => formatMetrics(webMetrics(counters, await stats(), live, mqttHealth())),
    tls: lan?.tls ?? null,
    lanAddresses,
  };
  const app = await createApp(services, { assets });
  const direct: Answer = (req, remoteAddr) => app.fetch(req, { remoteAddr });
  const proxied: Answer = (req, remote) => {
    const sent = throughProxy(req, remote, settings.trustedProxies);
    return direct(sent.req, sent.remote);
  };
  const answer = settings.trustedProxies.length === 0 ? direct : proxied;
  const server = listen(settings, answer, (port) => services.settings = { ...settings, port });
  const overTls = await lan?.listen(answer);
  if (overTls) services.settings = { ...services.settings, tlsPort: overTls.port };
  // The databases are open, and the server listens; over TLS it does so again when its certificate changes.
  const connects = settings.kafka !== null || engineOptions.snowflake !== null || mqtt !== null;
  await dropPermissions(connects || overTls !== undefined);
  if (!users.hasAdmin()) tellSetupLink(services.settings, setupLink.path);
  onStopSignal(() => stopped.resolve(0));
  const code = await stopped.promise;
  await mqtt?.close();
  await demo.stop();
  live.close();
  raw.close();
  tuning.close();
  await Promise.all([drain(server), overTls?.close()]);
  ingest.close();
  demoIngest.close();
  clearInterval(labelling);
  if (code === 0) await engine.close();
  return code;
}

/** As windows are judged. */
function judgeReadings(meanVector: number, meanMagnitude: number): Measured {
  const { included, unit } = describe(judge(meanVector, meanMagnitude), REASON.data);
  return { included, unit: unit === "g" ? "g" : "ms2" };
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

/** @param agent tells it apart among those who were refused */
function ownRequest(body: BodyInit, agent: string): Request {
  return new Request("http://localhost/sensor-data", {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": agent },
    body,
  });
}
