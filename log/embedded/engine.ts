/**
 * The embedded engine: one thread owns the database, commits groups of batches, and hands the same bytes to the partition
 * tasks. Everything here is synchronous: a commit is a few milliseconds at most, and a thread of its own runs it.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { discardEvent, letterEntity } from "../dead_letter.ts";
import type {
  ActivityListener,
  DeadLetter,
  Extent,
  LetterPlace,
  SetAside,
  Slice,
  TaskFactory,
  WholeLetter,
} from "../port.ts";
import { Conflict } from "../port.ts";
import { type ActivityRecord, type ControlEvent, copyBatch, type ReadingBatch } from "../records.ts";
import { encodeRaw } from "../raw_json.ts";
import { ActivityLog } from "./activity_log.ts";
import { asUnavailable, getMeta, openDatabase, setMeta } from "./database.ts";
import { DeadLetters } from "./dead_letters.ts";
import { GroupReader, ScratchBatch, withoutDuplicates } from "./group.ts";
import { Seen } from "./seen.ts";
import { DELETE_SEGMENTS, Segments } from "./segments.ts";
import { type Session, Sessions } from "./sessions.ts";
import { Task } from "./task.ts";
import type { Pending } from "../task_driver.ts";

export interface EngineSettings {
  /** The database file. */
  path: string;
  partitions: number;
  /** Segments older than this are deleted, ms. */
  retentionMs: number;
  /** A topic's segments together are kept under this, bytes. */
  retentionBytes: number;
  /** How long a repeated message is known and a closed session's state is kept, ms: as long as past readings are accepted. */
  seenMs: number;
  /** A cap on the database file, in pages; lets a test meet a full disk. */
  maxPages?: number;
}

/** How often message ids are folded into their tables, ms: bounds what a restart reads again. */
const FOLD_INTERVAL_MS = 20_000;
/** How often old segments are looked for, ms. */
const RETENTION_INTERVAL_MS = 5_000;
/** How often old sessions' message ids and states are deleted, ms. */
const EXPIRE_INTERVAL_MS = 3_600_000;
/** So much later than their last record can have been deleted, sessions are: retention goes on in slices, ms. */
const EXPIRE_AFTER_MS = 24 * 3_600_000;
/** How long tasks may catch up from the log before commits get their turn, ms. */
const PUMP_SLICE_MS = 15;
/** How often a task's clock ticks, ms. */
const TICK_INTERVAL_MS = 1000;

/** What a writer's slot number stands for; its row is made at the first commit that names it. */
export interface Slot {
  deviceId: string;
  sessionId: string;
  session: Session | null;
}

/** See the module's text. Not to be shared between threads. */
export class Engine {
  readonly partitions: number;
  /** See `Log.id`. */
  readonly id: string;
  readonly #db: DatabaseSync;
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  readonly #raw: Segments;
  readonly #activity: ActivityLog;
  readonly #sessions: Sessions;
  readonly #seen: Seen;
  readonly #deadLetters: DeadLetters;
  readonly #listeners: ActivityListener[] = [];
  readonly #controlListeners: ((event: ControlEvent) => void)[] = [];
  readonly #batch = new ScratchBatch(new GroupReader(new Uint8Array()));
  #tasks: Task[] = [];
  /** The last task commit failed: tasks get no further input until one succeeds. */
  #stuck = false;
  #groupNo = 0;
  /** Last segment whose batches the tasks were given. */
  #handedOverId = 0;
  #foldedMs: number;
  #retainedMs = 0;
  #expiredMs: number;
  #tickedMs = 0;

  /** @param now the wall clock, ms since the Unix epoch */
  constructor(readonly settings: EngineSettings, readonly now: () => number = Date.now) {
    this.partitions = settings.partitions;
    this.#db = openDatabase(settings.path, settings.partitions);
    this.id = String(getMeta(this.#db, "id"));
    if (settings.maxPages) this.#db.exec(`PRAGMA max_page_count=${settings.maxPages}`);
    this.#begin = this.#db.prepare("BEGIN IMMEDIATE");
    this.#commit = this.#db.prepare("COMMIT");
    this.#rollback = this.#db.prepare("ROLLBACK");
    this.#raw = new Segments(this.#db, "raw_segment", this.partitions, countRaw);
    this.#sessions = new Sessions(this.#db);
    this.#activity = new ActivityLog(this.#db, this.partitions, this.#sessions);
    this.#seen = new Seen(this.#db);
    this.#deadLetters = new DeadLetters(this.#db);
    this.#foldedMs = this.#expiredMs = now();
    this.#recoverSeen();
  }

  /**
   * Commits a group: new sessions, then every batch that was not there before. On return it is on disk, and tasks that are
   * not behind have it.
   *
   * @param bytes the group; the slots in it are replaced by row ids
   * @param slots what the slots stand for
   * @returns the indexes of batches that were duplicates
   * @throws Unavailable when the disk is full: nothing was stored
   */
  commitGroup(bytes: Uint8Array, slots: readonly Slot[]): number[] {
    const counts = new Float64Array(this.partitions);
    const duplicates: number[] = [];
    const added: Session[] = [];
    const made: Slot[] = [];
    const groupNo = ++this.#groupNo;
    const base = this.#raw.ends.slice();
    let body = bytes;
    try {
      this.#transaction(() => {
        const reader = new GroupReader(bytes);
        for (let index = 0; reader.advance(); index++) {
          const slot = slots[reader.session];
          if (slot.session === null || slot.session.isGone) {
            slot.session = this.#sessions.of(slot.deviceId, slot.sessionId);
            made.push(slot);
          }
          const { session } = slot;
          const id = reader.messageId;
          reader.session = session.sid;
          if (session.groupNo !== groupNo) {
            session.groupNo = groupNo;
            session.groupIds = [];
          }
          if (session.groupIds.includes(id) || this.#seen.has(session.sid, id)) {
            reader.markDuplicate();
            duplicates.push(index);
          } else {
            if (session.groupIds.push(id) === 1) added.push(session);
            counts[reader.partition]++;
          }
        }
        if (added.length === 0) return [];
        if (duplicates.length > 0) body = withoutDuplicates(bytes);
        return [this.#raw.append(body, this.now(), counts)];
      });
    } catch (error) {
      // Their rows went with the transaction.
      for (const slot of made) {
        this.#sessions.forget(slot.session!);
        slot.session = null;
      }
      throw error;
    }
    if (added.length === 0) return duplicates;
    for (const { sid, groupIds } of added) {
      for (const id of groupIds) this.#seen.add(sid, id);
    }
    if (this.#tasks.length > 0 && !this.#stuck && this.#handedOverId === this.#raw.lastId - 1) {
      this.#handOver(body, base);
    }
    return duplicates;
  }

  /** @throws Conflict when the event's version is not the entity's next; Unavailable when the disk is full */
  appendControl(event: ControlEvent): void {
    const { entity, version } = event;
    this.#transaction(() => {
      const expected = this.#nextVersion(entity);
      if (version !== expected) {
        throw new Conflict(
          `${entity} was changed in between: the event has version ${version}, expected ${expected}`,
        );
      }
      return this.#insertControl(event);
    });
  }

  #nextVersion(entity: string): number {
    const newest = this.#db.prepare("SELECT max(version) AS version FROM control_event WHERE entity = ?")
      .get(entity);
    return ((newest as { version: number | null }).version ?? 0) + 1;
  }

  /** @returns what to do once it is committed */
  #insertControl(event: ControlEvent): (() => void)[] {
    const { entity, version } = event;
    this.#db.prepare("INSERT INTO control_event(entity, version, body) VALUES(?, ?, ?)")
      .run(entity, version, JSON.stringify(event));
    return this.#controlListeners.map((listener) => () => listener(event));
  }

  /** Calls the listener with every event so far, in order, and with each new one once it is committed. */
  tailControl(listener: (event: ControlEvent) => void): void {
    const rows = this.#db.prepare("SELECT body FROM control_event ORDER BY offset").all() as {
      body: string;
    }[];
    for (const { body } of rows) listener(JSON.parse(body));
    this.#controlListeners.push(listener);
  }

  readRaw(partition: number, from: number, limit: number): Slice<ReadingBatch> {
    const slice: Slice<ReadingBatch> = { records: [], next: from };
    for (let id = this.#raw.locate(partition, from); slice.records.length < limit; id++) {
      const segment = this.#raw.segment(id);
      if (!segment) return slice;
      this.#walk(segment.body, segment.base, (p, offset, session, batch) => {
        if (p !== partition || offset < slice.next || slice.records.length === limit) return;
        slice.records.push({ offset, record: copyBatch(this.#fill(batch, session)) });
        slice.next = offset + 1;
      });
    }
    return slice;
  }

  readActivity(partition: number, from: number, limit: number): Slice<ActivityRecord> {
    return this.#activity.read(partition, from, limit);
  }

  extents(topic: "raw_sensor_data" | "processed_activity"): Extent[] {
    return topic === "raw_sensor_data" ? this.#raw.extents() : this.#activity.extents();
  }

  /** @throws Unavailable when the disk is full: none was stored */
  setAside(letters: readonly SetAside[]): void {
    this.#transaction(() => [this.#deadLetters.add(letters, this.now())]);
  }

  /** The newest first. */
  readDeadLetters(limit: number): DeadLetter[] {
    return this.#deadLetters.read(limit);
  }

  /** With its record, read from the log. */
  readDeadLetter(place: LetterPlace): WholeLetter | null {
    const letter = this.#deadLetters.find(place);
    if (letter === null) return null;
    const { partition, offset } = place;
    const text = place.topic === "raw_sensor_data"
      ? this.#recordAt(this.readRaw(partition, offset, 1), offset, encodeRaw)
      : this.#recordAt(this.readActivity(partition, offset, 1), offset, JSON.stringify);
    return { ...letter, value: new TextEncoder().encode(text ?? ""), isWhole: text !== null };
  }

  #recordAt<T>({ records: [first] }: Slice<T>, offset: number, encode: (record: T) => string): string | null {
    return first?.offset === offset ? encode(first.record) : null;
  }

  /** @returns how many there were @throws Unavailable when the disk is full: none was discarded */
  discardDeadLetters(places: readonly LetterPlace[], by: string): number {
    let discarded = 0;
    this.#transaction(() => {
      const done: (() => void)[] = [];
      for (const place of places) {
        const removed = this.#deadLetters.remove(place);
        if (removed === null) continue;
        discarded++;
        const version = this.#nextVersion(letterEntity(place));
        done.push(removed, ...this.#insertControl(discardEvent(place, version, by, this.now())));
      }
      return done;
    });
    return discarded;
  }

  /** Dead letters that are kept. */
  get deadLetterCount(): number {
    return this.#deadLetters.count;
  }

  /** Starts a task for each partition from its last snapshot. Call `pump` and `advance` from then on. */
  run(factory: TaskFactory): void {
    const tasks = [];
    let from = this.#raw.lastId + 1;
    for (let partition = 0; partition < this.partitions; partition++) {
      const task = new Task(this.#db, partition, factory, this.now());
      tasks.push(task);
      if (task.driver.next < this.#raw.ends[partition]) {
        from = Math.min(from, this.#raw.locate(partition, task.driver.next));
      }
    }
    this.#handedOverId = from - 1;
    this.#tasks = tasks;
  }

  /** Lets tasks that are behind catch up from the log, for a short while. @returns whether to go on */
  pump(): boolean {
    if (this.#tasks.length === 0) return false;
    const until = performance.now() + PUMP_SLICE_MS;
    while (!this.#stuck && this.#handedOverId < this.#raw.lastId && performance.now() < until) {
      const segment = this.#raw.segment(this.#handedOverId + 1);
      if (segment) this.#handOver(segment.body, segment.base);
      else this.#handedOverId = this.#raw.firstId - 1;
    }
    return !this.#stuck && this.#handedOverId < this.#raw.lastId;
  }

  /**
   * What is to be done from time to time: the tasks' clocks, their commits and snapshots, folding, retention. To be called every
   * `COMMIT_INTERVAL_MS`.
   *
   * @throws Unavailable when the disk is full; what could not be committed is kept and tried again at the next call
   */
  advance(): void {
    const nowMs = this.now();
    // First, since it makes the room that what follows may need. Without tasks nobody knows which records are still needed.
    if (this.#tasks.length > 0 && nowMs - this.#retainedMs >= RETENTION_INTERVAL_MS) this.#retain(nowMs);
    if (nowMs - this.#tickedMs >= TICK_INTERVAL_MS && this.#handedOverId === this.#raw.lastId) {
      this.#tickedMs = nowMs;
      for (const { driver } of this.#tasks) driver.tick(nowMs);
    }
    this.#commitTasks(nowMs);
    if (nowMs - this.#foldedMs >= FOLD_INTERVAL_MS) this.#foldSeen(nowMs);
    if (nowMs - this.#expiredMs >= EXPIRE_INTERVAL_MS) this.#expire(nowMs);
  }

  /**
   * Calls the listener with the processed records from these offsets on, until now. @returns where to go on; when that is the
   * end, the listener is called with every later commit
   */
  tailActivity(from: number[], listener: ActivityListener): boolean {
    const until = performance.now() + PUMP_SLICE_MS;
    while (performance.now() < until) {
      if (!this.#activity.catchUp(from, listener)) {
        this.#listeners.push(listener);
        return true;
      }
    }
    return false;
  }

  /** Records that are not yet processed and committed, per partition; none while no task runs. */
  lagRecords(): number[] {
    return Array.from(
      this.#raw.ends,
      (end, partition) => Math.max(0, end - (this.#tasks[partition]?.driver.committed.next ?? end)),
    );
  }

  /**
   * Commits what is pending and closes the database.
   *
   * @throws Unavailable when the disk is full: the next start processes again what was not committed
   */
  close(): void {
    const nowMs = this.now();
    try {
      for (const { driver } of this.#tasks) driver.requestSnapshot();
      this.#commitTasks(nowMs);
      this.#foldSeen(nowMs);
      this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      this.#db.close();
    }
  }

  #commitTasks(nowMs: number): void {
    const pending: { task: Task; made: Pending }[] = [];
    for (const task of this.#tasks) {
      const made = task.driver.collect(nowMs);
      if (made) pending.push({ task, made });
    }
    if (pending.length === 0) return;
    const outputs: { partition: number; outputs: ActivityRecord[] }[] = [];
    for (const { task: { partition }, made } of pending) {
      if (made.outputs.length > 0) outputs.push({ partition, outputs: made.outputs });
    }
    const ends = Array.from(this.#activity.ends);
    this.#stuck = true;
    this.#transaction(() => {
      for (const { task, made } of pending) task.write(made, nowMs);
      return outputs.length > 0 ? [this.#activity.append(outputs, nowMs)] : [];
    });
    this.#stuck = false;
    for (const { task } of pending) task.driver.commit();
    for (const { partition, outputs: records } of outputs) {
      ends[partition] += records.length;
      for (const listener of this.#listeners) listener(records, partition, ends);
    }
  }

  #handOver(body: Uint8Array, base: Float64Array): void {
    this.#walk(body, base, (partition, offset, session, batch) => {
      const { driver } = this.#tasks[partition];
      if (offset < driver.next) return;
      driver.process(session.key, this.#fill(batch, session), offset);
    });
    this.#handedOverId++;
  }

  /** Visits a segment's batches with their offsets. */
  #walk(
    body: Uint8Array,
    base: Float64Array,
    visit: (partition: number, offset: number, session: Session, batch: ScratchBatch) => void,
  ): void {
    const reader = new GroupReader(body);
    this.#batch.reader = reader;
    const batch = this.#batch;
    const offsets = base.slice();
    while (reader.advance()) {
      const { partition } = reader;
      visit(partition, offsets[partition]++, this.#sessions.bySid(reader.session), batch);
    }
  }

  #fill(batch: ScratchBatch, session: Session): ScratchBatch {
    batch.reader.readInto(batch);
    batch.deviceId = session.deviceId;
    batch.sessionId = session.sessionId;
    return batch;
  }

  #retain(nowMs: number): void {
    const { firstId } = this.#raw;
    const { retentionMs, retentionBytes } = this.settings;
    let keepFromId = this.#raw.lastId;
    for (const task of this.#tasks) {
      keepFromId = Math.min(keepFromId, this.#raw.locate(task.partition, task.driver.committed.snapshot));
    }
    this.#transaction(() => [
      this.#raw.expire(nowMs - retentionMs, retentionBytes, keepFromId),
      this.#activity.expire(nowMs - retentionMs, retentionBytes),
      this.#deadLetters.expire(nowMs - retentionMs),
    ]);
    // After a whole slice more may be due: it goes on at the next call, or it would fall behind many small groups.
    if (this.#raw.firstId - firstId < DELETE_SEGMENTS) this.#retainedMs = nowMs;
  }

  #expire(nowMs: number): void {
    this.#expiredMs = nowMs;
    const { seenMs, retentionMs } = this.settings;
    // The newest segments stay whatever their age, so the sessions in them are counted from there.
    const newestMs = Math.min(nowMs, this.#raw.lastAtMs, this.#activity.lastAtMs);
    this.#transaction(() => {
      for (const sid of this.#seen.expire(newestMs - Math.max(seenMs, retentionMs) - EXPIRE_AFTER_MS)) {
        this.#sessions.remove(sid);
      }
      this.#db.prepare("DELETE FROM state WHERE live = 0 AND touched_ms < ?").run(nowMs - seenMs);
      return [];
    });
  }

  #foldSeen(nowMs: number): void {
    this.#foldedMs = nowMs;
    this.#transaction(() => {
      setMeta(this.#db, "seen_through", this.#raw.lastId);
      return [this.#seen.fold(nowMs)];
    });
  }

  /** Message ids stored after the last fold are only in the segments. */
  #recoverSeen(): void {
    const through = Number(getMeta(this.#db, "seen_through") ?? 0);
    for (let id = Math.max(through + 1, this.#raw.firstId); id <= this.#raw.lastId; id++) {
      const segment = this.#raw.segment(id);
      if (!segment) continue;
      const reader = new GroupReader(segment.body);
      while (reader.advance()) this.#seen.add(reader.session, reader.messageId);
    }
  }

  /** @param work its changes; returns what to do once they are committed */
  #transaction(work: () => (() => void)[]): void {
    let done: (() => void)[];
    try {
      this.#begin.run();
      done = work();
      this.#commit.run();
    } catch (error) {
      // SQLite has rolled back by itself after some errors.
      if (this.#db.isTransaction) this.#rollback.run();
      throw asUnavailable(error);
    }
    for (const then of done) then();
  }
}

function countRaw(body: Uint8Array, counts: Float64Array): void {
  const reader = new GroupReader(body);
  while (reader.advance()) counts[reader.partition]++;
}
