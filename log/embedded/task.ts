/**
 * A partition's task in the embedded engine: its states and position are rows.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { TaskFactory } from "../port.ts";
import { type Pending, TaskDriver } from "../task_driver.ts";
import { States } from "./states.ts";

export class Task {
  readonly driver: TaskDriver;
  readonly #states: States;
  readonly #save;

  constructor(db: DatabaseSync, readonly partition: number, factory: TaskFactory, nowMs: number) {
    this.#states = new States(db, partition);
    const row = db.prepare("SELECT next_offset, snapshot_offset FROM task WHERE partition = ?").get(
      partition,
    ) as
      | { next_offset: number; snapshot_offset: number }
      | undefined;
    const committed = { next: row?.next_offset ?? 0, snapshot: row?.snapshot_offset ?? 0 };
    this.#save = db.prepare(
      "INSERT OR REPLACE INTO task(partition, next_offset, snapshot_offset) VALUES(?, ?, ?)",
    );
    this.driver = new TaskDriver(partition, this.#states, committed, factory, nowMs);
  }

  /** Writes states and position; inside a transaction, with the outputs. */
  write({ changes, position }: Pending, nowMs: number): void {
    this.#states.write(changes, nowMs);
    this.#save.run(this.partition, position.next, position.snapshot);
  }
}
