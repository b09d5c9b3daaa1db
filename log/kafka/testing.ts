/**
 * Logs on a real broker, each with topics of its own, for tests.
 *
 * @module
 */
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { ISocketFactory } from "kafkajs";
import type { Log } from "../port.ts";
import type { LogHarness } from "../port_contract.ts";
import { SNAPSHOT_INTERVAL_MS } from "../task_driver.ts";
import { openSocket } from "./connection.ts";
import { KafkaLog } from "./log.ts";
import type { ForeignReader, KafkaLogSettings } from "./settings.ts";

const DAY_MS = 86_400_000;
/** Short, so that a partition changes hands quickly; a broker's default is to refuse less than 6 s. */
const SESSION_TIMEOUT_MS = 1000;
/** Between two looks at what another thread or process does, ms. */
const POLL_MS = 10;

const refuseForeign: ForeignReader = () => {
  throw new Error("the message is foreign: expected one of our own");
};

/** Sockets that can be cut all at once. */
export class CuttableSockets {
  readonly #open = new Set<Socket>();
  #isDead = false;

  readonly factory: ISocketFactory = (args) => {
    const socket = openSocket(args) as Socket;
    this.#open.add(socket);
    socket.on("close", () => this.#open.delete(socket));
    if (this.#isDead) this.cut();
    return socket;
  };

  /** Others can be opened after it. */
  cut(): void {
    for (const socket of this.#open) socket.destroy(new Error("the connection was cut"));
  }

  /** Cuts them for ever: to the cluster, the process is dead. */
  kill(): void {
    this.#isDead = true;
    this.cut();
  }
}

interface Opened {
  log: KafkaLog;
  settings: KafkaLogSettings;
  sockets: CuttableSockets;
}

let prefixes = 0;

/** A prefix that no other test has, of whichever process and time. */
const newTopicPrefix = (): string => `test-${Date.now().toString(36)}-${Deno.pid}-${prefixes++}.`;

/**
 * Settings for topics that no other test has, which keep everything for years.
 *
 * @param brokers `host:port` of each
 * @param more what differs
 */
export function testSettings(brokers: string[], more: Partial<KafkaLogSettings> = {}): KafkaLogSettings {
  return {
    brokers,
    ssl: false,
    sasl: null,
    topicPrefix: newTopicPrefix(),
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    partitions: 4,
    retentionMs: 10 * 365 * DAY_MS,
    retentionBytes: 1e9,
    seenMs: DAY_MS,
    ...more,
  };
}

/** Opens a log in whose topics are only messages of our own. */
export const openTestLog = (settings: KafkaLogSettings): Promise<KafkaLog> =>
  KafkaLog.open(settings, refuseForeign);

/** Makes logs whose time is `nowMs`. */
export class KafkaHarness implements LogHarness {
  nowMs = 1_767_225_600_000;
  readonly #brokers: () => Promise<string[]>;
  readonly #settings: Partial<KafkaLogSettings>;
  readonly #readForeign: ForeignReader;
  readonly #opened = new Map<Log, Opened>();

  /** @param settings what differs from a harness's usual settings */
  constructor(
    brokers: () => Promise<string[]>,
    settings: Partial<KafkaLogSettings> = {},
    readForeign: ForeignReader = refuseForeign,
  ) {
    this.#brokers = brokers;
    this.#settings = settings;
    this.#readForeign = readForeign;
  }

  async open(): Promise<KafkaLog> {
    return await this.#open(testSettings(await this.#brokers(), this.#settings));
  }

  reopen(log: Log): Promise<KafkaLog> {
    return this.#open(this.settingsOf(log));
  }

  async crash(log: Log): Promise<KafkaLog> {
    const { settings, sockets } = this.#of(log);
    sockets.kill();
    return await this.#open(settings);
  }

  async settle(log: Log): Promise<void> {
    const { log: kafka } = this.#of(log);
    // The markers of a transaction are written one partition after the other: what is there twice is there.
    for (let times = 0; times < 2;) {
      await kafka.advance();
      await kafka.poll();
      const { lagRecords, activity } = kafka.status();
      const tailed = kafka.tailedTo;
      const isTailed = tailed === null || activity.every(({ end }, partition) => tailed[partition] >= end);
      times = lagRecords.every((lag) => lag === 0) && isTailed ? times + 1 : 0;
      await delay(POLL_MS);
    }
  }

  async refreshStatus(log: Log): Promise<void> {
    const { log: kafka } = this.#of(log);
    // One that is under way may have asked before.
    await kafka.poll();
    await kafka.poll();
  }

  async snapshot(log: Log): Promise<void> {
    await this.settle(log);
    this.nowMs += SNAPSHOT_INTERVAL_MS;
    await this.#of(log).log.advance();
  }

  settingsOf(log: Log): KafkaLogSettings {
    return this.#of(log).settings;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#opened.values()].map(({ log }) => log.close()));
  }

  async #open(settings: KafkaLogSettings): Promise<KafkaLog> {
    const sockets = new CuttableSockets();
    const log = await KafkaLog.open(settings, this.#readForeign, () => this.nowMs, sockets.factory);
    this.#opened.set(log, { log, settings, sockets });
    return log;
  }

  #of(log: Log): Opened {
    const own = this.#opened.get(log);
    if (!own) throw new Error("the log is not this harness's");
    return own;
  }
}
