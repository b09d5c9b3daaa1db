/**
 * Reads partitions without a consumer group: the tails of the read model and of live viewers, a task's input and its states,
 * and pages of records. Only records of committed transactions.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { setTimeout as delay } from "node:timers/promises";
import fetchRequest from "kafkajs/src/protocol/requests/fetch/v11/request.js";
import type { Extent } from "../port.ts";
import type { Cluster, Connection } from "./connection.ts";
import { rootError } from "./explain.ts";
import { decodeFetch, type FetchedPartition, type FetchedRecord } from "./fetch_codec.ts";

/** Bytes of one partition in an answer; a larger batch comes alone. */
const PARTITION_BYTES = 1 << 20;
/** Bytes of an answer: what a task can process in about 50 ms. */
const ANSWER_BYTES = 8 << 20;
/** From so many bytes on there is probably more, so that the next fetch need not wait for its turn. */
const FULL_BYTES = PARTITION_BYTES / 2;

const OFFSET_OUT_OF_RANGE = 1;
/** The partition has moved, or was made just now, and not every broker knows yet where it is. */
const MOVED = new Set<unknown>([3, 5, 6, 9, 74, 75, 76]);
/** A new leader is there within a second or two, unless the cluster is in trouble. */
const MOVED_WAIT_MS = 100;
const MOVED_TRIES = 20;
const NAMES: Record<number, string> = { 29: "TOPIC_AUTHORIZATION_FAILED", 3: "UNKNOWN_TOPIC_OR_PARTITION" };

/** The offset is not in the partition (any more). */
export class OutOfRange extends Error {
  override name = "OutOfRange";
}

/** An error code of a partition, as kafkajs's own errors look. */
class FetchError extends Error {
  override name = "FetchError";
  readonly type: string;
  constructor(readonly code: number, topic: string) {
    const type = NAMES[code] ?? `error code ${code}`;
    super(`${topic} cannot be read`);
    this.type = type;
  }
}

/** Asks for records of one topic. To be closed. */
export class TopicReader {
  readonly #cluster: Cluster;
  #connected: Promise<void> | null = null;
  #closed = false;

  constructor(readonly connection: Connection, readonly topic: string) {
    this.#cluster = connection.newCluster();
  }

  /** Which broker has which partitions. */
  async leaders(partitions: number[]): Promise<Map<string, number[]>> {
    await this.#connect();
    await this.#cluster.refreshMetadataIfNecessary();
    return new Map(Object.entries(this.#cluster.findLeaderForPartitions(this.topic, partitions)));
  }

  /**
   * One fetch from one broker.
   *
   * @param offsets where to read each partition
   * @param maxWaitMs how long the broker waits for a first record, ms
   */
  async fetch(
    nodeId: string,
    offsets: ReadonlyMap<number, number>,
    maxWaitMs: number,
  ): Promise<FetchedPartition[]> {
    await this.#connect();
    const broker = await this.#cluster.findBroker({ nodeId });
    // The broker fills an answer in the order asked: whoever is first must not always be the same.
    const order = [...offsets.keys()].toSorted(() => Math.random() - 0.5);
    const request = fetchRequest({
      replicaId: -1,
      isolationLevel: 1,
      maxWaitTime: maxWaitMs,
      minBytes: 1,
      maxBytes: ANSWER_BYTES,
      topics: [{
        topic: this.topic,
        partitions: order.map((partition) => ({
          partition,
          fetchOffset: String(offsets.get(partition)),
          maxBytes: PARTITION_BYTES,
        })),
      }],
    });
    const response = {
      decode: (answer: Buffer) => ({ clientSideThrottleTime: 0, fetched: decodeFetch(answer, offsets) }),
      parse: ({ fetched }: { fetched: FetchedPartition[] }) => fetched,
    };
    return await broker.connectionPool.send({ request, response }) as FetchedPartition[];
  }

  /**
   * Records of one partition from an offset on, as they come in one answer; none at its end.
   *
   * @throws OutOfRange
   */
  read(partition: number, from: number): Promise<FetchedPartition> {
    return this.#whereverItIs(async () => {
      const [nodeId] = (await this.leaders([partition])).keys();
      if (nodeId === undefined) throw new FetchError(3, `${this.topic}/${partition}`);
      const [fetched] = await this.fetch(nodeId, new Map([[partition, from]]), 0);
      this.check(fetched, from);
      return fetched;
    });
  }

  /** @throws OutOfRange or FetchError when the partition could not be read */
  check({ partition, errorCode }: FetchedPartition, from: number): void {
    if (errorCode === 0) return;
    if (errorCode === OFFSET_OUT_OF_RANGE) {
      throw new OutOfRange(`${this.topic}/${partition} has no offset ${from}`);
    }
    throw new FetchError(errorCode, `${this.topic}/${partition}`);
  }

  /**
   * Reads a partition to its end, however long that takes.
   *
   * What a leader that was elected a moment ago answers to a fetch may end before records that are committed: it does not know
   * yet how far the others are. Asked for the end it refuses instead until it knows (KIP-207), so that end has to be reached.
   */
  async *readAll(partition: number, from: number): AsyncGenerator<FetchedRecord[]> {
    const end = await this.#whereverItIs(() => this.#endOf(partition));
    for (let at = from, tries = 1;;) {
      const { records, next, stableEnd } = await this.read(partition, at);
      if (records.length > 0) yield records;
      if (next >= Math.max(end, stableEnd)) return;
      tries = next > at ? 1 : tries + 1;
      if (tries > MOVED_TRIES) {
        throw new Error(
          `${this.topic}/${partition} ends at ${next}, but ended at ${end} before: records are missing`,
        );
      }
      if (next === at) await delay(MOVED_WAIT_MS);
      at = next;
    }
  }

  /** Of each partition: the oldest offset kept, and the one after the newest record of a finished transaction. */
  extents(partitions: number): Promise<Extent[]> {
    return this.#whereverItIs(() => this.#extents(partitions));
  }

  async #extents(partitions: number): Promise<Extent[]> {
    await this.#connect();
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    const [begins, ends] = await Promise.all([true, false].map((begin) => this.#offsets(all, begin)));
    return begins.map((begin, partition) => ({ begin, end: ends[partition] }));
  }

  async #endOf(partition: number): Promise<number> {
    await this.#connect();
    return (await this.#offsets([partition], false))[partition];
  }

  /** The first or the last offset of each partition, by partition. */
  async #offsets(asked: readonly number[], fromBeginning: boolean): Promise<number[]> {
    const topic = { topic: this.topic, partitions: asked.map((partition) => ({ partition })), fromBeginning };
    const [{ partitions }] = await this.#cluster.fetchTopicsOffset([topic]);
    const offsets: number[] = [];
    for (const { partition, offset } of partitions) offsets[partition] = Number(offset);
    return offsets;
  }

  /** Forgets which broker has what. */
  async refresh(): Promise<void> {
    await this.#connect();
    await this.#cluster.refreshMetadata();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connected?.catch(() => {});
    await this.#cluster.disconnect();
  }

  /** Asks again while partitions move. */
  async #whereverItIs<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 1;; tries++) {
      try {
        return await ask();
      } catch (error) {
        const { code } = rootError(error);
        if (!MOVED.has(code) || tries === MOVED_TRIES) throw error;
        await delay(MOVED_WAIT_MS);
        await this.refresh();
      }
    }
  }

  #connect(): Promise<void> {
    // kafkajs would connect anew, and nobody would end that.
    if (this.#closed) return Promise.reject(new Error(`the reader of ${this.topic} is closed`));
    return this.#connected ??= (async () => {
      try {
        await this.#cluster.connect();
        await this.#cluster.addMultipleTargetTopics([this.topic]);
      } catch (error) {
        this.#connected = null;
        throw error;
      }
    })();
  }
}

export interface FollowerOptions {
  /**
   * Takes what was read; the next fetch from that broker waits for it. When `set` or `delete` was called for the partition
   * meanwhile, the position stays as they left it.
   */
  onFetched(fetched: FetchedPartition, from: number): void | Promise<void>;
  /** The offset is not there (any more). @returns where to go on; null: not at all */
  onOutOfRange(partition: number, offset: number, extent: Extent): number | null;
  /** Why nothing can be read now; null when it can again. */
  onTrouble(error: unknown): void;
}

/** A fetch waits so long for a first record, ms: bounds how late a new partition is read. */
const MAX_WAIT_MS = 100;
/** Between two fetches from a broker, ms: an answer with records of twenty phones costs little more than with one's. */
const PACE_MS = 30;
/** Before a failed fetch is tried again, ms. */
const RETRY_MS = 200;

/** What a follower needs of a reader. */
export type FollowerReader = Pick<TopicReader, "leaders" | "fetch" | "check" | "extents" | "refresh">;

/** Where a partition is read on. Setting it makes another one, so that one from before is told apart at the same offset. */
interface Position {
  offset: number;
}

/** Reads on and on, each broker in a loop of its own. */
export class Follower {
  readonly #positions = new Map<number, Position>();
  readonly #loops = new Map<string, Promise<void>>();
  #closed = false;
  #planning: Promise<void> | null = null;
  #replan = false;

  constructor(readonly reader: FollowerReader, readonly options: FollowerOptions) {}

  /** Reads the partition from this offset on. */
  set(partition: number, offset: number): void {
    this.#positions.set(partition, { offset });
    this.#plan();
  }

  delete(partition: number): void {
    this.#positions.delete(partition);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#planning;
    await Promise.all(this.#loops.values());
  }

  /** Starts a loop for every broker that has none. */
  #plan(): void {
    this.#replan = true;
    this.#planning ??= this.#planAll();
  }

  async #planAll(): Promise<void> {
    while (this.#replan && !this.#closed) {
      this.#replan = false;
      try {
        const leaders = await this.reader.leaders([...this.#positions.keys()]);
        for (const nodeId of leaders.keys()) this.#startLoop(nodeId);
      } catch (error) {
        await this.#recover(error);
        this.#replan = true;
      }
    }
    // In the same turn as the last look at whether there is more to plan.
    this.#planning = null;
  }

  #startLoop(nodeId: string): void {
    if (this.#loops.has(nodeId) || this.#closed) return;
    const loop = this.#loop(nodeId).finally(() => {
      this.#loops.delete(nodeId);
      // A partition may have come to this broker after its loop had looked.
      if (!this.#closed) this.#plan();
    });
    this.#loops.set(nodeId, loop);
  }

  async #loop(nodeId: string): Promise<void> {
    while (!this.#closed) {
      try {
        const led = (await this.reader.leaders([...this.#positions.keys()])).get(nodeId) ?? [];
        const positions = new Map<number, Position>();
        const offsets = new Map<number, number>();
        for (const partition of led) {
          const position = this.#positions.get(partition);
          if (position === undefined) continue;
          positions.set(partition, position);
          offsets.set(partition, position.offset);
        }
        if (offsets.size === 0) return;
        const startedMs = performance.now();
        const fetched = await this.reader.fetch(nodeId, offsets, MAX_WAIT_MS);
        let bytes = 0;
        for (const each of fetched) {
          const { partition } = each;
          bytes += await this.#take(each, positions.get(partition)!, offsets.get(partition)!);
        }
        this.options.onTrouble(null);
        const waitMs = PACE_MS - (performance.now() - startedMs);
        if (bytes < FULL_BYTES && waitMs > 0) await delay(waitMs);
      } catch (error) {
        if (this.#closed) return;
        await this.#recover(error);
        this.#plan();
        // The partition may be another broker's now; the plan starts a loop where it is.
        return;
      }
    }
  }

  async #take(fetched: FetchedPartition, position: Position, from: number): Promise<number> {
    const { partition } = fetched;
    const isCurrent = () =>
      !this.#closed && this.#positions.get(partition) === position && position.offset === from;
    if (!isCurrent()) return 0;
    try {
      this.reader.check(fetched, from);
    } catch (error) {
      if (!(error instanceof OutOfRange)) throw error;
      const extents = await this.reader.extents(partition + 1);
      if (isCurrent()) {
        const next = this.options.onOutOfRange(partition, from, extents[partition]);
        if (next === null) this.delete(partition);
        else position.offset = next;
      }
      return 0;
    }
    if (fetched.next === from) return 0;
    await this.options.onFetched(fetched, from);
    if (isCurrent()) position.offset = fetched.next;
    return fetched.records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  }

  async #recover(error: unknown): Promise<void> {
    if (!MOVED.has(rootError(error).code)) this.options.onTrouble(error);
    await delay(RETRY_MS);
    // Which fails as the fetch did: the next try tells.
    await this.reader.refresh().catch(() => {});
  }
}
