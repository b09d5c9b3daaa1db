/**
 * Reads records of the log's partitions and holds them until they are loaded.
 *
 * @module
 */
import { encodeRaw } from "../../log/raw_json.ts";
import type { Extent } from "../../log/port.ts";
import type { ActivityRecord, ReadingBatch } from "../../log/records.ts";
import type { SinkLog, SinkStatus } from "../port.ts";
import type { Part, Row } from "./delivery.ts";
import type { Topic } from "./statements.ts";
import { type Position, SINK_TOPICS } from "./target.ts";

/** What is read at a time, at most: some ms of the thread that the sink shares with the engine. */
const SLICE_RECORDS = 100;
/** The same, bytes, as far as the records before tell how large the next are: 1 MB of JSON is made in 4 ms. */
const SLICE_BYTES = 1_000_000;
/** A slice is at most so many times the one before. */
const SLICE_GROWTH = 4;

export interface SourceLimits {
  records: number;
  bytes: number;
}

/** One partition of one topic. */
interface Stream {
  topic: Topic;
  partition: number;
  /** Where loading stands. */
  from: number;
  /** Where reading goes on. */
  next: number;
  rows: Row[];
  /** Records of the next slice. */
  slice: number;
  /** Whether all that is there has been read; what Kafka ends transactions with stays behind the last record. */
  isAtEnd: boolean;
  /** Why it cannot be loaded; null: it can. */
  obstacle: string | null;
}

const utf8 = new TextEncoder();

/** See the module's text. */
export class Source {
  readonly #log: SinkLog;
  readonly #limits: SourceLimits;
  readonly #now: () => number;
  readonly #onLost: (topic: Topic, partition: number, records: number) => void;
  #streams: Stream[] = [];
  #records = 0;
  #bytes = 0;
  /** When the oldest held record came, ms; null: none is held. */
  #oldestAtMs: number | null = null;
  /** Records not loaded, per topic, when the log was last asked. */
  #lag: SinkStatus["lagRecords"] = null;
  /** Up to where losses have been told, by partition: what fails begins again, and must not tell them again. */
  readonly #toldLost = new Map<string, number>();

  /** @param onLost is told of records that retention deleted before they were read */
  constructor(
    log: SinkLog,
    limits: SourceLimits,
    now: () => number,
    onLost: (topic: Topic, partition: number, records: number) => void,
  ) {
    this.#log = log;
    this.#limits = limits;
    this.#now = now;
    this.#onLost = onLost;
  }

  /** Starts anew at these positions; what was held is forgotten. */
  async begin(positions: readonly Position[]): Promise<void> {
    const extents = await this.#extents();
    const streams: Stream[] = [];
    for (const { topic, partition, next, lastMark } of positions) {
      const stream: Stream = {
        topic,
        partition,
        from: next,
        next,
        rows: [],
        slice: 1,
        isAtEnd: false,
        obstacle: null,
      };
      const { begin } = extents[topic][partition];
      if (await this.#wasMadeAnew(stream, begin, lastMark)) {
        stream.obstacle = obstacleOf(stream, this.#log.id);
      }
      streams.push(stream);
    }
    this.#streams = streams;
    this.clear();
    if (streams.length === 0) this.#lag = { raw_sensor_data: 0, processed_activity: 0 };
  }

  /** Forgets what is held; it would be read again. */
  clear(): void {
    for (const stream of this.#streams) {
      stream.next = stream.from;
      stream.rows = [];
      stream.isAtEnd = false;
    }
    this.#records = this.#bytes = 0;
    this.#oldestAtMs = null;
  }

  /** Reads until the limits are reached or there is no more for now. */
  async fill(): Promise<void> {
    await this.#measure((stream, extent) => this.#fillFrom(stream, extent));
  }

  /** Asks the log how much it has that is not loaded, as `fill` does, from where loading stood last. */
  async measure(): Promise<void> {
    if (this.#streams.length > 0) await this.#measure(() => Promise.resolve());
  }

  get isFull(): boolean {
    return this.#records >= this.#limits.records || this.#bytes >= this.#limits.bytes;
  }

  get oldestAtMs(): number | null {
    return this.#oldestAtMs;
  }

  /** Records of the log that are not loaded; of those not yet read, on Kafka, ends of transactions count too. */
  get lagRecords(): SinkStatus["lagRecords"] {
    return this.#lag;
  }

  /** Why some partitions are not loaded, or null. */
  get obstacle(): string | null {
    return this.#streams.find(({ obstacle }) => obstacle !== null)?.obstacle ?? null;
  }

  /** What is held, and the positions after it. */
  parts(): Part[] {
    return this.#streams.filter(({ from, next }) => next > from)
      .map(({ topic, partition, from, next, rows }) => ({ topic, partition, from, next, rows }));
  }

  /** What `parts` gave is loaded. */
  delivered(): void {
    for (const stream of this.#streams) {
      stream.from = stream.next;
      stream.rows = [];
    }
    // Else one that is far behind would fill what may be held time and again, and the others would wait for its end.
    this.#streams = [...this.#streams.slice(1), ...this.#streams.slice(0, 1)];
    this.#records = this.#bytes = 0;
    this.#oldestAtMs = null;
  }

  async #measure(visit: (stream: Stream, extent: Extent) => Promise<void>): Promise<void> {
    const lag = { raw_sensor_data: 0, processed_activity: 0 };
    const extents = await this.#extents();
    for (const stream of this.#streams) {
      const { topic, partition } = stream;
      await visit(stream, extents[topic][partition]);
      lag[topic] += lagOf(stream, extents[topic][partition]);
    }
    this.#lag = lag;
  }

  async #extents(): Promise<Record<Topic, Extent[]>> {
    const [raw, processed] = await Promise.all(SINK_TOPICS.map((topic) => this.#log.extents(topic)));
    return { raw_sensor_data: raw, processed_activity: processed };
  }

  #tellLost({ topic, partition, next }: Stream, begin: number): void {
    const key = `${topic}/${partition}`;
    const from = Math.max(next, this.#toldLost.get(key) ?? 0);
    if (from >= begin) return;
    this.#toldLost.set(key, begin);
    this.#onLost(topic, partition, begin - from);
  }

  async #fillFrom(stream: Stream, { begin, end }: Extent): Promise<void> {
    if (stream.obstacle !== null) return;
    if (stream.next > end) {
      stream.obstacle = obstacleOf(stream, this.#log.id);
      return;
    }
    if (stream.next < begin) {
      this.#tellLost(stream, begin);
      stream.next = begin;
    }
    stream.isAtEnd = stream.next === end;
    while (stream.next < end && !this.isFull) {
      const before = stream.next;
      const slice = Math.min(stream.slice, this.#limits.records - this.#records);
      const { rows, next, oldestAtMs } = await this.#read({ ...stream, slice });
      let bytes = 0;
      for (const row of rows) {
        stream.rows.push(row);
        bytes += row.bytes;
      }
      const fitting = Math.floor(SLICE_BYTES * rows.length / Math.max(1, bytes));
      stream.slice = Math.max(1, Math.min(SLICE_RECORDS, SLICE_GROWTH * stream.slice, fitting));
      this.#bytes += bytes;
      this.#records += rows.length;
      stream.next = next;
      if (rows.length > 0) this.#oldestAtMs = Math.min(this.#oldestAtMs ?? Infinity, oldestAtMs);
      stream.isAtEnd = rows.length === 0 || next >= end;
      if (next === before) return;
      // The engine's other work comes first.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  async #read(
    { topic, partition, next: from, slice }: Pick<Stream, "topic" | "partition" | "next" | "slice">,
  ) {
    const nowMs = this.#now();
    if (topic === "raw_sensor_data") {
      const { records, next } = await this.#log.readRaw(partition, from, slice);
      const oldestAtMs = records.reduce((least, { record }) => Math.min(least, record.receivedAtMs), nowMs);
      return { rows: records.map(({ offset, record }) => rawRow(offset, record)), next, oldestAtMs };
    }
    // The end of a window may be long ago when a phone sends late: what counts is that it is there now.
    const { records, next } = await this.#log.readActivity(partition, from, slice);
    return {
      rows: records.map(({ offset, record }) => activityRow(offset, record)),
      next,
      oldestAtMs: nowMs,
    };
  }

  /** Whether the newest loaded record is not the one that stands there now. */
  async #wasMadeAnew(stream: Stream, begin: number, lastMark: string | null): Promise<boolean> {
    if (lastMark === null) return false;
    const offset = offsetOf(lastMark);
    if (offset < begin) return false;
    const { rows } = await this.#read({ ...stream, next: offset, slice: 1 });
    return rows.length > 0 && rows[0].offset === offset && rows[0].mark !== lastMark;
  }
}

const lagOf = ({ next, rows, isAtEnd }: Stream, { begin, end }: Extent): number =>
  rows.length + (isAtEnd ? 0 : Math.max(0, end - Math.max(next, begin)));

const rowOf = (offset: number, key: string, json: string, messageId: string): Row => ({
  offset,
  key,
  json,
  bytes: utf8.encode(json).length,
  mark: `${offset} ${key} ${messageId}`,
});

const rawRow = (offset: number, record: ReadingBatch): Row =>
  rowOf(offset, record.deviceId, encodeRaw(record), record.messageId);

const activityRow = (offset: number, record: ActivityRecord): Row =>
  rowOf(offset, record.deviceId, JSON.stringify(record), record.messageId);

const offsetOf = (mark: string): number => Number(mark.slice(0, mark.indexOf(" ")));

const obstacleOf = ({ topic, partition, next }: Stream, logId: string): string =>
  `${topic}/${partition} was loaded up to offset ${next}, but the log has other records there or ends before it: the topic was ` +
  `made anew, or restored from an older copy. To load it from its beginning run in Snowflake, as an administrator: ` +
  `DELETE FROM ACTIVITY_DB.SINK.OFFSETS WHERE LOG_ID = '${
    logId.replaceAll("'", "''")
  }' AND KAFKA_TOPIC = '${topic}' ` +
  `AND KAFKA_PARTITION = ${partition}; rows of the topic before stay, with the same offsets and an older LOADED_AT`;
