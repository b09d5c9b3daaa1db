/**
 * All ways by which readings come into a process with pages: posted, over MQTT, imported, from the demo's phone, and dead letters
 * that are sent in again.
 *
 * @module
 */
import type { Settings } from "../config.ts";
import type { Control } from "../control/mod.ts";
import { type IngestCounters, newIngestCounters } from "../ingest/counters.ts";
import { DeviceHealths, type Measured } from "../ingest/device_health.ts";
import { createIngest } from "../ingest/http/service.ts";
import { PhoneLabels } from "../ingest/phone_labels.ts";
import { DEFAULT_INGEST } from "../ingest/settings.ts";
import { describe, judge, REASON } from "../stream/gravity.ts";
import type { RawHub } from "../web/raw_feed.ts";
import type { MqttHealth, Services } from "../web/services.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { createDemo } from "./demo.ts";
import type { EngineClient } from "./engine/client.ts";
import { createImports } from "./imports.ts";
import { createDeadLetterDesk } from "./redrive.ts";

/** How often what phones say of their activity is written down, ms: half a minute is the shortest span that is. */
const LABEL_INTERVAL_MS = 30_000;
/** All letters of a page at once, of one device: whom an admin sends in, nobody needs to slow down. */
const OWN_REQUESTS = 1000;

/** What they are to routes, and how they end. */
export interface Intake {
  services: Pick<
    Services,
    "ingest" | "imports" | "demo" | "deadLetterDesk" | "deviceHealth" | "mqttHealth"
  >;
  counters: IngestCounters;
  /** Whether a broker is connected to. */
  hasMqtt: boolean;
  /** Nothing comes in by itself any more. */
  stop(): Promise<void>;
  /** Nobody posts any more. */
  close(): void;
}

/**
 * Opens them.
 *
 * @param raw shows readings as they come
 * @throws Error when what MQTT needs cannot be kept
 */
export async function openIntake(
  settings: Settings,
  engine: EngineClient,
  { devices, sessions }: Pick<Control, "devices" | "sessions">,
  raw: RawHub,
): Promise<Intake> {
  const { store } = engine, { openIngest, maxPastMs } = settings;
  const deviceHealth = new DeviceHealths(judgeReadings), counters = newIngestCounters();
  const labels = new PhoneLabels({ sessions, store });
  const labelling = setInterval(() => labels.tick(), LABEL_INTERVAL_MS);
  const deps = {
    sink: raw.tap(engine),
    keys: devices,
    settings: { ...DEFAULT_INGEST, openIngest, maxPastMs },
    now: Date.now,
    counters,
    health: deviceHealth,
    labels,
  };
  const ingest = createIngest(deps);
  // What is part of the server needs no key and no socket.
  const own = createIngest({
    ...deps,
    settings: { ...deps.settings, openIngest: true, requestsPerS: OWN_REQUESTS, burst: OWN_REQUESTS },
  });
  const demo = createDemo((body) => own.post(ownRequest(JSON.stringify(body), "demo")), SYSTEM_CLOCK);
  const redrive = (body: Uint8Array) => own.post(ownRequest(body as Uint8Array<ArrayBuffer>, "re-drive"));
  // Loaded only where it is used: it brings a library of its own.
  const mqtt = settings.mqtt &&
    await (await import("./mqtt.ts")).startMqtt(settings.mqtt, settings.dataDir, deps);
  return {
    services: {
      ingest,
      imports: createImports({ ...deps, sink: engine, sessions, store }),
      demo,
      deadLetterDesk: createDeadLetterDesk(engine, redrive),
      deviceHealth,
      mqttHealth: (): MqttHealth => mqtt ? { state: "on", status: mqtt.status() } : { state: "off" },
    },
    counters,
    hasMqtt: mqtt !== null,
    async stop() {
      await mqtt?.close();
      await demo.stop();
    },
    close() {
      ingest.close();
      own.close();
      clearInterval(labelling);
    },
  };
}

/** As windows are judged. */
function judgeReadings(meanVector: number, meanMagnitude: number): Measured {
  const { included, unit } = describe(judge(meanVector, meanMagnitude), REASON.data);
  return { included, unit: unit === "g" ? "g" : "ms2" };
}

/** @param agent tells it apart among those who were refused */
function ownRequest(body: BodyInit, agent: string): Request {
  return new Request("http://localhost/sensor-data", {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": agent },
    body,
  });
}
