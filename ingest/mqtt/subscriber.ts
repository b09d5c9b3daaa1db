/**
 * A client of an MQTT broker that takes in what phones publish.
 *
 * The broker keeps our session while we are away, and redelivers what was not acknowledged: a message of QoS 1 is acknowledged
 * once it is in the log. Of QoS 0, which Sensor Logger publishes with, nobody keeps anything.
 *
 * @module
 */
import mqtt, { type IPublishPacket, type MqttClient } from "mqtt";
import { Acknowledgements } from "./acknowledgements.ts";
import type { Fate, Intake } from "./intake.ts";
import type { MqttSettings } from "./settings.ts";
import type { MqttStatus } from "./status.ts";

/** First and longest wait before the next try to connect, ms; each is twice the one before. */
const RECONNECT_MS = { first: 1000, longest: 60_000 };
/** A broker that has not answered until then is tried again, ms. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Silence after which we ask the broker whether it is there, s. */
const KEEPALIVE_S = 30;
/** 3.1.1: every broker speaks it, and sends no message twice within a connection. */
const PROTOCOL_VERSION = 4;
/** Return codes of CONNACK: wrong user name or password, and not authorised. */
const REFUSED_LOGIN = [4, 5];
/** Given to mqtt.js instead of an acknowledgement: it goes on with the next message and sends none. */
const NOT_YET = new Error("acknowledged once it is stored");

export interface SubscriberParts {
  settings: Omit<MqttSettings, "clientId"> & { clientId: string };
  intake: Pick<Intake, "take" | "lastRefusal">;
  /** The server's clock, ms since the Unix epoch. */
  now: () => number;
}

/** See the module's text. */
export class Subscriber {
  readonly #parts: SubscriberParts;
  readonly #client: MqttClient;
  readonly #acknowledgements = new Acknowledgements();
  readonly #fates: Record<Fate, number> = { stored: 0, refused: 0 };
  /** Messages being stored. */
  readonly #taking = new Set<Promise<void>>();
  #trouble: string | null;
  #lastMessageAtMs: number | null = null;
  #closed = false;

  /** Connects, and connects again for as long as it takes. */
  constructor(parts: SubscriberParts) {
    this.#parts = parts;
    const { url, login, clientId } = parts.settings;
    this.#trouble = `not connected to ${url} yet`;
    const client = this.#client = mqtt.connect(url, {
      ...login,
      clientId,
      clean: false,
      protocolVersion: PROTOCOL_VERSION,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: RECONNECT_MS.first,
      reconnectOnConnackError: true,
      // Ours is the only one, made at every connection.
      resubscribe: false,
      timerVariant: "native",
    });
    client.handleMessage = (packet, taken) => this.#take(packet, taken);
    client.on("connect", () => this.#subscribe());
    client.on("error", (error) => this.#trouble = this.#explain(error));
    client.on("close", () => this.#onClose());
  }

  status(): MqttStatus {
    const { settings: { url, topic }, intake: { lastRefusal } } = this.#parts;
    return {
      url,
      topic,
      trouble: this.#trouble,
      ...this.#fates,
      waiting: this.#acknowledgements.count,
      lastMessageAtMs: this.#lastMessageAtMs,
      lastRefusal,
    };
  }

  /** Takes no more, waits for what is being stored, and leaves; the broker keeps the session. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#taking);
    await this.#client.endAsync();
  }

  async #subscribe(): Promise<void> {
    const { url, topic } = this.#parts.settings;
    try {
      await this.#client.subscribeAsync(topic, { qos: 1 });
      this.#trouble = null;
      this.#client.options.reconnectPeriod = RECONNECT_MS.first;
    } catch (error) {
      // Told by "close" when the connection has ended instead.
      if (!this.#client.connected) return;
      this.#trouble = `${url} does not let us subscribe to ${topic} (${(error as Error).message}): ` +
        "give MQTT_USERNAME the right to read it, or correct MQTT_TOPIC";
    }
  }

  #onClose(): void {
    const { options } = this.#client;
    options.reconnectPeriod = Math.min(2 * options.reconnectPeriod!, RECONNECT_MS.longest);
    this.#trouble ??= `the connection to ${this.#parts.settings.url} broke; trying again`;
  }

  #explain(error: Error & { code?: string | number }): string {
    const { url } = this.#parts.settings;
    if (typeof error.code === "number" && REFUSED_LOGIN.includes(error.code)) {
      return `${url} refuses the login: correct MQTT_USERNAME and MQTT_PASSWORD`;
    }
    return `no connection to ${url} (${
      error.message || error.code
    }): is the broker running, and is MQTT_URL right?`;
  }

  #take(packet: IPublishPacket, taken: (error?: Error) => void): void {
    if (this.#closed) return;
    const { topic, messageId, qos } = packet;
    const payload = packet.payload as Uint8Array;
    const { stream } = this.#client;
    const settled = this.#acknowledgements.add(payload.length, () => {
      // Another connection, or none: the broker sends it again, and it will be found to be stored.
      if (qos > 0 && this.#client.connected && this.#client.stream === stream) {
        stream.write(puback(messageId!));
      }
    });
    this.#lastMessageAtMs = this.#parts.now();
    const taking = this.#store(topic, payload, settled);
    this.#taking.add(taking);
    taking.finally(() => this.#taking.delete(taking));
    this.#acknowledgements.whenRoom(() => qos === 0 ? taken() : taken(NOT_YET));
  }

  async #store(topic: string, payload: Uint8Array, settled: () => void): Promise<void> {
    try {
      this.#fates[await this.#parts.intake.take(topic, payload)]++;
    } catch (error) {
      // On the way out nothing is settled any more: the broker keeps it.
      if (this.#closed) return;
      this.#fates.refused++;
      // A fault of the program. Sent again, the message would only meet it again.
      console.error(`mqtt: a message on ${topic} was not stored:`, error);
    }
    settled();
  }
}

/** MQTT 3.1.1, 3.4. */
const puback = (messageId: number) => Uint8Array.of(0x40, 2, messageId >> 8, messageId & 0xff);
