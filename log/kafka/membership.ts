/**
 * A process's membership of a consumer group, used for who has which partition only: records are read elsewhere, at positions
 * of our own, and the group's own fetching is paused.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Consumer, ConsumerCrashEvent, ConsumerGroupJoinEvent } from "kafkajs";
import type { Connection } from "./connection.ts";

/** A heartbeat this often keeps the partitions and brings news of a rebalance, as a share of the session timeout. */
const HEARTBEATS_PER_SESSION = 12;
/** Members get this much longer than a session to join after a rebalance has begun, ms. */
const REBALANCE_EXTRA_MS = 2000;
/** A consumer that ended is made anew after, ms. */
const RESTART_MS = 300;

export interface MembershipOptions {
  connection: Pick<Connection, "kafka">;
  groupId: string;
  /** Full name of the topic whose partitions are shared. */
  topic: string;
  sessionTimeoutMs: number;
  /** The partitions are this process's, until the next call. */
  onAssigned(partitions: readonly number[]): void;
  /** The group has answered a heartbeat: the partitions are still this process's. */
  onAlive?(): void;
  /** What keeps this process out of the group; null when it is in. */
  onTrouble(error: unknown): void;
}

/** See the module's text. */
export class Membership {
  readonly #options: MembershipOptions;
  #consumer: Consumer | null = null;
  #joining: Promise<void> | null = null;
  #closed = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /**
   * Joins the group; from then on, a membership that is lost is renewed. Resolves when the partitions are known, or why they
   * are not.
   *
   * @throws Error when the cluster does not let us
   */
  join(): Promise<void> {
    return this.#joining = this.#join();
  }

  async #join(): Promise<void> {
    const { connection, groupId, topic, sessionTimeoutMs, onAssigned, onAlive, onTrouble } = this.#options;
    const consumer = connection.kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs + REBALANCE_EXTRA_MS,
      heartbeatInterval: sessionTimeoutMs / HEARTBEATS_PER_SESSION,
      maxWaitTimeInMs: Math.min(100, sessionTimeoutMs / HEARTBEATS_PER_SESSION),
      allowAutoTopicCreation: false,
      // One that is stopped while kafkajs restarts it goes on for ever.
      retry: { retries: 5, restartOnFailure: () => Promise.resolve(false) },
    });
    this.#consumer = consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }: ConsumerGroupJoinEvent) => {
      // One that has crashed may join all the same, since kafkajs connects again for each request: it would keep partitions from
      // everyone.
      if (this.#consumer !== consumer) return void consumer.disconnect().catch(() => {});
      const assigned = payload.memberAssignment[topic] ?? [];
      onTrouble(null);
      // Before the first fetch of the new generation, or it would be fetched twice.
      consumer.pause([{ topic, partitions: assigned }]);
      onAssigned(assigned);
    });
    consumer.on(consumer.events.HEARTBEAT, () => {
      if (this.#consumer === consumer) onAlive?.();
    });
    consumer.on(consumer.events.CRASH, (event: ConsumerCrashEvent) => this.#onCrash(consumer, event));
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
    } catch (error) {
      await consumer.disconnect().catch(() => {});
      throw error;
    }
  }

  /**
   * Leaves the group. From now on, a membership that is lost is not renewed.
   *
   * @param last what is to be done before, with the partitions still this process's
   * @throws what `last` throws
   */
  async close(last: Promise<unknown> = Promise.resolve()): Promise<void> {
    this.#closed = true;
    await last;
    // Whoever asked to join is told how it went. A consumer that is stopped before it has joined goes on for ever.
    await this.#joining?.catch(() => {});
    await this.#consumer?.disconnect();
  }

  /** kafkajs has disconnected the consumer; a new one takes its place. */
  async #onCrash(consumer: Consumer, { payload: { error } }: ConsumerCrashEvent): Promise<void> {
    this.#options.onTrouble(error);
    while (!this.#closed && this.#consumer === consumer) {
      await delay(RESTART_MS);
      if (this.#closed) return;
      try {
        await this.join();
      } catch (error) {
        this.#consumer = consumer;
        this.#options.onTrouble(error);
      }
    }
  }
}
