/**
 * One partition's task as an engine drives it: where it is, what it made and what of that is committed.
 *
 * @module
 */
import type { PartitionTask, StateChange, TaskFactory } from "./port.ts";
import type { ActivityRecord, ReadingBatch } from "./records.ts";

/** How often the live states are written, ms: bounds what a restart processes again (about 0.2 s of work at 8,000 phones). */
export const SNAPSHOT_INTERVAL_MS = 8000;
/** Between the snapshots of two partitions, ms: their stalls of some 5 ms do not add up. */
const SNAPSHOTS_APART_MS = 2000;

/** Where a task was when it was last committed. */
export interface TaskPosition {
  /** Outputs of all records before this offset are committed. */
  next: number;
  /** The stored live states are those before this offset. */
  snapshot: number;
}

/** A task's stored states. */
export interface TaskStates {
  live(): Iterable<StateChange>;
  get(key: string): Uint8Array | null;
}

/** To be committed together, or not at all. */
export interface Pending {
  outputs: ActivityRecord[];
  changes: StateChange[];
  position: TaskPosition;
}

/** See the module's text. */
export class TaskDriver {
  /** The offset of the next record to process. */
  next: number;
  /** As it was last committed. */
  committed: TaskPosition;
  #outputs: ActivityRecord[] = [];
  #changes: StateChange[] = [];
  #pending: Pending | null = null;
  #snapshotDue = false;
  #snapshotMs: number;
  /** Records before this offset were processed before the restart: their outputs are in the log. */
  readonly #replayUntil: number;
  readonly #task: PartitionTask;

  constructor(
    readonly partition: number,
    states: TaskStates,
    committed: TaskPosition,
    factory: TaskFactory,
    nowMs: number,
  ) {
    this.committed = committed;
    this.next = committed.snapshot;
    this.#replayUntil = committed.next;
    this.#snapshotMs = nowMs - (partition * SNAPSHOTS_APART_MS) % SNAPSHOT_INTERVAL_MS;
    this.#task = factory({
      partition,
      liveStates: () => states.live(),
      state: (key) => newest(this.#changes, key) ?? newest(this.#pending?.changes, key) ?? states.get(key),
    });
  }

  process(key: string, batch: ReadingBatch, offset: number): void {
    // The first record that is new, or the first after some that retention has deleted.
    if (this.isReplaying && offset >= this.#replayUntil) this.#dropReplayed();
    this.#task.process(key, batch, offset);
    this.reach(offset + 1);
  }

  /** There is no record to process before this offset. */
  reach(next: number): void {
    if (next <= this.next) return;
    const replayed = this.isReplaying;
    this.next = next;
    if (replayed && !this.isReplaying) this.#dropReplayed();
  }

  /** Whether it still processes records again whose outputs are committed. */
  get isReplaying(): boolean {
    return this.next < this.#replayUntil;
  }

  tick(nowMs: number): void {
    this.#task.tick(nowMs);
  }

  /**
   * Takes what the task made since the last call, and what that gave if it is not committed yet. Records may be processed while
   * it is being committed; to be called again only when `commit` was, or the commit has failed and is tried again.
   *
   * @returns null when nothing is to be committed
   */
  collect(nowMs: number): Pending | null {
    if (this.isReplaying) return null;
    const { next, committed } = this;
    this.#snapshotDue ||= nowMs - this.#snapshotMs >= SNAPSHOT_INTERVAL_MS && next !== committed.snapshot;
    const isSnapshot = this.#snapshotDue;
    this.#take(isSnapshot);
    const before = this.#pending;
    const outputs = before ? before.outputs.concat(this.#outputs) : this.#outputs;
    const changes = before ? before.changes.concat(this.#changes) : this.#changes;
    if (outputs.length === 0 && changes.length === 0 && next === committed.next && !isSnapshot) return null;
    if (isSnapshot) this.#snapshotMs = nowMs;
    this.#snapshotDue = false;
    this.#outputs = [];
    this.#changes = [];
    const snapshot = isSnapshot ? next : before?.position.snapshot ?? committed.snapshot;
    return this.#pending = { outputs, changes, position: { next, snapshot } };
  }

  /** What `collect` gave is committed. */
  commit(): void {
    if (this.#pending === null) return;
    this.committed = this.#pending.position;
    this.#pending = null;
  }

  /** The next `collect` takes a snapshot. */
  requestSnapshot(): void {
    this.#snapshotDue = true;
  }

  close(): void {
    this.#task.close();
  }

  #take(snapshot: boolean): void {
    const { outputs, states } = this.#task.take(snapshot);
    if (outputs.length > 0) {
      this.#outputs = this.#outputs.length === 0 ? outputs : this.#outputs.concat(outputs);
    }
    if (states.length > 0) this.#changes = this.#changes.length === 0 ? states : this.#changes.concat(states);
  }

  #dropReplayed(): void {
    this.#take(false);
    this.#outputs = [];
    // A process that is killed again and again gets on all the same.
    this.requestSnapshot();
  }
}

const newest = (changes: readonly StateChange[] | undefined, key: string) =>
  changes?.findLast((change) => change.key === key)?.value;
