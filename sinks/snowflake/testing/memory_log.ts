/**
 * A log in memory, for tests of the sink: its topics can be made anew and shortened, and its partitions come and go.
 *
 * @module
 */
import type { Extent, SetAside, Share, Slice } from "../../../log/port.ts";
import type { ActivityRecord, ReadingBatch } from "../../../log/records.ts";
import { batchOf } from "../../../log/testing/batches.ts";
import { windowRecord } from "../../../log/testing/windows.ts";
import type { SinkLog } from "../../port.ts";
import type { Topic } from "../statements.ts";

/** Records of one partition; null: an offset without one, as Kafka gives the end of a transaction. */
interface Partition<T> {
  begin: number;
  records: (T | null)[];
}

export class MemoryLog implements SinkLog {
  readonly id = "memory's";
  readonly partitions = 2;
  readonly letters: SetAside[] = [];
  /** While set, reading and setting aside fail with it. */
  trouble: Error | null = null;
  readonly #raw: Partition<ReadingBatch>[] = [];
  readonly #activity: Partition<ActivityRecord>[] = [];
  #assigned: readonly number[];
  #listener: ((partitions: readonly number[]) => void) | null = null;

  /** @param assigned partitions of the process that shares this log */
  constructor(assigned: readonly number[] = [0, 1]) {
    this.#assigned = assigned;
    for (let partition = 0; partition < this.partitions; partition++) {
      this.makeAnew("raw_sensor_data", partition);
      this.makeAnew("processed_activity", partition);
    }
  }

  appendRaw(partition: number, messageId: string, more: Partial<ReadingBatch> = {}): void {
    this.#raw[partition].records.push(batchOf(`phone-${partition}`, messageId, more));
  }

  appendActivity(partition: number, timestamp: number): void {
    const ids = { deviceId: `phone-${partition}`, sessionId: "run-1" };
    this.#activity[partition].records.push(windowRecord(ids, timestamp));
  }

  /** Takes an offset of `raw_sensor_data` for none. */
  appendMarker(partition: number): void {
    this.#raw[partition].records.push(null);
  }

  makeAnew(topic: Topic, partition: number): void {
    if (topic === "raw_sensor_data") this.#raw[partition] = { begin: 0, records: [] };
    else this.#activity[partition] = { begin: 0, records: [] };
  }

  /** Retention deletes what is before this offset. */
  deleteBefore(topic: Topic, partition: number, begin: number): void {
    this.#of(topic)[partition].begin = begin;
  }

  assign(partitions: readonly number[]): void {
    this.#assigned = partitions;
    this.#listener?.(partitions);
  }

  get isShared(): boolean {
    return this.#listener !== null;
  }

  extents(topic: Topic): Promise<Extent[]> {
    if (this.trouble) return Promise.reject(this.trouble);
    return Promise.resolve(this.#of(topic).map(({ begin, records }) => ({ begin, end: records.length })));
  }

  readRaw(partition: number, from: number, limit: number): Promise<Slice<ReadingBatch>> {
    return Promise.resolve(slice(this.#raw[partition], from, limit));
  }

  readActivity(partition: number, from: number, limit: number): Promise<Slice<ActivityRecord>> {
    return Promise.resolve(slice(this.#activity[partition], from, limit));
  }

  setAside(letters: readonly SetAside[]): Promise<void> {
    if (this.trouble) return Promise.reject(this.trouble);
    this.letters.push(...letters);
    return Promise.resolve();
  }

  share(_name: string, listener: (partitions: readonly number[]) => void): Promise<Share> {
    this.#listener = listener;
    listener(this.#assigned);
    return Promise.resolve({
      close: () => {
        this.#listener = null;
        return Promise.resolve();
      },
    });
  }

  #of(topic: Topic): Partition<unknown>[] {
    return topic === "raw_sensor_data" ? this.#raw : this.#activity;
  }
}

function slice<T>({ begin, records }: Partition<T>, from: number, limit: number): Slice<T> {
  const found: { offset: number; record: T }[] = [];
  let next = Math.max(from, begin);
  for (; next < records.length && found.length < limit; next++) {
    const record = records[next];
    if (record !== null) found.push({ offset: next, record });
  }
  return { records: found, next };
}
