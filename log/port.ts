/**
 * The durable log, as the rest of the program sees it. Two engines implement it: embedded (SQLite) and Kafka; the one
 * contract test in `port_contract.ts` runs against each.
 *
 * What every engine promises:
 * - `append` resolves only when the record is durable. A rejected one stored nothing, or says that it may have (Kafka did not answer
 *   in time); sent again, it changes nothing twice.
 * - The same (deviceId, sessionId, messageId) again is stored once, across restarts. (Kafka: as far as this process knows; one that
 *   comes over another process changes no window either, since readings have their place by time.)
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
  /** The partition is another process's now: nothing of it is asked for any more. */
  close(): void;
}

export type TaskFactory = (context: TaskContext) => PartitionTask;

/**
 * Called after the commit, in offset order within a partition. The records' offsets follow one another and `ends[partition]` is
 * the one after the last; between two calls offsets may be missing (Kafka gives the end of a transaction one).
 */
export type ActivityListener = (
  records: ActivityRecord[],
  partition: number,
  ends: readonly number[],
) => void;

/** A record that a sink's target refuses, to be kept apart with the reason. */
export interface SetAside {
  topic: "raw_sensor_data" | "processed_activity";
  partition: number;
  offset: number;
  key: string;
  /** The record as JSON. */
  value: string;
  /** What is wrong with it and what was expected. */
  reason: string;
}

/** Where a record stood that was set aside. */
export interface LetterPlace {
  /** The topic's full name. */
  topic: string;
  partition: number;
  offset: number;
}

/** A record that was set aside: one of `raw_sensor_data` that could not be read, or one that a sink's target refused. */
export interface DeadLetter extends LetterPlace {
  /** What is wrong with it and what was expected. */
  reason: string;
  /** Whether a sink's target refused it: then it could be read, and its results are there. */
  isRefused: boolean;
  /** When it was set aside, ms since the Unix epoch. */
  atMs: number;
  key: string | null;
  /** Size of its value, bytes. */
  bytes: number;
  /** The beginning of its value as text. */
  excerpt: string;
}

/** A dead letter with what is left of its record. */
export interface WholeLetter extends DeadLetter {
  value: Uint8Array;
  /** False when the value was too large to be kept whole, or the log keeps the record no more. */
  isWhole: boolean;
}

/** How the log is doing; a second old at most, so that asking costs nothing. */
export interface LogStatus {
  /** Records appended but not yet processed and committed, by whichever process, per partition. */
  lagRecords: number[];
  /** Of `raw_sensor_data`, per partition. */
  raw: Extent[];
  /** Of `processed_activity`, per partition. */
  activity: Extent[];
  /** Dead letters that are kept. */
  deadLetters: number;
  /** Records that retention deleted before this process could process them, since it started. */
  lostRecords: number;
  /** What keeps the log from taking or processing records now and what to check; null when all is well. */
  trouble: string | null;
}

/** This process's part of a work whose partitions are shared among processes. */
export interface Share {
  /** Leaves the partitions to the others; the listener is not called any more. */
  close(): Promise<void>;
}

export interface Log {
  readonly partitions: number;
  /** Tells this log from any other: positions in one mean nothing in another. */
  readonly id: string;
  /**
   * @param batch copied during the call
   * @throws Unavailable when it cannot be stored now; TooLarge when it never can
   */
  append(batch: ReadingBatch): Promise<Appended>;
  /** @throws Conflict when the event's version is not the entity's next; Unavailable when it cannot be stored now */
  appendControl(event: ControlEvent): Promise<void>;
  /**
   * Calls the listener with every event in the order they were written, then with each new one, whoever writes it: admin changes
   * are few, and their history is the audit. Resolves when all that were there have been passed on. When an `appendControl`
   * settles, events up to its own or the conflicting one have been passed on.
   */
  tailControl(listener: (event: ControlEvent) => void): Promise<void>;
  /**
   * Records from this offset on, or from the oldest that is kept.
   *
   * @param limit records at most
   * @returns none at the end; what could not be read is left out
   * @throws Unavailable when the log does not answer
   */
  readRaw(partition: number, from: number, limit: number): Promise<Slice<ReadingBatch>>;
  /** The same of the windows. */
  readActivity(partition: number, from: number, limit: number): Promise<Slice<ActivityRecord>>;
  extents(topic: "raw_sensor_data" | "processed_activity"): Promise<Extent[]>;
  /** Starts a task per partition this process has now, each from its committed position; others may come and go. */
  run(factory: TaskFactory): Promise<void>;
  /** Calls the listener with every processed record from these offsets on, then with each new one. */
  tailActivity(from: readonly number[], listener: ActivityListener): Promise<void>;
  /**
   * Shares the partitions among all processes that ask under this name, which is for work that is fenced by itself: a process
   * that was given up for dead, and does not know it yet, goes on with its partitions beside their next owner for a while. (A
   * sink is fenced by its offsets in the target.)
   *
   * @param name of the work, for example "snowflake"
   * @param listener is told which partitions are this process's now, and again at every change
   * @throws Error when the log does not let us
   */
  share(name: string, listener: (partitions: readonly number[]) => void): Promise<Share>;
  /**
   * Keeps records that a sink's target refuses among the dead letters; resolves when they are durable. One that is set aside
   * again, after a failure or a crash in between, is kept once by the embedded engine; with Kafka it may be there twice, with the
   * same topic, partition and offset: whoever counts without doubles counts those.
   *
   * @throws Unavailable when they cannot be stored now: any of them may be stored or not
   */
  setAside(letters: readonly SetAside[]): Promise<void>;
  /** The newest dead letters, newest first, without those that were discarded. */
  readDeadLetters(limit: number): Promise<DeadLetter[]>;
  /** @returns null when there is no dead letter of that place, or not among the newest thousands */
  readDeadLetter(place: LetterPlace): Promise<WholeLetter | null>;
  /**
   * Takes dead letters away for good; each is an event on `activity_control`, entity `deadLetter:TOPIC:PARTITION:OFFSET`. Their
   * records stay where they are.
   *
   * @param by who wants it
   * @returns how many of them had not been discarded before
   * @throws Unavailable when it cannot be stored now
   */
  discardDeadLetters(places: readonly LetterPlace[], by: string): Promise<number>;
  status(): LogStatus;
  /** Commits what is pending and stops. */
  close(): Promise<void>;
}

/** Two writers changed the same entity. */
export class Conflict extends Error {
  override name = "Conflict";
}
