/**
 * Appends to `activity_control` only what is the entity's next version, whatever other processes append meanwhile.
 *
 * All of them write under one transactional id. Whoever starts to write with it shuts out the writer before, whose open
 * transaction is undone; so that what has been read since then is all there is, until somebody else starts.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Producer } from "kafkajs";
import { Conflict } from "../port.ts";
import type { ControlEvent } from "../records.ts";
import { Unavailable } from "../unavailable.ts";
import type { Connection } from "./connection.ts";
import { explain } from "./explain.ts";

/** The topic as it is read. */
export interface ControlTail {
  /** Reads what was committed before the call, and passes it on. */
  catchUp(): Promise<void>;
  /** The newest version of an entity that was read; 0 when there is none. */
  versionOf(entity: string): number;
  /** Whether exactly this event was read. */
  holds(event: ControlEvent): boolean;
}

/** Writes one transaction after the other; made anew once it has failed. */
export interface ControlWriter {
  /** Stores all or none; when it throws it may be either, until another writer is opened. */
  write(events: readonly ControlEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** A transaction left open is undone by then, ms; a healthy one takes a few milliseconds. */
const TRANSACTION_TIMEOUT_MS = 10_000;
/** A coordinator that is busy with the transaction before is ready within milliseconds. */
const RETRY = { initialRetryTime: 20, maxRetryTime: 200, retries: 10 };
/** Tries of a change. Ten processes that write at the same moment shut each other out a few times. */
const MAX_TRIES = 12;
/** Between two tries: half of it at least, so that two writers do not go on shutting each other out, ms. */
const RETRY_MS = 200;
/** Readers see a commit once its marker is written, some milliseconds after the broker has promised it; ms. */
const VISIBLE_POLL_MS = 5;
const VISIBLE_TIMEOUT_MS = 5000;
const RETRY_AFTER_S = 5;
/** How long an admin waits for an answer, ms. */
const DEADLINE_MS = 10_000;

interface Queued {
  event: ControlEvent;
  done: PromiseWithResolvers<void>;
}

/** See the module's text. */
export class ControlLog {
  readonly #connection: Connection;
  readonly #topic: string;
  readonly #tail: ControlTail;
  readonly #open: () => Promise<ControlWriter>;
  readonly #delay: (ms: number) => Promise<void>;
  #writer: ControlWriter | null = null;
  #queue: Queued[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  /** @param open takes the place of the writer before, wherever it is */
  constructor(
    connection: Connection,
    topic: string,
    tail: ControlTail,
    open: () => Promise<ControlWriter> = () => TransactionalWriter.open(connection, topic),
    sleep: (ms: number) => Promise<void> = delay,
  ) {
    this.#connection = connection;
    this.#topic = topic;
    this.#tail = tail;
    this.#open = open;
    this.#delay = sleep;
  }

  /**
   * Resolves when the event is stored and the tail has passed it on.
   *
   * @throws Conflict when its version is not the entity's next
   * @throws Unavailable when Kafka does not take it; it may be stored when a commit's outcome could not be learned
   */
  append(event: ControlEvent): Promise<void> {
    if (this.#closed) return Promise.reject(new Unavailable("the server is stopping", RETRY_AFTER_S));
    const done = Promise.withResolvers<void>();
    const timer = setTimeout(() => done.reject(this.#unavailable(new Error("timeout"), true)), DEADLINE_MS);
    this.#queue.push({ event, done });
    this.#running ??= this.#run();
    return done.promise.finally(() => clearTimeout(timer));
  }

  /** Finishes what is being written. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#discard();
  }

  async #run(): Promise<void> {
    // What is appended in the same turn goes into the same transaction.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const queued = this.#queue;
      this.#queue = [];
      await this.#append(queued);
    }
    // In the same turn as the look at the queue, so that nothing is left in it.
    this.#running = null;
  }

  async #append(queued: Queued[]): Promise<void> {
    let open = queued;
    let maybeStored = false;
    for (let tries = 1; open.length > 0; tries++) {
      try {
        this.#writer ??= await this.#open();
        await this.#tail.catchUp();
        open = this.#check(open, maybeStored);
        if (open.length === 0) return;
        maybeStored = true;
        await this.#writer.write(open.map(({ event }) => event));
        await this.#seen(open);
        for (const { done } of open) done.resolve();
        return;
      } catch (error) {
        await this.#discard();
        if (tries === MAX_TRIES) {
          for (const { done } of open) done.reject(this.#unavailable(error, maybeStored));
          return;
        }
        await this.#delay(RETRY_MS * (0.5 + Math.random()));
      }
    }
  }

  /** Settles those that are stored or cannot be. @returns the others */
  #check(queued: Queued[], maybeStored: boolean): Queued[] {
    const versions = new Map<string, number>();
    return queued.filter(({ event, done }) => {
      const { entity, version } = event;
      if (maybeStored && this.#tail.holds(event)) {
        done.resolve();
        return false;
      }
      const last = versions.get(entity) ?? this.#tail.versionOf(entity);
      if (version === last + 1) {
        versions.set(entity, version);
        return true;
      }
      done.reject(
        new Conflict(`${entity} is at version ${last}: expected version ${last + 1}, got ${version}`),
      );
      return false;
    });
  }

  async #seen(queued: Queued[]): Promise<void> {
    const isSeen = ({ event: { entity, version } }: Queued) => this.#tail.versionOf(entity) >= version;
    const giveUpAtMs = performance.now() + VISIBLE_TIMEOUT_MS;
    for (;;) {
      await this.#tail.catchUp();
      if (queued.every(isSeen)) return;
      if (performance.now() > giveUpAtMs) {
        throw new Error(`${this.#topic} does not show what was committed to it ${VISIBLE_TIMEOUT_MS} ms ago`);
      }
      await this.#delay(VISIBLE_POLL_MS);
    }
  }

  async #discard(): Promise<void> {
    const writer = this.#writer;
    this.#writer = null;
    // Why it could not be closed is why it is closed.
    await writer?.close().catch(() => {});
  }

  #unavailable(error: unknown, maybeStored: boolean): Unavailable {
    const outcome = maybeStored
      ? "it may be stored or not: look before you make it again"
      : "nothing was stored";
    return new Unavailable(
      `the change could not be written to ${this.#topic}: ${
        explain(error, this.#connection.settings)
      }; ${outcome}`,
      RETRY_AFTER_S,
    );
  }
}

class TransactionalWriter implements ControlWriter {
  private constructor(readonly producer: Producer, readonly topic: string) {}

  static async open(connection: Connection, topic: string): Promise<TransactionalWriter> {
    const producer = connection.kafka.producer({
      transactionalId: topic,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: RETRY,
    });
    const writer = new TransactionalWriter(producer, topic);
    try {
      await producer.connect();
      // The first transaction gets the id; without records it is nothing to the broker.
      await (await producer.transaction()).abort();
      return writer;
    } catch (error) {
      await writer.close().catch(() => {});
      throw error;
    }
  }

  async write(events: readonly ControlEvent[]): Promise<void> {
    const transaction = await this.producer.transaction();
    const messages = events.map((event) => ({
      key: event.entity,
      value: JSON.stringify(event),
      partition: 0,
    }));
    await transaction.send({ topic: this.topic, messages, acks: -1 });
    await transaction.commit();
  }

  close(): Promise<void> {
    return this.producer.disconnect();
  }
}
