/**
 * The durable log, as the rest of the program sees it. Two engines implement it: embedded (SQLite) and Kafka; the one
 * contract test in `port_contract.ts` runs against each.
 *
 * What every engine promises:
 * - `append` resolves only when the record is durable; a rejected append stored nothing.
 * - The same (deviceId, sessionId, messageId) again is stored once, across restarts.
 * - A partition holds records of one key hash in append order, with increasing offsets.
 * - A task's outputs and next position are committed together or not at all, and so are a snapshot's states and position.
 *
 * @module
 */
import type { ActivityRecord, ControlEvent, ReadingBatch } from "./records.ts";

export interface Appended {
  /** True when this message was already in the log: nothing was stored again. */
  duplicate: boolean;
}

/** Records of one partition, in order. */
export interface Slice<T> {
  records: { offset: number; record: T }[];
  /** Where to read on. */
  next: number;
}

/** Offsets a topic's partition holds: `begin` (oldest kept) up to but not including `end`. */
export interface Extent {
  begin: number;
  end: number;
}

/** State of one session as the task left it. */
export interface StateChange {
  key: string;
  value: Uint8Array;
  /** Live states are handed to the task when it starts; others only when it asks for their key. */
  live: boolean;
}

/** What a task made of the records it was given since it was last asked. */
export interface TaskOutcome {
  outputs: ActivityRecord[];
  /** Those that are not live any more, and at a snapshot every live one that changed since the last. */
  states: StateChange[];
}

/** The engine's side of a task. */
export interface TaskContext {
  partition: number;
  liveStates(): Iterable<StateChange>;
  state(key: string): Uint8Array | null;
}

/**
 * The work on one partition: one at a time, in offset order.
 *
 * Outputs are committed often, live states only at a snapshot, since they are as many bytes as the records that made them.
 * A task that starts again gets the states of the last snapshot and every record after it; the engine drops outputs that were
 * committed before. So a task must be a function of its states and records alone, and a state that is not live any more, which
 * may be newer than the snapshot, must tell which records are in it.
 */
export interface PartitionTask {
  /**
   * @param key identifies the session: the same string for the same (deviceId, sessionId)
   * @param batch valid only during the call: its columns are reused
   */
  process(key: string, batch: ReadingBatch, offset: number): void;
  /** The wall clock goes on; called about once a second while the task is not behind. */
  tick(nowMs: number): void;
  /**
   * Hands over everything since the last call; the engine commits it, and keeps it until it could.
   *
   * @param snapshot whether to hand over the changed live states too
   */
  take(snapshot: boolean): TaskOutcome;
}

export type TaskFactory = (context: TaskContext) => PartitionTask;

/** Called after the commit, in offset order within a partition. `ends[p]` is partition p's offset after these records. */
export type ActivityListener = (
  records: ActivityRecord[],
  partition: number,
  ends: readonly number[],
) => void;

export interface Log {
  readonly partitions: number;
  append(batch: ReadingBatch): Promise<Appended>;
  /** @throws Conflict when the event's version is not the entity's next. */
  appendControl(event: ControlEvent): Promise<void>;
  /** Every event, in the order they were written: admin changes are few, and their history is the audit. */
  readControl(): Promise<ControlEvent[]>;
  readRaw(partition: number, from: number, limit: number): Promise<Slice<ReadingBatch>>;
  readActivity(partition: number, from: number, limit: number): Promise<Slice<ActivityRecord>>;
  extents(topic: "raw_sensor_data" | "processed_activity"): Promise<Extent[]>;
  /** Starts a task per partition this process has, each from its committed position. */
  run(factory: TaskFactory): Promise<void>;
  /** Calls the listener with every processed record from these offsets on, then with each new one. */
  tailActivity(from: readonly number[], listener: ActivityListener): Promise<void>;
  /** Records appended but not yet processed, per partition. */
  lagRecords(): number[];
  /** Commits what is pending and stops. */
  close(): Promise<void>;
}

/** Two writers changed the same entity. */
export class Conflict extends Error {
  override name = "Conflict";
}
