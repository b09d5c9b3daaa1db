/**
 * One partition's task on Kafka, from the moment this process is given the partition until it loses it.
 *
 * Outputs, session states and the position in the input are one transaction. kafkajs speaks a protocol in which the consumer
 * group does not fence a process that was given up for dead and comes back, so every partition has a transactional id of its own:
 * whoever takes the partition over initialises it, which aborts the former owner's transaction and refuses its next one.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { setTimeout as delay } from "node:timers/promises";
import type { Admin, Message, Producer, TopicMessages } from "kafkajs";
import { partitionOf } from "../partition.ts";
import type { StateChange, TaskFactory } from "../port.ts";
import { type ReadingBatch, sessionKey } from "../records.ts";
import { type Pending, TaskDriver, type TaskPosition } from "../task_driver.ts";
import { atMost } from "../at_most.ts";
import type { Connection } from "./connection.ts";
import { deadLetterParts } from "./dead_letters.ts";
import { Advice, rootError } from "./explain.ts";
import type { FetchedPartition, FetchedRecord } from "./fetch_codec.ts";
import type { TopicReader } from "./reader.ts";
import { inSends } from "./sends.ts";
import { KafkaStates, positionMessage, stateMessage } from "./states.ts";
import type { Topics } from "./topics.ts";

/** What all runs of a process share. */
export interface RunOptions {
  connection: Connection;
  admin: Admin;
  topics: Topics;
  groupId: string;
  partitions: number;
  factory: TaskFactory;
  /** Reads a raw record. @throws Error with why it cannot be read */
  readRaw(record: FetchedRecord): ReadingBatch;
  rawReader: TopicReader;
  stateReader: TopicReader;
  /** How long a closed session's state is kept, ms. */
  seenMs: number;
  now(): number;
  /** Records that retention deleted before they could be processed. */
  onLost(partition: number, records: number): void;
  /** The run is over: someone else has the partition, or the broker is gone. */
  onBroken(error: unknown): void;
}

/** How long a dead owner's transaction keeps readers waiting if nobody takes the partition over, ms. */
const TRANSACTION_TIMEOUT_MS = 10_000;
/** A transaction right after another finds the broker still writing the markers of the first. */
const PRODUCER_RETRY = { initialRetryTime: 20, maxRetryTime: 200, retries: 30 };
/** Markers are there within milliseconds, or the broker is in trouble. */
const MARKER_WAIT_MS = 10;
const MARKER_TRIES = 300;
/** Records processed beyond the last commit; past it no more are fetched until it is through. */
const MAX_UNCOMMITTED_RECORDS = 5_000;
/** Where nothing but the position changed, it is committed this often, ms. */
const POSITION_INTERVAL_MS = 1000;
/** The clock of a task that is not behind ticks this often, ms. */
const TICK_INTERVAL_MS = 1000;
/** A producer that does not say goodbye by then is left, ms. */
const DISCONNECT_MS = 3000;
/** What a record that is brought home is larger than its value, bytes: the key, and the batch around it. */
const MOVED_EXTRA_BYTES = 8192;

/** The run was told to stop, or lost its partition, while it started. */
export class Superseded extends Error {
  override name = "Superseded";
}

export class PartitionRun {
  #producer: Producer;
  #driver: TaskDriver | null = null;
  readonly #states = new KafkaStates();
  /** Dead letters, and records that are brought home, of the next commit. */
  #sends: TopicMessages[] = [];
  /** Of records before this offset, dead letters were sent before the restart. */
  #replayUntil = 0;
  /** From there on to this offset, records are passed over. */
  #passOverTo = 0;
  #committing: Promise<void> | null = null;
  #uncommitted = 0;
  #caughtUp = false;
  #committedMs = 0;
  #tickedMs = 0;
  #stopped = false;

  constructor(readonly partition: number, readonly options: RunOptions) {
    const { connection, groupId } = options;
    this.#producer = connection.kafka.producer({
      transactionalId: `${groupId}-${partition}`,
      maxInFlightRequests: 1,
      idempotent: false,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      allowAutoTopicCreation: false,
      retry: PRODUCER_RETRY,
    });
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  /**
   * Fences the former owner, reads the states and makes the task.
   *
   * @returns the offset to read the input from
   * @throws Superseded when the run was stopped meanwhile
   */
  async start(): Promise<number> {
    try {
      return await this.#start();
    } finally {
      if (this.#stopped) await this.#disconnect();
    }
  }

  async #start(): Promise<number> {
    const { partition, options } = this;
    await this.#producer.connect();
    this.#assertRunning();
    // The producer id is asked for with the first transaction; only from then on nobody else can commit.
    await (await this.#producer.transaction()).abort();
    this.#assertRunning();
    for await (const records of options.stateReader.readAll(partition, 0)) {
      this.#states.restore(records);
      this.#assertRunning();
    }
    const { committed, passOverTo } = resume(this.#states.position, await this.#readGroupOffset());
    const [{ begin, end }] = (await options.rawReader.extents(options.partitions)).slice(partition);
    if (passOverTo > end) {
      throw new Advice(
        `the topic ${options.topics.raw} was made anew: it ends before what was processed of it. Set another ` +
          `KAFKA_TOPIC_PREFIX, or stop everything and delete the topics ${options.topics.activity} and ` +
          `${options.topics.state} and the group ${options.groupId}`,
      );
    }
    this.#assertRunning();
    this.#replayUntil = committed.next;
    this.#passOverTo = passOverTo;
    this.#driver = new TaskDriver(partition, this.#states, committed, options.factory, options.now());
    this.#states.handedOver();
    if (begin > passOverTo) options.onLost(partition, begin - passOverTo);
    this.#reach(this.#driver, Math.max(begin, committed.snapshot));
    const { next } = this.#driver;
    // Where no record is left, none comes to tell.
    this.#caughtUp = next >= end;
    return next;
  }

  /** Takes what was read; resolves when more may be read. */
  async process({ records, next, stableEnd }: FetchedPartition): Promise<void> {
    const driver = this.#driver;
    if (this.#stopped || driver === null) return;
    for (const record of records) {
      this.#reach(driver, record.offset);
      if (record.offset >= driver.next) this.#processOne(driver, record);
    }
    this.#reach(driver, next);
    this.#uncommitted += records.length;
    this.#caughtUp = next >= stableEnd;
    while (this.#uncommitted > MAX_UNCOMMITTED_RECORDS && !this.#stopped && !driver.isReplaying) {
      await this.commit();
    }
  }

  /** Lets the task's clock tick and commits what is pending; waits for the commit under way, if there is one. */
  commit(): Promise<void> {
    return this.#committing ??= this.#commit().finally(() => this.#committing = null);
  }

  /** Commits everything, live states too, and ends the run. */
  async finish(): Promise<void> {
    await this.#committing;
    this.#driver?.requestSnapshot();
    await this.commit();
    await this.stop();
  }

  /** Ends the run without a commit: the next owner goes on from the last one. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#driver?.close();
    this.#driver = null;
    await this.#disconnect();
  }

  /** To be called again by whoever was using the producer meanwhile: kafkajs connects anew for each request. */
  async #disconnect(): Promise<void> {
    // Whatever it says, nothing is lost: what was not committed is processed again.
    await atMost(DISCONNECT_MS, this.#producer.disconnect().catch(() => {}));
  }

  #assertRunning(): void {
    if (this.#stopped) throw new Superseded();
  }

  /** @returns null when the group has none, or none any more */
  async #readGroupOffset(): Promise<number | null> {
    const { admin, groupId, topics } = this.options;
    const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topics.raw] });
    const offset = Number(partitions.find(({ partition }) => partition === this.partition)?.offset ?? -1);
    return offset < 0 ? null : offset;
  }

  #reach(driver: TaskDriver, offset: number): void {
    driver.reach(offset);
    if (driver.next < this.#replayUntil || driver.next >= this.#passOverTo) return;
    driver.reach(this.#passOverTo);
    // Or the next start would process what was passed over.
    driver.requestSnapshot();
  }

  #processOne(driver: TaskDriver, record: FetchedRecord): void {
    const { partition, options } = this;
    let batch: ReadingBatch;
    try {
      batch = options.readRaw(record);
    } catch (error) {
      if (record.offset >= this.#replayUntil) this.#setAside(record, (error as Error).message);
      return;
    }
    // A test of the connection: apps send it before the first reading.
    if (batch.count === 0) return;
    const home = partitionOf(batch.deviceId, options.partitions);
    if (home === partition) {
      return driver.process(sessionKey(batch.deviceId, batch.sessionId), batch, record.offset);
    }
    if (record.offset < this.#replayUntil) return;
    const { rawMaxBytes } = options.topics;
    if (record.value!.length <= rawMaxBytes - MOVED_EXTRA_BYTES) {
      return this.#bringHome(record, home, batch.deviceId);
    }
    this.#setAside(
      record,
      `the record belongs to partition ${home}, and its ${
        record.value!.length
      } bytes are more than can be moved there ` +
        `(max.message.bytes is ${rawMaxBytes}): expected the deviceId as its key`,
    );
  }

  #setAside({ key, value, offset }: FetchedRecord, reason: string): void {
    const { topics } = this.options;
    const letter = deadLetterParts(
      { topic: topics.raw, partition: this.partition, offset, reason },
      value ?? new Uint8Array(),
      topics.deadLetterMaxBytes,
    );
    this.#send(topics.deadLetters, {
      key: key && Buffer.from(key),
      value: Buffer.from(letter.value),
      headers: letter.headers,
    });
  }

  /** A producer that does not set the key spreads a device over all partitions; its sessions live in one. */
  #bringHome({ value, timestampMs }: FetchedRecord, home: number, deviceId: string): void {
    this.#send(this.options.topics.raw, {
      partition: home,
      key: deviceId,
      value: Buffer.from(value!),
      timestamp: String(timestampMs),
    });
  }

  #send(topic: string, message: Message): void {
    this.#sends.push({ topic, messages: [{ partition: this.partition, ...message }] });
  }

  async #commit(): Promise<void> {
    const driver = this.#driver;
    if (driver === null || this.#stopped) return;
    const nowMs = this.options.now();
    if (this.#caughtUp && nowMs - this.#tickedMs >= TICK_INTERVAL_MS) {
      this.#tickedMs = nowMs;
      driver.tick(nowMs);
    }
    const processed = this.#uncommitted;
    this.#uncommitted = 0;
    const pending = driver.collect(nowMs);
    if (pending === null) return;
    const sends = this.#sends;
    const hasWork = pending.outputs.length > 0 || pending.changes.length > 0 || sends.length > 0 ||
      pending.position.snapshot !== driver.committed.snapshot || processed > MAX_UNCOMMITTED_RECORDS;
    if (!hasWork && nowMs - this.#committedMs < POSITION_INTERVAL_MS) return;
    const expired = this.#states.expired(nowMs - this.options.seenMs);
    this.#sends = [];
    this.#committedMs = nowMs;
    try {
      await this.#transact(pending, sends, expired);
    } catch (error) {
      // kafkajs's producer cannot be used again, and whether the commit is in the log only the next start finds out.
      if (this.#stopped) return await this.#disconnect();
      await this.stop();
      return this.options.onBroken(error);
    }
    if (this.#stopped) return await this.#disconnect();
    driver.commit();
    this.#states.apply(pending.changes, expired, nowMs);
  }

  async #transact(pending: Pending, sends: TopicMessages[], expired: string[]): Promise<void> {
    const { topics, groupId } = this.options;
    const { outputs, changes, position } = pending;
    const transaction = await this.#producer.transaction();
    const messages: TopicMessages[] = [
      { topic: topics.activity, messages: outputs.map((record) => this.#message(record.deviceId, record)) },
      // Before the changes: the session of an expired state may have come back.
      { topic: topics.state, messages: expired.map((key) => this.#own({ key, value: null })) },
      { topic: topics.state, messages: latest(changes).map(stateMessage).map((each) => this.#own(each)) },
      { topic: topics.state, messages: [this.#own(positionMessage(position))] },
      ...sends,
    ];
    for (const send of inSends(messages)) await transaction.send(send);
    // For whoever looks at the group's lag, or sets it; what was processed is in the changelog.
    const offset = { partition: this.partition, offset: String(position.next) };
    const offsets = { consumerGroupId: groupId, topics: [{ topic: topics.raw, partitions: [offset] }] };
    await whileConcurrent(() => transaction.sendOffsets(offsets));
    await transaction.commit();
  }

  #message(key: string, record: object): Message {
    return this.#own({ key, value: JSON.stringify(record) });
  }

  #own(message: Message): Message {
    message.partition = this.partition;
    return message;
  }
}

/**
 * Where to go on. The group's offset differs from what was processed only when someone has set it (kafka-consumer-groups
 * --reset-offsets). Set back, records are processed again but give no window again; set forward, they are passed over, once
 * the states, which may be older than the results, are those of what was processed.
 */
function resume(
  processed: TaskPosition | null,
  groupOffset: number | null,
): { committed: TaskPosition; passOverTo: number } {
  const offset = groupOffset ?? processed?.next ?? 0;
  if (processed === null) return { committed: { next: offset, snapshot: offset }, passOverTo: offset };
  const { next, snapshot } = processed;
  return { committed: { next, snapshot: Math.min(snapshot, offset) }, passOverTo: Math.max(next, offset) };
}

/** kafkajs tries everything again that finds the markers of the transaction before still being written, except this. */
async function whileConcurrent(send: () => Promise<void>): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await send();
    } catch (error) {
      if (rootError(error).type !== "CONCURRENT_TRANSACTIONS" || tries === MARKER_TRIES) throw error;
      await delay(MARKER_WAIT_MS);
    }
  }
}

/** Only the newest change of each key: the older would be compacted away. */
function latest(changes: readonly StateChange[]): StateChange[] {
  return [...new Map(changes.map((change) => [change.key, change])).values()];
}
