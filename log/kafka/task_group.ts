/**
 * The processes that share the partitions' tasks: a consumer group, used for who has which partition only. Records are read by
 * the follower, whose position is ours to set; the group's own fetching is paused.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Consumer, ConsumerCrashEvent, ConsumerGroupJoinEvent } from "kafkajs";
import { atMost } from "./at_most.ts";
import { PartitionRun, type RunOptions, Superseded } from "./partition_run.ts";
import { Follower } from "./reader.ts";

/** How often outputs, states and positions are committed, ms: a viewer waits for half of it on average. */
const COMMIT_INTERVAL_MS = 250;
/** A heartbeat this often keeps the partitions and brings news of a rebalance, as a share of the session timeout. */
const HEARTBEATS_PER_SESSION = 12;
/** Members get this much longer than a session to join after a rebalance has begun, ms. */
const REBALANCE_EXTRA_MS = 2000;
/** A consumer that ended is made anew after, ms. */
const RESTART_MS = 300;
/** The last commits, and leaving the group, may take so long when the process stops, ms. */
const CLOSE_MS = 5000;

export interface TaskGroupOptions extends Omit<RunOptions, "onBroken"> {
  sessionTimeoutMs: number;
  /** What keeps a part of the work from being done; null when that part is well again. */
  onTrouble(part: string, error: unknown): void;
}

/** Parts that fail, and are well again, each for itself. */
const GROUP = "group";
const INPUT = "input";
const partOf = (partition: number) => `partition ${partition}`;

export class TaskGroup {
  readonly #options: TaskGroupOptions;
  readonly #follower: Follower;
  readonly #runs = new Map<number, PartitionRun>();
  readonly #timers = new Map<PartitionRun, ReturnType<typeof setInterval>>();
  readonly #starting = new Set<Promise<void>>();
  #assigned = new Set<number>();
  #consumer: Consumer | null = null;
  #joining: Promise<void> | null = null;
  #closed = false;

  constructor(options: TaskGroupOptions) {
    this.#options = options;
    this.#follower = new Follower(options.rawReader, {
      onFetched: (fetched) => this.#runs.get(fetched.partition)?.process(fetched),
      onOutOfRange: (partition, offset, { begin, end }) => {
        if (offset > end) {
          // The topic was made anew: the next start finds out, and says what to do.
          const run = this.#runs.get(partition);
          if (run) this.#end(run);
          return null;
        }
        if (offset < begin) options.onLost(partition, begin - offset);
        return Math.max(offset, begin);
      },
      onTrouble: (error) => options.onTrouble(INPUT, error),
    });
  }

  /**
   * Joins the group. Resolves when the tasks of the partitions that came with it have started, or failed to and are tried again.
   *
   * @throws Error when the cluster does not let us
   */
  join(): Promise<void> {
    return this.#joining = this.#join();
  }

  async #join(): Promise<void> {
    const { connection, groupId, topics, sessionTimeoutMs } = this.#options;
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
      const assigned = payload.memberAssignment[topics.raw] ?? [];
      this.#options.onTrouble(GROUP, null);
      // Before the first fetch of the new generation, or it would be fetched twice.
      consumer.pause([{ topic: topics.raw, partitions: assigned }]);
      this.#assign(assigned);
    });
    // A heartbeat that is answered means that the partitions are still ours: a broken run may begin anew.
    consumer.on(consumer.events.HEARTBEAT, () => {
      if (this.#consumer === consumer) this.#startMissing();
    });
    consumer.on(consumer.events.CRASH, (event: ConsumerCrashEvent) => this.#onCrash(consumer, event));
    try {
      await consumer.connect();
      await consumer.subscribe({ topic: topics.raw, fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
    } catch (error) {
      await consumer.disconnect().catch(() => {});
      throw error;
    }
    await Promise.all(this.#starting);
  }

  /** Commits everything and leaves the group. */
  async close(): Promise<void> {
    this.#closed = true;
    const closing = (async () => {
      await this.#follower.close();
      await Promise.all([...this.#runs.values()].map((run) => run.finish()));
      for (const timer of this.#timers.values()) clearInterval(timer);
      await Promise.all(this.#starting);
      // Whoever asked to join is told how it went. A consumer that is stopped before it has joined goes on for ever.
      await this.#joining?.catch(() => {});
      await this.#consumer?.disconnect();
    })();
    try {
      await atMost(CLOSE_MS, closing);
    } finally {
      for (const timer of this.#timers.values()) clearInterval(timer);
    }
  }

  /** Commits what is pending in every partition. */
  async commit(): Promise<void> {
    await Promise.all([...this.#timers.keys()].map((run) => run.commit()));
  }

  #assign(partitions: readonly number[]): void {
    this.#assigned = new Set(partitions);
    for (let partition = 0; partition < this.#options.partitions; partition++) {
      if (this.#assigned.has(partition)) continue;
      const run = this.#runs.get(partition);
      if (run) this.#end(run);
      this.#options.onTrouble(partOf(partition), null);
    }
    this.#startMissing();
  }

  #startMissing(): void {
    if (this.#closed) return;
    for (const partition of this.#assigned) {
      if (this.#runs.has(partition)) continue;
      const starting = this.#start(new PartitionRun(partition, this.#runOptions(partition)));
      this.#starting.add(starting);
      starting.then(() => this.#starting.delete(starting));
    }
  }

  #runOptions(partition: number): RunOptions {
    return {
      ...this.#options,
      onBroken: (error) => {
        const run = this.#runs.get(partition);
        if (run?.isStopped) this.#end(run);
        this.#options.onTrouble(partOf(partition), error);
      },
    };
  }

  async #start(run: PartitionRun): Promise<void> {
    const { partition } = run;
    this.#runs.set(partition, run);
    try {
      const from = await run.start();
      if (this.#runs.get(partition) !== run) return;
      this.#follower.set(partition, from);
      const timer = setInterval(() => run.commit(), COMMIT_INTERVAL_MS);
      this.#timers.set(run, timer);
      this.#options.onTrouble(partOf(partition), null);
    } catch (error) {
      if (error instanceof Superseded) return;
      // The next heartbeat tries again.
      this.#end(run);
      this.#options.onTrouble(partOf(partition), error);
    }
  }

  #end(run: PartitionRun): void {
    const { partition } = run;
    if (this.#runs.get(partition) === run) {
      this.#runs.delete(partition);
      this.#follower.delete(partition);
    }
    clearInterval(this.#timers.get(run));
    this.#timers.delete(run);
    run.stop();
  }

  /** kafkajs has disconnected the consumer; a new one takes its place. */
  async #onCrash(consumer: Consumer, { payload: { error } }: ConsumerCrashEvent): Promise<void> {
    this.#options.onTrouble(GROUP, error);
    while (!this.#closed && this.#consumer === consumer) {
      await delay(RESTART_MS);
      if (this.#closed) return;
      try {
        await this.join();
      } catch (error) {
        this.#consumer = consumer;
        this.#options.onTrouble(GROUP, error);
      }
    }
  }
}
