/**
 * Messages of a broker on their way into the log: the same shapes and the same judgement as those that are posted, without keys,
 * since who may publish is for the broker to decide.
 *
 * A message is settled when it is in the log, or when it never can be: then it is counted, and shown with the reason where
 * refused requests are. While the log takes nothing it is tried again for as long as it takes: the broker keeps the rest.
 *
 * @module
 */
import { TooLarge } from "../../log/too_large.ts";
import { Unavailable } from "../../log/unavailable.ts";
import { countReadings, type IngestCounters } from "../counters.ts";
import type { DeviceHealths } from "../device_health.ts";
import { MessageReader, UnusableMessage } from "../message.ts";
import type { PhoneLabels } from "../phone_labels.ts";
import type { IngestSettings } from "../settings.ts";
import type { BatchSink } from "../sink.ts";
import { markDuplicate, readingsIn } from "../tally.ts";
import { isSensorSpot, type SensorSpotEvent, SensorSpotSessions } from "./sensor_spot.ts";

/** How long events of SensorSpot wait for others, ms: brokers send 20 messages ahead and then wait for acknowledgements. */
const GATHER_MS = 50;
/** What is sent on before that time is over. */
const MAX_GATHERED = 500;
/** Statuses that the same message would have had over HTTP. */
const BAD_REQUEST = 400;
const TOO_LARGE = 413;

export interface IntakeParts {
  sink: BatchSink;
  settings: IngestSettings;
  counters: IngestCounters;
  health: DeviceHealths;
  labels: Pick<PhoneLabels, "hear">;
  /** The server's clock, ms since the Unix epoch. */
  now: () => number;
  /** Resolves after so many ms, rejects when the program ends. */
  sleep: (ms: number) => Promise<void>;
}

export type Fate = "stored" | "refused";

interface Gathering {
  events: SensorSpotEvent[];
  fate: Promise<Fate>;
  send: () => void;
}

/** A message as a whole cannot be used. */
class Refused extends Error {
  constructor(readonly status: number, reason: string) {
    super(reason);
  }
}

/** See the module's text. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #messages: MessageReader;
  readonly #sensorSpot = new SensorSpotSessions();
  readonly #gathering = new Map<string, Gathering>();
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true });
  /** Until when the log is left alone. */
  #pause: Promise<void> | null = null;
  /** Why the last message was refused. */
  lastRefusal: string | null = null;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#messages = new MessageReader(parts.settings);
  }

  /**
   * Takes one message.
   *
   * @param topic it was published to; its last level is the device when the message names none
   * @returns what became of it, once that is sure
   * @throws what `sleep` throws
   */
  async take(topic: string, payload: Uint8Array): Promise<Fate> {
    try {
      const message = this.#parse(payload);
      const device = topic.slice(topic.lastIndexOf("/") + 1);
      if (isSensorSpot(message)) return await this.#gather(device, message);
      return await this.#store(message, device);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.#refuse(error, topic, payload);
    }
  }

  #parse(payload: Uint8Array): unknown {
    const { maxInflatedBytes } = this.#parts.settings;
    if (payload.length > maxInflatedBytes) {
      throw new Refused(
        TOO_LARGE,
        `the message has ${payload.length} bytes: expected at most ${maxInflatedBytes}`,
      );
    }
    try {
      return JSON.parse(this.#utf8.decode(payload));
    } catch (error) {
      throw new Refused(BAD_REQUEST, `the message is not JSON in UTF-8 (${(error as Error).message})`);
    }
  }

  #refuse({ status, message: reason }: Refused, topic: string, payload: Uint8Array): Fate {
    const { counters, health, now } = this.#parts;
    counters[status === TOO_LARGE ? "tooLarge" : "badRequests"]++;
    this.lastRefusal = reason;
    const agent = `MQTT ${topic}`;
    health.refused({ status, reason, keyDevice: undefined, body: payload, agent, nowMs: now() });
    return "refused";
  }

  /** Events of one device that come shortly after one another are stored, and settled, together. */
  #gather(device: string, event: SensorSpotEvent): Promise<Fate> {
    const gathering = this.#gathering.get(device) ?? this.#startGathering(device);
    gathering.events.push(event);
    if (gathering.events.length >= MAX_GATHERED) {
      this.#gathering.delete(device);
      gathering.send();
    }
    return gathering.fate;
  }

  #startGathering(device: string): Gathering {
    const { now, sleep } = this.#parts;
    const events: SensorSpotEvent[] = [];
    const sent = Promise.withResolvers<void>();
    const startedMs = now();
    const fate = Promise.race([sent.promise, sleep(GATHER_MS)]).then(() => {
      if (this.#gathering.get(device) === gathering) this.#gathering.delete(device);
      return this.#store(this.#sensorSpot.toMessage(device, events, startedMs), device);
    });
    const gathering = { events, fate, send: sent.resolve };
    this.#gathering.set(device, gathering);
    return gathering;
  }

  async #store(message: unknown, topicDevice: string): Promise<Fate> {
    const { counters, health, labels, sink, sleep, now } = this.#parts;
    const { batch } = this.#messages;
    const nowMs = now();
    for (let attempt = 1;; attempt++) {
      // Or those that come later would overtake the ones that wait, and make them late.
      while (this.#pause !== null) await this.#pause;
      // Again at every attempt: others have used the columns meanwhile.
      const tally = this.#read(message, topicDevice, nowMs);
      const hasReadings = readingsIn(tally) > 0;
      const watched = attempt === 1 && hasReadings ? health.took(batch, tally, message) : undefined;
      if (attempt === 1 && this.#messages.hasNotes) {
        const { payload } = message as { payload?: unknown[] };
        if (payload !== undefined) labels.hear(batch.deviceId, batch.sessionId, payload);
      }
      if (tally.accepted === 0) {
        countReadings(counters, tally);
        if (tally.rejected === 0) return "stored";
        this.lastRefusal = tally.errors[0].detail;
        return "refused";
      }
      try {
        const { duplicate } = await sink.append(batch);
        if (duplicate) {
          counters.duplicateMessages++;
          if (watched !== undefined) health.repeated(watched);
          markDuplicate(tally);
        }
        countReadings(counters, tally);
        return "stored";
      } catch (error) {
        if (error instanceof TooLarge) throw new Refused(TOO_LARGE, error.message);
        if (!(error instanceof Unavailable)) throw error;
        counters.unavailable++;
        this.#pause ??= sleep(error.retryAfterS * 1000).finally(() => this.#pause = null);
      }
    }
  }

  #read(message: unknown, topicDevice: string, nowMs: number) {
    const { deviceId } = (message ?? {}) as { deviceId?: unknown };
    try {
      const tally = this.#messages.read(message, nowMs, deviceId === undefined ? topicDevice : undefined);
      this.#messages.batch.source = "mqtt";
      return tally;
    } catch (error) {
      if (!(error instanceof UnusableMessage)) throw error;
      throw new Refused(error.code === "too_many_readings" ? TOO_LARGE : BAD_REQUEST, error.message);
    }
  }
}
