/**
 * Kafka behind the log port.
 *
 * @module
 */
import type { Admin, ISocketFactory } from "kafkajs";
import type {
  ActivityListener,
  Appended,
  DeadLetter,
  Extent,
  LetterPlace,
  Log,
  LogStatus,
  SetAside,
  Share,
  Slice,
  TaskFactory,
  WholeLetter,
} from "../port.ts";
import { Conflict } from "../port.ts";
import { type ActivityRecord, type ControlEvent, copyBatch, type ReadingBatch } from "../records.ts";
import { Unavailable } from "../unavailable.ts";
import { parseActivity } from "./activity_json.ts";
import { ActivityTail } from "./activity_tail.ts";
import type { KafkaAppender } from "./appender.ts";
import { atMost } from "../at_most.ts";
import { discardEvent, letterEntity } from "../dead_letter.ts";
import type { Connection } from "./connection.ts";
import { explain } from "./explain.ts";
import { ControlLog } from "./control_log.ts";
import { ControlReader } from "./control_reader.ts";
import { DeadLetterWriter } from "./dead_letter_writer.ts";
import { DeadLetterCount, deadLetterOf, placeOf, wholeLetterOf } from "./dead_letters.ts";
import type { FetchedRecord } from "./fetch_codec.ts";
import { Membership } from "./membership.ts";
import { TopicProducer } from "./producer.ts";
import { RawReader } from "./raw_reader.ts";
import { connect, startAppender } from "./open.ts";
import { OutOfRange, TopicReader } from "./reader.ts";
import type { ForeignReader, KafkaLogSettings } from "./settings.ts";
import { TaskGroup } from "./task_group.ts";
import type { Topics } from "./topics.ts";

/** How often positions are asked for, ms: they are a second old at most. */
const STATUS_INTERVAL_MS = 1000;
/** What a client is told to wait while Kafka does not answer, s. */
const RETRY_AFTER_S = 5;
/** A client that does not say goodbye by then is left, ms. */
const CLOSE_MS = 3000;

/** Offsets of a partition of the dead-letter topic in which letters are looked for, from its end back: a second's reading. */
const LETTERS_SEARCHED = 8192;

const KEEP_LONGER =
  "The topic keeps too little for how long this process was down or behind: raise its retention.ms or retention.bytes " +
  "(RETENTION_MS and RETENTION_BYTES when the topics are made)";

/** See the module's text. */
export class KafkaLog implements Log {
  readonly partitions: number;
  readonly id: string;
  readonly #settings: KafkaLogSettings;
  readonly #connection: Connection;
  readonly #admin: Admin;
  readonly #topics: Topics;
  readonly #now: () => number;
  readonly #rawReader: RawReader;
  readonly #readers = new Map<string, TopicReader>();
  readonly #control: ControlReader;
  readonly #controlLog: ControlLog;
  readonly #deadLetterCount: DeadLetterCount;
  readonly #deadLetterWriter: DeadLetterWriter;
  readonly #tail: ActivityTail;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #troubles = new Map<string, string>();
  readonly #groupId: string;
  #status: LogStatus;
  #polling: Promise<void> | null = null;
  #appender: Promise<KafkaAppender> | null = null;
  #group: TaskGroup | null = null;
  readonly #shares = new Set<Share>();
  #closing: Promise<void> | null = null;

  private constructor(
    settings: KafkaLogSettings,
    connection: Connection,
    admin: Admin,
    topics: Topics,
    clusterId: string,
    readForeign: ForeignReader,
    now: () => number,
  ) {
    this.partitions = settings.partitions;
    this.id = `kafka ${clusterId} ${settings.topicPrefix}`;
    this.#settings = settings;
    this.#connection = connection;
    this.#admin = admin;
    this.#topics = topics;
    this.#now = now;
    this.#groupId = groupIdOf(connection);
    this.#rawReader = new RawReader(readForeign);
    this.#control = new ControlReader(this.#reader(topics.control), this.#trouble("control"));
    this.#controlLog = new ControlLog(connection, topics.control, this.#control);
    this.#deadLetterCount = new DeadLetterCount(
      this.#reader(topics.deadLetters),
      (place) => this.#isDiscarded(place),
    );
    this.#deadLetterWriter = new DeadLetterWriter({
      topics,
      open: () => new TopicProducer(connection, topics.deadLetters),
    });
    this.#tail = new ActivityTail(this.#newReader(topics.activity, "tail"), {
      partitions: settings.partitions,
      onTrouble: this.#trouble("tail"),
      onLost: (partition, records) =>
        console.error(
          `${topics.activity}/${partition}: ${records} records were deleted before the pages had them. ` +
            KEEP_LONGER,
        ),
      onStrange: (partition, offset) =>
        console.error(
          `${topics.activity}/${partition}: what is at ${offset} is no result and was passed over`,
        ),
    });
    const nothing = Array.from({ length: settings.partitions }, () => ({ begin: 0, end: 0 }));
    this.#status = {
      lagRecords: nothing.map(() => 0),
      raw: nothing,
      activity: nothing,
      deadLetters: 0,
      lostRecords: 0,
      trouble: null,
    };
    this.#timer = setInterval(() => this.poll(), STATUS_INTERVAL_MS);
  }

  /**
   * Connects, and makes the topics that are missing.
   *
   * @param now the wall clock, ms since the Unix epoch
   * @param openSocket lets a test cut the sockets
   * @throws Error with what to check when there is no getting through
   */
  static async open(
    settings: KafkaLogSettings,
    readForeign: ForeignReader,
    now: () => number = Date.now,
    openSocket?: ISocketFactory,
  ): Promise<KafkaLog> {
    const { connection, admin, topics } = await connect(settings, openSocket);
    const { clusterId } = await admin.describeCluster();
    const log = new KafkaLog(settings, connection, admin, topics, clusterId, readForeign, now);
    await log.poll();
    return log;
  }

  async append(batch: ReadingBatch): Promise<Appended> {
    if (this.#closing && this.#appender === null) {
      throw new Unavailable("the log is closed: nothing was stored", RETRY_AFTER_S);
    }
    // While the appender is waited for, the caller may fill the batch with the next message.
    const own = copyBatch(batch);
    return await (await (this.#appender ??= this.#openAppender())).append(own);
  }

  async appendControl(event: ControlEvent): Promise<void> {
    await this.#controlLog.append(event);
  }

  tailControl(listener: (event: ControlEvent) => void): Promise<void> {
    return this.#control.tail(listener);
  }

  readRaw(partition: number, from: number, limit: number): Promise<Slice<ReadingBatch>> {
    const decode = (record: FetchedRecord) => {
      try {
        return copyBatch(this.#rawReader.read(record));
      } catch {
        // It is among the dead letters.
        return null;
      }
    };
    return this.#answered(this.#read(this.#topics.raw, partition, from, limit, decode));
  }

  readActivity(partition: number, from: number, limit: number): Promise<Slice<ActivityRecord>> {
    const decode = ({ value }: FetchedRecord) => parseActivity(value);
    return this.#answered(this.#read(this.#topics.activity, partition, from, limit, decode));
  }

  extents(topic: "raw_sensor_data" | "processed_activity"): Promise<Extent[]> {
    const { raw, activity } = this.#topics;
    return this.#answered(
      this.#reader(topic === "raw_sensor_data" ? raw : activity).extents(this.partitions),
    );
  }

  async run(factory: TaskFactory): Promise<void> {
    const { raw, state } = this.#topics;
    this.#group = new TaskGroup({
      connection: this.#connection,
      admin: this.#admin,
      topics: this.#topics,
      groupId: this.#groupId,
      partitions: this.partitions,
      factory,
      readRaw: (record) => this.#rawReader.read(record),
      rawReader: this.#newReader(raw, "tasks"),
      stateReader: this.#newReader(state, "states"),
      seenMs: this.#settings.seenMs,
      sessionTimeoutMs: this.#settings.sessionTimeoutMs,
      now: this.#now,
      onLost: (partition, records) => this.#onLost(partition, records),
      onTrouble: (part, error) => this.#trouble(`tasks: ${part}`)(error),
    });
    await this.#group.join();
  }

  tailActivity(from: readonly number[], listener: ActivityListener): Promise<void> {
    return this.#tail.join(from, listener);
  }

  async share(name: string, listener: (partitions: readonly number[]) => void): Promise<Share> {
    const trouble = this.#trouble(`share: ${name}`);
    const groupId = `${this.#groupId}-${name}`;
    let isClosed = false;
    const membership = new Membership({
      connection: this.#connection,
      groupId,
      topic: this.#topics.raw,
      sessionTimeoutMs: this.#settings.sessionTimeoutMs,
      onAssigned: (partitions) => {
        if (!isClosed) listener(partitions);
      },
      onTrouble: (error) => {
        if (!isClosed) trouble(error);
      },
    });
    const share: Share = {
      close: async () => {
        if (isClosed) return;
        isClosed = true;
        this.#shares.delete(share);
        trouble(null);
        await atMost(CLOSE_MS, membership.close());
      },
    };
    this.#shares.add(share);
    try {
      await membership.join();
    } catch (error) {
      await share.close();
      throw new Error(explain(error, this.#settings), { cause: error });
    }
    return share;
  }

  setAside(letters: readonly SetAside[]): Promise<void> {
    return this.#deadLetterWriter.write(letters);
  }

  readDeadLetters(limit: number): Promise<DeadLetter[]> {
    return this.#answered(this.#readDeadLetters(limit));
  }

  readDeadLetter(place: LetterPlace): Promise<WholeLetter | null> {
    return this.#answered(this.#readDeadLetter(place));
  }

  /** A topic's records cannot be deleted one by one: the events alone hide them. */
  async discardDeadLetters(places: readonly LetterPlace[], by: string): Promise<number> {
    await this.#answered(this.#control.catchUp());
    const open = new Map(places.map((place) => [letterEntity(place), place]));
    const results = await Promise.allSettled(
      [...open.values()].filter((place) => !this.#isDiscarded(place))
        .map((place) => this.appendControl(discardEvent(place, 1, by, this.#now()))),
    );
    // A conflict: someone else has discarded it in the same moment.
    const failed = results.find((each) => each.status === "rejected" && !(each.reason instanceof Conflict));
    if (failed?.status === "rejected") throw failed.reason;
    return results.filter(({ status }) => status === "fulfilled").length;
  }

  /** As far as `activity_control` has been read. */
  #isDiscarded(place: LetterPlace): boolean {
    return this.#control.versionOf(letterEntity(place)) > 0;
  }

  status(): LogStatus {
    const trouble = this.#troubles.size === 0 ? null : [...new Set(this.#troubles.values())].join("; ");
    return { ...this.#status, trouble };
  }

  /** Asks for the positions now; the timer does so once a second. */
  poll(): Promise<void> {
    const trouble = this.#trouble("status");
    return this.#polling ??= this.#poll().then(() => trouble(null), trouble)
      .finally(() => this.#polling = null);
  }

  /** Commits what the tasks have made; timers of their own do so all the time. */
  async advance(): Promise<void> {
    await this.#group?.commit();
  }

  /** Where the tail of `processed_activity` is, per partition; null while nobody wants it. */
  get tailedTo(): readonly number[] | null {
    return this.#tail.at;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    this.#control.close();
    // Nothing is taken any more, and what was taken is in the log or refused.
    const appender = await this.#appender?.catch(() => null);
    await appender?.close();
    await Promise.all([this.#deadLetterWriter.close(), ...[...this.#shares].map((share) => share.close())]);
    await this.#group?.close();
    await atMost(CLOSE_MS, this.#disconnect());
  }

  /** What is still asked is answered first. */
  async #disconnect(): Promise<void> {
    await Promise.allSettled([this.#tail.close(), this.#controlLog.close(), this.#polling]);
    const readers = [...this.#readers.values()];
    await Promise.allSettled([this.#admin.disconnect(), ...readers.map((reader) => reader.close())]);
  }

  async #poll(): Promise<void> {
    const { raw, activity, deadLetters } = this.#topics;
    const [rawExtents, activityExtents, deadExtents, [{ partitions }]] = await Promise.all([
      this.#reader(raw).extents(this.partitions),
      this.#reader(activity).extents(this.partitions),
      this.#reader(deadLetters).extents(this.partitions),
      this.#admin.fetchOffsets({ groupId: this.#groupId, topics: [raw] }),
    ]);
    const deadLetterCount = await this.#deadLetterCount.update(deadExtents);
    const committed = new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    this.#status = {
      ...this.#status,
      raw: rawExtents,
      activity: activityExtents,
      deadLetters: deadLetterCount,
      lagRecords: rawExtents.map(({ begin, end }, partition) =>
        Math.max(0, end - Math.max(begin, committed.get(partition) ?? 0))
      ),
    };
  }

  async #readDeadLetters(limit: number): Promise<DeadLetter[]> {
    const { deadLetters: topic } = this.#topics;
    await this.#control.catchUp();
    const decode = (record: FetchedRecord) =>
      this.#isDiscarded(placeOf(record)) ? null : deadLetterOf(record);
    const letters: DeadLetter[] = [];
    for (
      const [partition, { begin, end }] of (await this.#reader(topic).extents(this.partitions)).entries()
    ) {
      // Half of the offsets may be ends of transactions, and others discarded.
      for (let span = 2 * limit;; span *= 2) {
        const from = Math.max(begin, end - span);
        const { records } = await this.#read(topic, partition, from, span, decode);
        if (records.length < limit && from > begin && span < LETTERS_SEARCHED) continue;
        letters.push(...records.map(({ record }) => record));
        break;
      }
    }
    return letters.sort((a, b) => b.atMs - a.atMs).slice(0, limit);
  }

  async #readDeadLetter(place: LetterPlace): Promise<WholeLetter | null> {
    const { deadLetters: topic } = this.#topics;
    const { partition } = place;
    const extent = (await this.#reader(topic).extents(this.partitions))[partition];
    await this.#control.catchUp();
    if (extent === undefined || this.#isDiscarded(place)) return null;
    const wanted = letterEntity(place);
    const decode = (record: FetchedRecord) =>
      letterEntity(placeOf(record)) === wanted ? wholeLetterOf(record) : null;
    const from = Math.max(extent.begin, extent.end - LETTERS_SEARCHED);
    const { records: [found] } = await this.#read(topic, partition, from, 1, decode);
    return found?.record ?? null;
  }

  /** What fails here the caller may ask again. */
  async #answered<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw new Unavailable(explain(error, this.#settings), RETRY_AFTER_S);
    }
  }

  async #read<T>(
    topic: string,
    partition: number,
    from: number,
    limit: number,
    decode: (record: FetchedRecord) => T | null,
  ): Promise<Slice<T>> {
    const slice: Slice<T> = { records: [], next: from };
    const reader = this.#reader(topic);
    while (slice.records.length < limit) {
      let fetched;
      try {
        fetched = await reader.read(partition, slice.next);
      } catch (error) {
        if (!(error instanceof OutOfRange)) throw error;
        const { begin } = (await reader.extents(this.partitions))[partition];
        if (begin <= slice.next) return slice;
        slice.next = begin;
        continue;
      }
      for (const each of fetched.records) {
        if (slice.records.length === limit) return slice;
        const record = decode(each);
        if (record !== null) slice.records.push({ offset: each.offset, record });
        slice.next = each.offset + 1;
      }
      if (fetched.next >= fetched.stableEnd) return slice;
      slice.next = fetched.next;
    }
    return slice;
  }

  #onLost(partition: number, records: number): void {
    this.#status = { ...this.#status, lostRecords: this.#status.lostRecords + records };
    console.error(
      `${this.#topics.raw}/${partition}: ${records} records were deleted before they were processed. ${KEEP_LONGER}, or run ` +
        "more stream processes",
    );
  }

  /** Remembers what keeps a part from working until it works again. */
  #trouble(part: string): (error: unknown) => void {
    return (error) => {
      if (error === null || error === undefined) this.#troubles.delete(part);
      else if (!this.#closing) this.#troubles.set(part, explain(error, this.#settings));
    };
  }

  /** For questions that are answered at once. */
  #reader(topic: string): TopicReader {
    return this.#readers.get(topic) ?? this.#newReader(topic, topic);
  }

  #newReader(topic: string, name: string): TopicReader {
    const reader = new TopicReader(this.#connection, topic);
    this.#readers.set(name, reader);
    return reader;
  }

  async #openAppender(): Promise<KafkaAppender> {
    try {
      return await startAppender(this.#settings, this.#connection, this.#topics);
    } catch (error) {
      // The next append tries again.
      this.#appender = null;
      throw new Unavailable(explain(error, this.#settings), RETRY_AFTER_S);
    }
  }
}

const groupIdOf = (connection: Connection) => connection.name("activity-tracker");
