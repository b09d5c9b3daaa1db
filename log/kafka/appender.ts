/**
 * Collects batches into record batches, one of each partition on its way at a time: while it is being stored the next one fills.
 * Bounded by bytes and by age. A message that is not acknowledged in time is refused as unavailable but stays on its way, so that
 * a client that sends it again joins it instead of storing it twice.
 *
 * @module
 */
import { Linger, TAIL_MS } from "../linger.ts";
import { partitionOf } from "../partition.ts";
import type { Appended } from "../port.ts";
import { type ReadingBatch, sessionKey } from "../records.ts";
import { TooLarge } from "../too_large.ts";
import { Unavailable } from "../unavailable.ts";
import { atMost } from "../at_most.ts";
import type { Connection } from "./connection.ts";
import { RecordBatch } from "./produce_codec.ts";
import { BatchTooLarge, TopicProducer } from "./producer.ts";
import { encodeRaw } from "../raw_json.ts";
import { RecentIds } from "./recent_ids.ts";
import { RAW_MAX_BYTES } from "./topics.ts";

/** How long a client waits for its answer, ms: phones give up after 10 to 60 s. */
const DEADLINE_MS = 10_000;
/** While something of a partition waits longer than this, more of it would only wait in vain, ms; a leader is elected sooner. */
const REFUSE_AFTER_MS = 3000;
/** What may wait in memory as JSON: about a second of 10,000 phones. */
const MAX_BUFFER_BYTES = 48 << 20;
/** Of one record batch before compression, which holds up the thread for 3 ms a megabyte. */
const MAX_BATCH_BYTES = 1 << 20;
/** How often deadlines are looked at, ms. */
const EXPIRE_INTERVAL_MS = 250;
/** How long what waits is tried when the process stops, ms. */
const CLOSE_MS = 3000;
const RETRY_AFTER_S = 2;

const STORED: Appended = { duplicate: false };
const DUPLICATE: Appended = { duplicate: true };

/** Stores batches; `TopicProducer` over Kafka. */
export interface BatchSender {
  /** Resolves when the batch is stored; rejects with BatchTooLarge or when it stops. At most one per partition at a time. */
  send(partition: number, batch: RecordBatch): Promise<void>;
  readonly trouble: string | null;
  close(): Promise<void>;
}

export interface AppenderOptions {
  topic: string;
  partitions: number;
  /** `max.message.bytes` of the topic. */
  maxMessageBytes: number;
  /** A clock that never goes back, ms. */
  nowMs?: () => number;
}

/** deviceId, sessionId and messageId. */
export type MessageIds = readonly [string, string, string];

interface Message {
  key: string;
  atMs: number;
  done: PromiseWithResolvers<Appended>;
}

/** What is stored together. */
interface Group {
  batch: RecordBatch;
  messages: Message[];
  /** How many of the messages, from the first, were refused because they waited too long. */
  expired: number;
  bytes: number;
}

/** One partition's. */
interface Lane {
  partition: number;
  sending: Group | null;
  full: Group[];
  filling: Group | null;
}

/** See the module's text. */
export class KafkaAppender {
  readonly #sender: BatchSender;
  readonly #lanes: Lane[];
  readonly #nowMs: () => number;
  readonly #topic: string;
  readonly #maxMessageBytes: number;
  #maxBatchBytes: number;
  readonly #stored = new RecentIds();
  /** Messages that are not stored yet. */
  readonly #pending = new Map<string, Message>();
  readonly #linger = new Linger();
  readonly #utf8 = new TextEncoder();
  #scratch = new Uint8Array(64 << 10);
  #bufferedBytes = 0;
  /** Messages taken since the last flush. */
  #taken = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #expiry: ReturnType<typeof setInterval>;
  #closing: Promise<void> | null = null;
  readonly #drained = Promise.withResolvers<void>();

  /** @param recent messages that are stored already, oldest first */
  constructor(sender: BatchSender, options: AppenderOptions, recent: Iterable<MessageIds> = []) {
    this.#sender = sender;
    this.#topic = options.topic;
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#maxBatchBytes = Math.min(MAX_BATCH_BYTES, options.maxMessageBytes);
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#lanes = Array.from(
      { length: options.partitions },
      (_, partition) => ({ partition, sending: null, full: [], filling: null }),
    );
    for (const [deviceId, sessionId, messageId] of recent) {
      this.#stored.add(messageKey({ deviceId, sessionId, messageId }));
    }
    this.#expiry = setInterval(() => this.expire(), EXPIRE_INTERVAL_MS);
  }

  /** Appends to a topic. It connects when the first batch comes. */
  static open(
    connection: Connection,
    { recent, ...options }: AppenderOptions & { recent: Iterable<MessageIds> },
  ): KafkaAppender {
    return new KafkaAppender(new TopicProducer(connection, options.topic), options, recent);
  }

  /** Why appends are refused or wait in vain, and what to check; null when all is well. */
  get trouble(): string | null {
    if (this.#sender.trouble !== null) return this.#sender.trouble;
    const nowMs = this.#nowMs();
    if (!this.#lanes.some((lane) => isStuck(lane, nowMs))) return null;
    return "Kafka has not stored readings for seconds: is a broker of KAFKA_BROKERS overloaded or stopped, or its disk slow?";
  }

  /** Bytes that wait to be stored, bounded by a constant. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /**
   * Copies the batch.
   *
   * @returns resolves when it is stored on all replicas in sync
   * @throws Unavailable when it cannot be taken, or was not acknowledged in time and may be stored or not
   * @throws TooLarge when the topic does not take a record of its size
   */
  append(batch: ReadingBatch): Promise<Appended> {
    const key = messageKey(batch);
    if (this.#stored.has(key)) return Promise.resolve(DUPLICATE);
    const pending = this.#pending.get(key);
    if (pending) return pending.done.promise.then(() => DUPLICATE);
    if (this.#closing) return refuse("the server is stopping");
    const lane = this.#lanes[partitionOf(batch.deviceId, this.#lanes.length)];
    const atMs = this.#nowMs();
    if (isStuck(lane, atMs)) {
      return refuse(
        this.#sender.trouble ?? "Kafka does not keep up: readings have been waiting for it for seconds",
      );
    }
    const value = this.#encode(encodeRaw(batch));
    if (this.#bufferedBytes + value.length > MAX_BUFFER_BYTES) {
      return refuse("Kafka does not keep up: too many readings are waiting for it");
    }
    const message = { key, atMs, done: Promise.withResolvers<Appended>() };
    this.#add(lane, message, this.#utf8.encode(batch.deviceId), value);
    this.#pending.set(key, message);
    this.#taken++;
    this.#schedule();
    return message.done.promise;
  }

  /** Refuses what has waited too long; a timer does so all the time. */
  expire(): void {
    const before = this.#nowMs() - DEADLINE_MS;
    const seconds = DEADLINE_MS / 1000;
    const why = this.#sender.trouble === null ? "" : ` (${this.#sender.trouble})`;
    const detail =
      `Kafka did not acknowledge the readings within ${seconds} s${why}: they may be stored or not, send them again`;
    for (const lane of this.#lanes) {
      for (const group of groupsOf(lane)) {
        for (; group.expired < group.messages.length; group.expired++) {
          const { atMs, done } = group.messages[group.expired];
          if (atMs > before) break;
          done.reject(new Unavailable(detail, RETRY_AFTER_S));
        }
      }
    }
  }

  /** Stores what waits, as far as Kafka takes it within a few seconds, and refuses everything after. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#flush();
    if (this.#pending.size > 0) await atMost(CLOSE_MS, this.#drained.promise);
    clearInterval(this.#expiry);
    await this.#sender.close();
    for (const { done } of this.#pending.values()) {
      done.reject(
        new Unavailable(
          "the server stops before Kafka acknowledged the readings: they may be stored or not, send them again",
          RETRY_AFTER_S,
        ),
      );
    }
  }

  /** @returns valid until the next call */
  #encode(text: string): Uint8Array {
    // A UTF-16 unit is three bytes at most.
    if (this.#scratch.length < 3 * text.length) this.#scratch = new Uint8Array(3 * text.length);
    return this.#scratch.subarray(0, this.#utf8.encodeInto(text, this.#scratch).written);
  }

  #add(lane: Lane, message: Message, key: Uint8Array, value: Uint8Array): void {
    let group = lane.filling ??= this.#newGroup();
    let before = group.batch.byteLength;
    if (!group.batch.add(key, value)) {
      lane.full.push(group);
      group = lane.filling = this.#newGroup();
      before = 0;
      group.batch.add(key, value);
    }
    const bytes = group.batch.byteLength - before;
    group.bytes += bytes;
    this.#bufferedBytes += bytes;
    group.messages.push(message);
  }

  #newGroup(): Group {
    return { batch: new RecordBatch(this.#maxBatchBytes), messages: [], expired: 0, bytes: 0 };
  }

  #schedule(): void {
    if (this.#timer !== null || this.#closing) return;
    this.#timer = setTimeout(() => {
      const taken = this.#taken;
      this.#timer = setTimeout(() => {
        this.#linger.ended(this.#taken - taken);
        this.#timer = null;
        this.#flush();
      }, TAIL_MS);
    }, this.#linger.ms - TAIL_MS);
  }

  #flush(): void {
    this.#taken = 0;
    for (const lane of this.#lanes) {
      if (lane.sending) continue;
      let group = lane.full.shift();
      if (!group) {
        if (!lane.filling) continue;
        group = lane.filling;
        lane.filling = null;
      }
      lane.sending = group;
      void this.#send(lane, group);
    }
  }

  async #send(lane: Lane, group: Group): Promise<void> {
    const { batch } = group;
    batch.seal(Date.now());
    try {
      if (batch.byteLength > this.#maxMessageBytes) throw new BatchTooLarge();
      await this.#sender.send(lane.partition, batch);
      this.#settle(group, ({ key, done }) => {
        this.#stored.add(key);
        done.resolve(STORED);
      });
    } catch (error) {
      // The sender has stopped: close() tells those who wait.
      if (!(error instanceof BatchTooLarge)) return;
      const reason = this.#tooLarge(group);
      this.#settle(group, ({ done }) => done.reject(reason));
    }
    lane.sending = null;
    if (this.#closing) {
      this.#flush();
      if (this.#pending.size === 0) this.#drained.resolve();
    } else if (lane.filling || lane.full.length > 0) {
      this.#schedule();
    }
  }

  #settle(group: Group, each: (message: Message) => void): void {
    this.#bufferedBytes -= group.bytes;
    for (const message of group.messages) {
      this.#pending.delete(message.key);
      each(message);
    }
  }

  #tooLarge({ batch, bytes }: Group): Error {
    if (batch.count > 1) {
      // The topic's limit is lower than it was: each of them may fit alone.
      this.#maxBatchBytes = Math.max(1, this.#maxBatchBytes >> 1);
      return unavailable("Kafka takes only smaller batches now");
    }
    return new TooLarge(
      `the message is ${bytes} bytes as JSON, ${batch.byteLength} compressed, more than the ${this.#maxMessageBytes} that the ` +
        `topic ${this.#topic} takes: send fewer readings in each; or raise the topic's max.message.bytes, for example by ` +
        `kafka-configs.sh --bootstrap-server localhost:9092 --alter --topic ${this.#topic} --add-config max.message.bytes=${RAW_MAX_BYTES}, and restart`,
    );
  }
}

const messageKey = (ids: Pick<ReadingBatch, "deviceId" | "sessionId" | "messageId">): string =>
  `${sessionKey(ids.deviceId, ids.sessionId)}\n${ids.messageId}`;

/** Oldest first. */
function* groupsOf({ sending, full, filling }: Lane): Generator<Group> {
  if (sending) yield sending;
  yield* full;
  if (filling) yield filling;
}

/** Whether its oldest message has been waiting for too long to take more. */
function isStuck({ sending, full, filling }: Lane, nowMs: number): boolean {
  const oldest = sending ?? full[0] ?? filling;
  return oldest !== null && nowMs - oldest.messages[0].atMs > REFUSE_AFTER_MS;
}

const unavailable = (why: string) =>
  new Unavailable(`${why}: nothing was stored, send it again`, RETRY_AFTER_S);

const refuse = (why: string): Promise<never> => Promise.reject(unavailable(why));
