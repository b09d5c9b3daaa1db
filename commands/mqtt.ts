/**
 * Taking in an MQTT broker's messages, for a process with pages.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { atMost } from "../log/at_most.ts";
import { Intake, type IntakeParts } from "../ingest/mqtt/intake.ts";
import type { MqttSettings } from "../ingest/mqtt/settings.ts";
import type { MqttStatus } from "../ingest/mqtt/status.ts";

/** A broker that does not answer keeps the program from ending no longer than this, ms. */
const CLOSE_MS = 2000;
const CLIENT_ID_FILE = "mqtt-client-id";
/** 32 bits, and no more than 23 characters: what every broker has to take. */
const CLIENT_ID_BYTES = 4;

export interface Mqtt {
  status(): MqttStatus;
  close(): Promise<void>;
}

/** @throws Error when the client id cannot be kept */
export async function startMqtt(
  settings: MqttSettings,
  dataDir: string,
  parts: Omit<IntakeParts, "sleep">,
): Promise<Mqtt> {
  const clientId = settings.clientId ?? await keptClientId(`${dataDir}/${CLIENT_ID_FILE}`);
  // Only those who have a broker need its client, which is large.
  const { Subscriber } = await import("../ingest/mqtt/subscriber.ts");
  const stop = new AbortController();
  const sleep = (ms: number) => delay(ms, undefined, { signal: stop.signal });
  const intake = new Intake({ ...parts, sleep });
  const subscriber = new Subscriber({ settings: { ...settings, clientId }, intake, now: parts.now });
  return {
    status: () => subscriber.status(),
    async close() {
      const closed = subscriber.close();
      stop.abort();
      await atMost(CLOSE_MS, closed);
    },
  };
}

/** The broker keeps messages for a name, so it must be the same at every start, and nobody else's. */
async function keptClientId(path: string): Promise<string> {
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const clientId = `tracker-${randomBytes(CLIENT_ID_BYTES).toString("hex")}`;
  await Deno.writeTextFile(path, `${clientId}\n`);
  return clientId;
}
