/**
 * Collects batches into groups: while one group is being committed the next one fills. Bounded by bytes and by age, never by a
 * small count: a cap of 4,000 waiting answered 503 to phones that connected all at once and made the surge worse (measured).
 *
 * @module
 */
import { Linger, TAIL_MS } from "../linger.ts";
import type { Appended } from "../port.ts";
import { partitionOf } from "../partition.ts";
import { type ReadingBatch, sessionKey } from "../records.ts";
import { TooLarge } from "../too_large.ts";
import { Unavailable } from "../unavailable.ts";
import { GroupWriter, maxBatchBytes } from "./group.ts";

/** A group's buffer; about 2,500 batches of 50 readings, and always more than the largest batch (20,000 readings: 640 kB). */
const GROUP_BYTES = 4 << 20;
/** Full groups that may wait for the disk (32 MB): about two seconds of 10,000 phones. */
const MAX_WAITING_GROUPS = 8;
/** A group committed later than this makes the appender refuse: clients should wait instead of filling memory, ms. */
const MAX_COMMIT_MS = 5000;
/** Sessions that have a slot; then numbering starts again. Must be well above the phones posting at once. */
const MAX_SLOTS = 200_000;
const RETRY_AFTER_S = 1;

/** A session new to the committing side. */
export interface NewSlot {
  slot: number;
  deviceId: string;
  sessionId: string;
}

/** What is committed together. */
export interface Group {
  buffer: ArrayBuffer;
  length: number;
  newSlots: NewSlot[];
  /** Slot numbers start again with this group: forget the old ones. */
  resetSlots: boolean;
}

/** Commits a group; resolves with the indexes of duplicates, rejects with `Unavailable` when nothing was stored. */
export type CommitGroup = (group: Group) => Promise<readonly number[]>;

interface Filling {
  writer: GroupWriter;
  newSlots: NewSlot[];
  resetSlots: boolean;
  done: PromiseWithResolvers<readonly number[]>;
}

const STORED: Appended = { duplicate: false };
const DUPLICATE: Appended = { duplicate: true };

/** See the module's text. */
export class Appender {
  readonly #commit: CommitGroup;
  readonly #partitions: number;
  #slots = new Map<string, { slot: number; partition: number }>();
  #filling: Filling;
  readonly #waiting: Filling[] = [];
  readonly #linger = new Linger();
  #committingSince: number | null = null;
  /** The commit that runs and what follows it; null when none does. */
  #committing: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #closed = false;
  readonly #buffers: ArrayBuffer[] = [];

  constructor(partitions: number, commit: CommitGroup) {
    this.#partitions = partitions;
    this.#commit = commit;
    this.#filling = this.#newGroup();
  }

  /**
   * Copies the batch into the filling group.
   *
   * @returns resolves when the group is committed
   * @throws Unavailable when too much waits, or the commit failed
   * @throws TooLarge when the batch is larger than a group
   */
  append(batch: ReadingBatch): Promise<Appended> {
    if (this.#closed) return refuse("the server is stopping");
    if (this.#committingSince !== null && performance.now() - this.#committingSince > MAX_COMMIT_MS) {
      return refuse("the disk does not keep up: the last commit has been running for over 5 s");
    }
    if (!this.#add(this.#filling, batch)) {
      if (maxBatchBytes(batch.count, batch.messageId.length) > GROUP_BYTES) {
        return Promise.reject(tooLarge(batch));
      }
      if (this.#waiting.length >= MAX_WAITING_GROUPS) {
        return refuse("too many readings are waiting for the disk");
      }
      this.#waiting.push(this.#filling);
      this.#filling = this.#newGroup();
      this.#add(this.#filling, batch);
    }
    const index = this.#filling.writer.count - 1;
    this.#schedule();
    return this.#filling.done.promise.then((duplicates) =>
      duplicates.length > 0 && duplicates.includes(index) ? DUPLICATE : STORED
    );
  }

  /** Takes a buffer back for another group. */
  recycle(buffer: ArrayBuffer): void {
    if (buffer.byteLength === GROUP_BYTES && this.#buffers.length < MAX_WAITING_GROUPS) {
      this.#buffers.push(buffer);
    }
  }

  /** Commits what waits and refuses everything after. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#flush();
    while (this.#committing) await this.#committing;
  }

  #add({ writer, newSlots }: Filling, batch: ReadingBatch): boolean {
    const key = sessionKey(batch.deviceId, batch.sessionId);
    let entry = this.#slots.get(key);
    const isNew = entry === undefined;
    entry ??= { slot: this.#slots.size, partition: partitionOf(batch.deviceId, this.#partitions) };
    if (!writer.add(entry.slot, entry.partition, batch)) return false;
    if (isNew) {
      newSlots.push({ slot: entry.slot, deviceId: batch.deviceId, sessionId: batch.sessionId });
      this.#slots.set(key, entry);
    }
    return true;
  }

  #newGroup(): Filling {
    const resetSlots = this.#slots.size >= MAX_SLOTS;
    if (resetSlots) this.#slots = new Map();
    const writer = new GroupWriter(this.#buffers.pop() ?? new ArrayBuffer(GROUP_BYTES));
    const done = Promise.withResolvers<readonly number[]>();
    return { writer, newSlots: [], resetSlots, done };
  }

  #schedule(): void {
    if (this.#timer !== null || this.#committing) return;
    this.#timer = setTimeout(() => {
      const { count } = this.#filling.writer;
      this.#timer = setTimeout(() => {
        this.#linger.ended(this.#filling.writer.count - count);
        this.#flush();
      }, TAIL_MS);
    }, this.#linger.ms - TAIL_MS);
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#committing) return;
    let group = this.#waiting.shift();
    if (!group) {
      if (this.#filling.writer.count === 0) return;
      group = this.#filling;
      this.#filling = this.#newGroup();
    }
    this.#committingSince = performance.now();
    const { writer, newSlots, resetSlots, done } = group;
    this.#committing = this.#commit({ buffer: writer.buffer, length: writer.length, newSlots, resetSlots })
      .then(done.resolve, done.reject)
      .then(() => {
        this.#committing = this.#committingSince = null;
        if (this.#waiting.length > 0 || this.#closed) this.#flush();
        else if (this.#filling.writer.count > 0) this.#schedule();
      });
  }
}

function tooLarge({ count, messageId }: ReadingBatch): TooLarge {
  const id = messageId.slice(0, 40);
  return new TooLarge(
    `message ${id} has ${count} readings, more than a group of ${GROUP_BYTES} bytes holds: split it`,
  );
}

function refuse(why: string): Promise<never> {
  return Promise.reject(new Unavailable(`${why}: nothing was stored, send it again`, RETRY_AFTER_S));
}
