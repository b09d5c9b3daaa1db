/**
 * Appends record batches to one topic, each exactly once as long as the process lives: a batch keeps its producer id and sequence
 * however often it is sent, so that the broker drops what it has already.
 *
 * kafkajs's own producer is not used here. With several brokers it may report a send as done that left out a partition whose
 * leader had moved meanwhile, and it loses acknowledged records when two sends of one partition overlap and a connection breaks.
 *
 * @module
 */
import { createErrorFromCode } from "kafkajs/src/protocol/error.js";
import { atMost } from "../at_most.ts";
import type { Cluster, Connection } from "./connection.ts";
import { explain, isRefusal, rootError } from "./explain.ts";
import {
  initProducerId,
  nextSequence,
  produce,
  type ProducerId,
  type ProtocolRequest,
  type RecordBatch,
} from "./produce_codec.ts";

/** How long a broker waits for its replicas before it answers that it is not sure, ms. */
const REPLICA_TIMEOUT_MS = 5000;
/** Before what failed is tried again, ms: a leader is elected in about that time. */
const RETRY_MS = 200;
/** A broker that does not let a connection end by then is left, ms. */
const DISCONNECT_MS = 1000;

/** https://kafka.apache.org/protocol#protocol_error_codes */
const MESSAGE_TOO_LARGE = 10;
const RECORD_LIST_TOO_LARGE = 18;
const UNKNOWN_TOPIC_OR_PARTITION = 3;
const LEADER_NOT_AVAILABLE = 5;
/** The batch was stored before, and the answer was lost. */
const DUPLICATE_SEQUENCE_NUMBER = 46;
/** The broker does not know the producer's last batch (any more), so that it has not stored this one. */
const FORGOTTEN = new Set([45, 47, 59]);
/** The partition has moved, or its new leader is not known yet: nothing to worry anyone with for so many tries, a second. */
const MOVED = new Set([3, 5, 6, 9]);
const MOVE_TRIES = 5;
const NO_LEADER = "-1";

/** Makes clusters; what of a `Connection` is needed. */
export type ClusterSource = Pick<Connection, "newCluster" | "settings">;

/** The batch is larger than the topic's `max.message.bytes`: nothing of it was stored. */
export class BatchTooLarge extends Error {
  override name = "BatchTooLarge";
}

interface Sending {
  partition: number;
  batch: RecordBatch;
  /** Stays the same from the first try to the last. */
  stamp: { producer: ProducerId; sequence: number } | null;
  done: PromiseWithResolvers<void>;
}

/** See the module's text. */
export class TopicProducer {
  readonly #connection: ClusterSource;
  readonly #topic: string;
  readonly #delay: (ms: number) => Promise<void>;
  #cluster: Cluster;
  #connected: Promise<void> | null = null;
  #producer: ProducerId | null = null;
  readonly #sequences = new Map<number, { producer: ProducerId; next: number }>();
  /** What is to be sent next, per partition. */
  readonly #ready = new Map<number, Sending>();
  /** Brokers that have not answered yet. One request to each, so that the next one gathers more. */
  readonly #busy = new Map<string, Promise<void>>();
  #pumping: Promise<void> | null = null;
  #pumpAgain = false;
  #closed = false;
  #trouble: string | null = null;
  /** Since something was stored. */
  #tries = 0;

  constructor(connection: ClusterSource, topic: string, delay = sleep) {
    this.#connection = connection;
    this.#topic = topic;
    this.#delay = delay;
    this.#cluster = connection.newCluster();
  }

  /** Why nothing can be appended now and what to check; null when it can. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /**
   * Tries until the batch is stored on all replicas in sync. There must be no other one of the partition on its way.
   *
   * @param batch sealed
   * @throws BatchTooLarge, or Error when the producer is closed: then it may be stored or not
   */
  send(partition: number, batch: RecordBatch): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    const done = Promise.withResolvers<void>();
    this.#ready.set(partition, { partition, batch, stamp: null, done });
    this.#pump();
    return done.promise;
  }

  /** Stops trying. */
  async close(): Promise<void> {
    this.#closed = true;
    const left = this.#disconnect(this.#cluster);
    await atMost(DISCONNECT_MS, Promise.all([left, this.#pumping, ...this.#busy.values()]));
    for (const { done } of this.#ready.values()) done.reject(closedError());
    this.#ready.clear();
  }

  /** Sends all that is ready, also what becomes ready in the same turn. */
  #pump(): void {
    this.#pumpAgain = true;
    this.#pumping ??= this.#pumpAll().finally(() => {
      this.#pumping = null;
      if (this.#pumpAgain && !this.#closed) this.#pump();
    });
  }

  async #pumpAll(): Promise<void> {
    while (this.#pumpAgain && !this.#closed) {
      this.#pumpAgain = false;
      if (this.#ready.size === 0) return;
      const cluster = this.#cluster;
      try {
        await this.#connect(cluster);
        await cluster.refreshMetadataIfNecessary();
        const producer = this.#producer ??= await this.#initProducer(cluster);
        const partitions = [...this.#ready.keys()];
        const leaders = Object.entries(cluster.findLeaderForPartitions(this.#topic, partitions));
        if (leaders.length === 0) throw createErrorFromCode(UNKNOWN_TOPIC_OR_PARTITION);
        for (const [nodeId, led] of leaders) {
          if (this.#busy.has(nodeId)) continue;
          const request = this.#request(cluster, nodeId, led, producer).finally(() => {
            this.#busy.delete(nodeId);
            this.#pump();
          });
          this.#busy.set(nodeId, request);
        }
      } catch (error) {
        await this.#recover(cluster, error);
        this.#pumpAgain = true;
      }
    }
  }

  async #request(
    cluster: Cluster,
    nodeId: string,
    partitions: readonly number[],
    producer: ProducerId,
  ): Promise<void> {
    const unsettled = new Map<number, Sending>();
    for (const partition of partitions) {
      unsettled.set(partition, this.#ready.get(partition)!);
      this.#ready.delete(partition);
    }
    try {
      if (nodeId === NO_LEADER) throw createErrorFromCode(LEADER_NOT_AVAILABLE);
      const broker = await cluster.findBroker({ nodeId });
      const bytes = new Map<number, Uint8Array>();
      for (const [partition, sending] of unsettled) bytes.set(partition, this.#stamp(sending, producer));
      const request: ProtocolRequest<Map<number, number>> = produce(this.#topic, bytes, REPLICA_TIMEOUT_MS);
      const codes = await broker.connectionPool.send(request) as Map<number, number>;
      let failure = 0;
      for (const [partition, sending] of unsettled) {
        // A partition left out of the answer is asked for again.
        const code = codes.get(partition) ?? UNKNOWN_TOPIC_OR_PARTITION;
        if (this.#settle(sending, code)) unsettled.delete(partition);
        else failure = code;
      }
      if (failure !== 0) throw createErrorFromCode(failure);
      this.#trouble = null;
      this.#tries = 0;
    } catch (error) {
      for (const [partition, sending] of unsettled) this.#ready.set(partition, sending);
      await this.#recover(cluster, error);
    }
  }

  #stamp(sending: Sending, producer: ProducerId): Uint8Array {
    const last = this.#sequences.get(sending.partition);
    const { producer: own, sequence } = sending.stamp ??= {
      producer: last?.producer ?? producer,
      sequence: last?.next ?? 0,
    };
    return sending.batch.stamp(own, sequence);
  }

  /** @returns false when it has to be sent again */
  #settle(sending: Sending, code: number): boolean {
    const { partition, batch, done } = sending;
    const { producer, sequence } = sending.stamp!;
    if (code === 0 || code === DUPLICATE_SEQUENCE_NUMBER) {
      this.#sequences.set(partition, { producer, next: nextSequence(sequence, batch.count) });
      done.resolve();
      return true;
    }
    if (code === MESSAGE_TOO_LARGE || code === RECORD_LIST_TOO_LARGE) {
      done.reject(new BatchTooLarge(`${batch.byteLength} bytes are more than ${this.#topic} takes`));
      return true;
    }
    if (FORGOTTEN.has(code)) {
      this.#sequences.delete(partition);
      sending.stamp = null;
      if (this.#producer === producer) this.#producer = null;
    }
    return false;
  }

  async #initProducer(cluster: Cluster): Promise<ProducerId> {
    const nodeId = Object.keys(cluster.findLeaderForPartitions(this.#topic, [...this.#ready.keys()]))
      .find((id) => id !== NO_LEADER);
    if (nodeId === undefined) throw createErrorFromCode(UNKNOWN_TOPIC_OR_PARTITION);
    const broker = await cluster.findBroker({ nodeId });
    const { errorCode, id, epoch } = await broker.connectionPool.send(initProducerId()) as
      & ProducerId
      & { errorCode: number };
    if (errorCode !== 0) throw createErrorFromCode(errorCode);
    return { id, epoch };
  }

  /** Waits a little and looks where the partitions are, over new sockets when something is wrong with the old ones. */
  async #recover(cluster: Cluster, error: unknown): Promise<void> {
    const { code } = rootError(error);
    const answered = typeof code === "number";
    this.#tries++;
    if (!(answered && MOVED.has(code)) || this.#tries > MOVE_TRIES) this.#trouble = this.#explain(error);
    await this.#delay(RETRY_MS);
    if (this.#closed || this.#cluster !== cluster) return;
    if (answered && await cluster.refreshMetadata().then(() => true, () => false)) return;
    // Another request may have come here first.
    if (this.#closed || this.#cluster !== cluster) return;
    this.#cluster = this.#connection.newCluster();
    this.#connected = null;
    void this.#disconnect(cluster);
  }

  #explain(error: unknown): string {
    if (rootError(error).code === UNKNOWN_TOPIC_OR_PARTITION) {
      return `the topic ${this.#topic} or one of its partitions is gone: was it deleted? A restart makes it again where the ` +
        `cluster lets us; KAFKA_TOPIC_PREFIX chooses other topics`;
    }
    const text = explain(error, this.#connection.settings);
    return isRefusal(error) ? `nothing can be written to ${this.#topic}: ${text}` : text;
  }

  #connect(cluster: Cluster): Promise<void> {
    return this.#connected ??= (async () => {
      try {
        await cluster.connect();
        await cluster.addMultipleTargetTopics([this.#topic]);
      } catch (error) {
        this.#connected = null;
        throw error;
      }
    })();
  }

  /** Answers still on their way are waited for, unless the socket breaks. */
  async #disconnect(cluster: Cluster): Promise<void> {
    // It is not to be used again: how its end fails tells nothing that the next request would not.
    await cluster.disconnect().catch(() => {});
  }
}

const closedError = () => new Error("the producer is closed: the batch may be stored or not");

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
