/**
 * One partition's task as the engine drives it: where it is, what it made and what of that is committed.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { PartitionTask, StateChange, TaskFactory } from "../port.ts";
import type { ActivityRecord, ReadingBatch } from "../records.ts";
import { States } from "./states.ts";

/** State changes that are folded out of turn: bounds the memory and the blobs a restart reads. */
const MAX_CHANGED_STATES = 50_000;

/** Distance between two partitions' first folds, ms. */
const FOLDS_APART_MS = 1250;

export class Task {
  /** Made by the task, not yet committed. */
  outputs: ActivityRecord[] = [];
  /** What the last commit wrote. */
  committedOutputs: ActivityRecord[] = [];
  /** Position as committed. */
  committed: number;
  #changes: StateChange[] = [];
  readonly #task: PartitionTask;
  readonly #states: States;
  readonly #save;
  #foldedMs: number;

  /** @param next the offset of the next record to process */
  constructor(
    db: DatabaseSync,
    readonly partition: number,
    public next: number,
    factory: TaskFactory,
    nowMs: number,
  ) {
    this.committed = next;
    this.#states = new States(db, partition);
    this.#save = db.prepare("INSERT OR REPLACE INTO task(partition, next_offset) VALUES(?, ?)");
    // Partitions fold in turn, so that their stalls do not add up.
    this.#foldedMs = nowMs - partition * FOLDS_APART_MS;
    this.#task = factory({
      partition,
      liveStates: () => this.#states.live(),
      state: (key) => this.#changes.findLast((change) => change.key === key)?.value ?? this.#states.get(key),
    });
  }

  process(key: string, batch: ReadingBatch, offset: number): void {
    this.#task.process(key, batch, offset);
    this.next = offset + 1;
  }

  tick(nowMs: number): void {
    this.#task.tick(nowMs);
  }

  /** Takes what the task made. @returns whether there is something to commit */
  collect(): boolean {
    const { outputs, states } = this.#task.take();
    if (outputs.length > 0) this.outputs = this.outputs.length === 0 ? outputs : this.outputs.concat(outputs);
    if (states.length > 0) this.#changes = this.#changes.length === 0 ? states : this.#changes.concat(states);
    return this.outputs.length > 0 || this.#changes.length > 0 || this.next !== this.committed;
  }

  /** Writes states and position; inside a transaction, with the outputs. @returns what to do once it is committed */
  write(): () => void {
    const { next } = this;
    const written = this.#states.write(this.#changes);
    this.#save.run(this.partition, next);
    return () => {
      written();
      this.committed = next;
      this.committedOutputs = this.outputs;
      this.outputs = [];
      this.#changes = [];
    };
  }

  foldDue(nowMs: number, intervalMs: number): boolean {
    return nowMs - this.#foldedMs >= intervalMs || this.#states.changedCount >= MAX_CHANGED_STATES;
  }

  /** Folds the states; inside a transaction. */
  fold(nowMs: number): () => void {
    const folded = this.#states.fold(nowMs);
    return () => {
      folded();
      this.#foldedMs = nowMs;
    };
  }
}
