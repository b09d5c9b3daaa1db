/**
 * The tasks of the partitions that this process has in the group that shares them. Records are read by the follower, whose
 * position is ours to set.
 *
 * @module
 */
import { atMost } from "../at_most.ts";
import { Membership } from "./membership.ts";
import { PartitionRun, type RunOptions, Superseded } from "./partition_run.ts";
import { Follower } from "./reader.ts";

/** How often outputs, states and positions are committed, ms: a viewer waits for half of it on average. */
const COMMIT_INTERVAL_MS = 250;
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
  readonly #membership: Membership;
  readonly #follower: Follower;
  readonly #runs = new Map<number, PartitionRun>();
  readonly #timers = new Map<PartitionRun, ReturnType<typeof setInterval>>();
  readonly #starting = new Set<Promise<void>>();
  #assigned = new Set<number>();
  #closed = false;

  constructor(options: TaskGroupOptions) {
    this.#options = options;
    this.#membership = new Membership({
      connection: options.connection,
      groupId: options.groupId,
      topic: options.topics.raw,
      sessionTimeoutMs: options.sessionTimeoutMs,
      onAssigned: (partitions) => this.#assign(partitions),
      // The partitions are still ours: a broken run may begin anew.
      onAlive: () => this.#startMissing(),
      onTrouble: (error) => options.onTrouble(GROUP, error),
    });
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
  async join(): Promise<void> {
    await this.#membership.join();
    await Promise.all(this.#starting);
  }

  /** Commits everything and leaves the group. */
  async close(): Promise<void> {
    this.#closed = true;
    try {
      await atMost(CLOSE_MS, this.#membership.close(this.#finish()));
    } finally {
      for (const timer of this.#timers.values()) clearInterval(timer);
    }
  }

  async #finish(): Promise<void> {
    await this.#follower.close();
    await Promise.all([...this.#runs.values()].map((run) => run.finish()));
    for (const timer of this.#timers.values()) clearInterval(timer);
    await Promise.all(this.#starting);
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
}
