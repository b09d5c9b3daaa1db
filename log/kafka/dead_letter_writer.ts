/**
 * Sends records that a sink's target refused to the dead-letter topic. Those that the partition tasks cannot read do not come
 * here: theirs are part of the task's transaction.
 *
 * @module
 */
import type { SetAside } from "../port.ts";
import { Unavailable } from "../unavailable.ts";
import type { BatchSender } from "./appender.ts";
import { deadLetterParts, REFUSED_HEADER } from "./dead_letters.ts";
import { type Header, RecordBatch } from "./produce_codec.ts";
import { BatchTooLarge } from "./producer.ts";
import type { Topics } from "./topics.ts";

/** A sink waits so long before it is told that nothing goes on, ms; a leader is elected sooner. */
const DEADLINE_MS = 10_000;
/** Of one record batch before compression; a letter that is larger is one of its own. */
const MAX_BATCH_BYTES = 1 << 20;
const RETRY_AFTER_S = 5;

export interface DeadLetterWriterOptions {
  topics: Topics;
  /** Makes what sends to the dead-letter topic. */
  open(): BatchSender;
  /** ms */
  deadlineMs?: number;
}

const utf8 = new TextEncoder();

/** See the module's text. */
export class DeadLetterWriter {
  readonly #options: DeadLetterWriterOptions;
  #sender: BatchSender | null = null;
  /** A sender takes one batch of a partition at a time. */
  #last: Promise<unknown> = Promise.resolve();
  /** Ends the write under way. */
  #interrupt: ((reason: Unavailable) => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: DeadLetterWriterOptions) {
    this.#options = options;
  }

  /**
   * @returns resolves when the letters are on all replicas in sync
   * @throws Unavailable when they are not in time: any of them may be stored or not
   */
  write(letters: readonly SetAside[]): Promise<void> {
    const written = this.#last.then(() => this.#write(letters));
    this.#last = Promise.allSettled([written]);
    return written;
  }

  /** Ends what is under way, which may be stored or not. */
  close(): Promise<void> {
    this.#interrupt?.(
      new Unavailable("the log is closed: refused records may be set aside or not", RETRY_AFTER_S),
    );
    return this.#closing ??= this.#drop();
  }

  async #write(letters: readonly SetAside[]): Promise<void> {
    if (this.#closing) throw new Unavailable("the log is closed: nothing was set aside", RETRY_AFTER_S);
    const sender = this.#sender ??= this.#options.open();
    const interrupted = Promise.withResolvers<never>();
    this.#interrupt = interrupted.reject;
    const timer = setTimeout(() => interrupted.reject(late(sender)), this.#options.deadlineMs ?? DEADLINE_MS);
    try {
      await Promise.race([this.#send(sender, letters), interrupted.promise]);
    } catch (error) {
      // What it still has on its way must not meet what is sent next.
      if (this.#sender === sender) await this.#drop();
      throw error instanceof Unavailable ? error : this.#explain(error);
    } finally {
      clearTimeout(timer);
      this.#interrupt = null;
    }
  }

  async #send(sender: BatchSender, letters: readonly SetAside[]): Promise<void> {
    for (const { partition, batch } of this.#batches(letters)) {
      batch.seal(Date.now());
      await sender.send(partition, batch);
    }
  }

  *#batches(letters: readonly SetAside[]): Generator<{ partition: number; batch: RecordBatch }> {
    const { topics } = this.#options;
    const maxBytes = Math.min(MAX_BATCH_BYTES, topics.deadLetterMaxBytes);
    const byPartition = Map.groupBy(letters, ({ partition }) => partition);
    for (const [partition, own] of byPartition) {
      let batch = new RecordBatch(maxBytes);
      for (const { topic, offset, key, value, reason } of own) {
        const origin = {
          topic: topic === "raw_sensor_data" ? topics.raw : topics.activity,
          partition,
          offset,
        };
        const parts = deadLetterParts({ ...origin, reason }, utf8.encode(value), topics.deadLetterMaxBytes);
        const headers = Object.entries({ ...parts.headers, [REFUSED_HEADER]: "true" })
          .map(([name, text]): Header => [utf8.encode(name), utf8.encode(text)]);
        if (batch.add(utf8.encode(key), parts.value, headers)) continue;
        yield { partition, batch };
        batch = new RecordBatch(maxBytes);
        batch.add(utf8.encode(key), parts.value, headers);
      }
      yield { partition, batch };
    }
  }

  async #drop(): Promise<void> {
    const sender = this.#sender;
    this.#sender = null;
    await sender?.close();
  }

  #explain(error: unknown): Unavailable {
    const { topics } = this.#options;
    return new Unavailable(
      error instanceof BatchTooLarge
        ? `the topic ${topics.deadLetters} takes smaller records than at the start (max.message.bytes was ` +
          `${topics.deadLetterMaxBytes}): raise it again, or restart`
        : `refused records could not be written to ${topics.deadLetters}: ${(error as Error).message}`,
      RETRY_AFTER_S,
    );
  }
}

const late = (sender: BatchSender) =>
  new Unavailable(
    sender.trouble ??
      "Kafka does not acknowledge dead letters: is a broker of KAFKA_BROKERS overloaded or stopped?",
    RETRY_AFTER_S,
  );
