/**
 * `processed_activity` as it grows, read once for everyone in the process who wants it.
 *
 * @module
 */
import type { ActivityListener, Extent } from "../port.ts";
import type { ActivityRecord } from "../records.ts";
import { parseActivity } from "./activity_json.ts";
import type { FetchedRecord } from "./fetch_codec.ts";
import { Follower, type TopicReader } from "./reader.ts";

export interface ActivityTailOptions {
  partitions: number;
  onTrouble(error: unknown): void;
  /** Results that retention deleted before they were read. */
  onLost(partition: number, records: number): void;
  /** Records that are no results: someone else writes to the topic. */
  onStrange(partition: number, offset: number): void;
}

interface Tailing {
  listener: ActivityListener;
  /** Per partition, the offset after the last record it was told, or where it begins. */
  ends: number[];
}

/** Records whose offsets follow one another. */
interface Run {
  records: ActivityRecord[];
  /** The offset after the last. */
  end: number;
}

export class ActivityTail {
  readonly #reader: TopicReader;
  readonly #options: ActivityTailOptions;
  readonly #tailing: Tailing[] = [];
  readonly #follower: Follower;
  /** Where the follower is; null before the first listener. */
  #at: number[] | null = null;
  #closed = false;

  constructor(reader: TopicReader, options: ActivityTailOptions) {
    this.#reader = reader;
    this.#options = options;
    this.#follower = new Follower(reader, {
      onFetched: ({ partition, records, next }) => {
        this.#at![partition] = next;
        for (const run of this.#runs(partition, records)) {
          for (const tailing of this.#tailing) tell(tailing, partition, run);
        }
      },
      onOutOfRange: (partition, offset, extent) =>
        this.#at![partition] = this.#within(extent, partition, offset),
      onTrouble: options.onTrouble,
    });
  }

  get at(): readonly number[] | null {
    return this.#at;
  }

  /** See `Log.tailActivity`. */
  async join(from: readonly number[], listener: ActivityListener): Promise<void> {
    const extents = await this.#reader.extents(this.#options.partitions);
    const at = extents.map((extent, partition) => this.#within(extent, partition, from[partition] ?? 0));
    const tailing = { listener, ends: [...at] };
    if (this.#at === null) this.#start(at);
    while (!this.#closed && at.some((offset, partition) => offset < this.#at![partition])) {
      for (let partition = 0; partition < at.length; partition++) {
        if (at[partition] >= this.#at![partition]) continue;
        const { records, next } = await this.#reader.read(partition, at[partition]);
        // What the follower has not read yet comes with it.
        const until = this.#at![partition];
        at[partition] = Math.min(next, until);
        for (const run of this.#runs(partition, records.filter(({ offset }) => offset < until))) {
          tell(tailing, partition, run);
        }
      }
    }
    this.#tailing.push(tailing);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#follower.close();
  }

  #start(from: readonly number[]): void {
    this.#at = [...from];
    from.forEach((offset, partition) => this.#follower.set(partition, offset));
  }

  /** A position as near as the log has it: one that is past its end is of a topic that was made anew. */
  #within({ begin, end }: Extent, partition: number, offset: number): number {
    if (offset > end) return begin;
    // Who begins at 0 takes what there is.
    if (offset > 0 && offset < begin) this.#options.onLost(partition, begin - offset);
    return Math.max(offset, begin);
  }

  *#runs(partition: number, fetched: readonly FetchedRecord[]): Generator<Run> {
    let records: ActivityRecord[] = [];
    let end = -1;
    for (const { offset, value } of fetched) {
      const record = parseActivity(value);
      if (record === null) {
        this.#options.onStrange(partition, offset);
        continue;
      }
      if (offset !== end && records.length > 0) {
        yield { records, end };
        records = [];
      }
      records.push(record);
      end = offset + 1;
    }
    if (records.length > 0) yield { records, end };
  }
}

/** Who began later than the follower is gets only what comes after. */
function tell({ listener, ends }: Tailing, partition: number, { records, end }: Run): void {
  const later = records.slice(Math.max(0, ends[partition] - (end - records.length)));
  if (later.length === 0) return;
  ends[partition] = end;
  listener(later, partition, ends);
}
