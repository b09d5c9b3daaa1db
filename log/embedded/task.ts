/**
 * One partition's task as the engine drives it: where it is, what it made and what of that is committed.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { PartitionTask, StateChange, TaskFactory } from "../port.ts";
import type { ActivityRecord, ReadingBatch } from "../records.ts";
import { States } from "./states.ts";

/** How often the live states are written, ms: bounds what a restart processes again (about 0.2 s of work at 8,000 phones). */
export const SNAPSHOT_INTERVAL_MS = 8000;
/** Between the snapshots of two partitions, ms: their stalls of some 5 ms do not add up. */
const SNAPSHOTS_APART_MS = 2000;

export class Task {
  /** Made by the task, not yet committed. */
  outputs: ActivityRecord[] = [];
  /** What the last commit wrote. */
  committedOutputs: ActivityRecord[] = [];
  /** The offset of the next record to process. */
  next: number;
  /** Outputs of all records before this offset are committed. */
  committed: number;
  /** The live states in the database are those before this offset. */
  snapshot: number;
  #changes: StateChange[] = [];
  #snapshotDue = false;
  #snapshotMs: number;
  /** Records before this offset were processed before the restart: their outputs are in the log. */
  readonly #replayUntil: number;
  readonly #task: PartitionTask;
  readonly #states: States;
  readonly #save;

  constructor(db: DatabaseSync, readonly partition: number, factory: TaskFactory, nowMs: number) {
    this.#states = new States(db, partition);
    const row = db.prepare("SELECT next_offset, snapshot_offset FROM task WHERE partition = ?").get(
      partition,
    ) as
      | { next_offset: number; snapshot_offset: number }
      | undefined;
    this.next = this.snapshot = row?.snapshot_offset ?? 0;
    this.committed = this.#replayUntil = row?.next_offset ?? 0;
    this.#save = db.prepare(
      "INSERT OR REPLACE INTO task(partition, next_offset, snapshot_offset) VALUES(?, ?, ?)",
    );
    this.#snapshotMs = nowMs - (partition * SNAPSHOTS_APART_MS) % SNAPSHOT_INTERVAL_MS;
    this.#task = factory({
      partition,
      liveStates: () => this.#states.live(),
      state: (key) => this.#changes.findLast((change) => change.key === key)?.value ?? this.#states.get(key),
    });
  }

  process(key: string, batch: ReadingBatch, offset: number): void {
    // The first record that is new, or the first after some that retention has deleted.
    if (this.next < this.#replayUntil && offset >= this.#replayUntil) this.#dropReplayed();
    this.#task.process(key, batch, offset);
    this.next = offset + 1;
    if (this.next === this.#replayUntil) this.#dropReplayed();
  }

  tick(nowMs: number): void {
    this.#task.tick(nowMs);
  }

  /** Takes what the task made. @returns whether there is something to commit */
  collect(nowMs: number): boolean {
    if (this.next < this.#replayUntil) return false;
    this.#snapshotDue ||= nowMs - this.#snapshotMs >= SNAPSHOT_INTERVAL_MS && this.next !== this.snapshot;
    this.#take(this.#snapshotDue);
    return this.outputs.length > 0 || this.#changes.length > 0 || this.next !== this.committed ||
      this.#snapshotDue;
  }

  /** The next `collect` takes a snapshot. */
  requestSnapshot(): void {
    this.#snapshotDue = true;
  }

  /** Writes states and position; inside a transaction, with the outputs. @returns what to do once it is committed */
  write(nowMs: number): () => void {
    const { next } = this;
    const snapshot = this.#snapshotDue ? next : this.snapshot;
    this.#states.write(this.#changes, nowMs);
    this.#save.run(this.partition, next, snapshot);
    return () => {
      this.committed = next;
      this.snapshot = snapshot;
      if (this.#snapshotDue) this.#snapshotMs = nowMs;
      this.#snapshotDue = false;
      this.committedOutputs = this.outputs;
      this.outputs = [];
      this.#changes = [];
    };
  }

  #take(snapshot: boolean): void {
    const { outputs, states } = this.#task.take(snapshot);
    if (outputs.length > 0) this.outputs = this.outputs.length === 0 ? outputs : this.outputs.concat(outputs);
    if (states.length > 0) this.#changes = this.#changes.length === 0 ? states : this.#changes.concat(states);
  }

  #dropReplayed(): void {
    this.#take(false);
    this.outputs = [];
    // A server that is killed again and again gets on all the same.
    this.requestSnapshot();
  }
}
