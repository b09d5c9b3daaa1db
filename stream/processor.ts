/**
 * The task on one partition: keeps its open sessions in a `SessionTable`, feeds them and closes those gone silent.
 *
 * @module
 */
import { numberOf } from "../log/message_number.ts";
import type { PartitionTask, StateChange, TaskContext, TaskOutcome } from "../log/port.ts";
import { activityMessageId, type ActivityRecord, type ReadingBatch, sessionKey } from "../log/records.ts";
import { runSessionId, runsNamed } from "./runs.ts";
import { readSaved } from "./saved.ts";
import { SessionTable, type WindowResult } from "./session_table.ts";
import type { WindowSettings } from "./settings.ts";
import type { StreamSource } from "./stream_setting.ts";
import { DEFAULT_THRESHOLDS, type ThresholdsSource } from "./thresholds.ts";
import type { Counters } from "./window.ts";

/** A session began or ended on this process: news for viewers, not a record. */
export interface SessionEvent {
  status: "opened" | "closed";
  deviceId: string;
  sessionId: string;
  /** Server clock, ms since the Unix epoch. */
  at: number;
}

/** Open sessions of a partition, 65 MB of state: past it the one opened first is closed, and goes on when it is heard again. */
export const MAX_OPEN_SESSIONS = 100_000;

export interface ProcessorOptions {
  settings: WindowSettings;
  /** Asked for every batch, so that a change holds from the next window on. */
  thresholds: ThresholdsSource;
  /** The same of what is set for a device's readings. */
  streams: StreamSource;
  onSession: (event: SessionEvent) => void;
  /** The task is closed; its figures are the last. */
  onClose: () => void;
  /** The wall clock at the start: sessions get their whole idle time from then on, since nobody could post while we were down. */
  nowMs: number;
}

interface OpenSession {
  key: string;
  deviceId: string;
  /** As the phone calls it, and what its windows are stored under. */
  givenId: string;
  sessionId: string;
  slot: number;
  receivedMs: number;
  /** The last record that is in the state. */
  offset: number;
  /** Changed since the last snapshot. */
  dirty: boolean;
}

/** A stored state is the offset of the last record in it (f64), then the session table's bytes. */
const OFFSET_BYTES = 8;

function withOffset(offset: number, state: Uint8Array): Uint8Array {
  const value = new Uint8Array(OFFSET_BYTES + state.length);
  new DataView(value.buffer).setFloat64(0, offset, true);
  value.set(state, OFFSET_BYTES);
  return value;
}

const offsetOf = (value: Uint8Array) => new DataView(value.buffer, value.byteOffset).getFloat64(0, true);

/** See the module's text. */
export class Processor implements PartitionTask {
  readonly #context: TaskContext;
  readonly #options: ProcessorOptions;
  readonly #table: SessionTable;
  readonly #open = new Map<string, OpenSession>();
  #dirty: OpenSession[] = [];
  /** States of sessions closed since the last `take`. */
  #closed = new Map<string, Uint8Array>();
  #outputs: ActivityRecord[] = [];
  /** Of sessions closed since, less what open ones had when they were restored. */
  readonly #dropped = { late: 0, duplicates: 0 };
  #current!: OpenSession;
  readonly #emit = (w: WindowResult) => this.#push(w);

  constructor(context: TaskContext, options: ProcessorOptions) {
    this.#context = context;
    this.#options = options;
    this.#table = new SessionTable(options.settings, DEFAULT_THRESHOLDS);
    for (const { key, value } of context.liveStates()) {
      const [deviceId, givenId] = key.split("\n");
      const slot = this.#table.restore(value.subarray(OFFSET_BYTES));
      this.#keep({ key, deviceId, givenId, slot, offset: offsetOf(value) }, options.nowMs);
    }
  }

  /** Open sessions, and what was dropped since this process started. */
  figures(): { openSessions: number; late: number; duplicates: number } {
    let { late, duplicates } = this.#dropped;
    for (const { slot } of this.#open.values()) {
      const counters = this.#table.counters(slot);
      late += counters.late;
      duplicates += counters.duplicates;
    }
    return { openSessions: this.#open.size, late, duplicates };
  }

  /**
   * What became of a session's readings so far, also when it has ended.
   *
   * @returns null when this partition does not know it, or knows only a later run of its clock
   */
  countersOf(deviceId: string, sessionId: string): Counters | null {
    for (const { givenId, run } of runsNamed(sessionId)) {
      const known = this.#known(sessionKey(deviceId, givenId));
      if (known?.run === run) return known.counters;
    }
    return null;
  }

  #known(key: string): { run: number; counters: Counters } | null {
    const open = this.#open.get(key);
    if (open) return { run: this.#table.runs.of(open.slot), counters: this.#table.counters(open.slot) };
    const state = this.#closed.get(key) ?? this.#context.state(key);
    return state && readSaved(state.subarray(OFFSET_BYTES));
  }

  process(key: string, batch: ReadingBatch, offset: number): void {
    const session = this.#open.get(key) ?? this.#begin(key, batch, offset);
    if (session === null) return;
    session.offset = offset;
    if (batch.receivedAtMs > session.receivedMs) session.receivedMs = batch.receivedAtMs;
    const number = numberOf(batch.messageId);
    const place = this.#table.runs.place(session.slot, number, batch.tMs, batch.count);
    if (place === "next") this.#beginRun(session, number!, batch.receivedAtMs);
    if (place !== "before") {
      this.#decideFor(session);
      this.#table.feed(session.slot, batch.tMs, batch.xyz, batch.count, batch.gravity, this.#emit);
    }
    if (session.dirty) return;
    session.dirty = true;
    this.#dirty.push(session);
  }

  tick(nowMs: number): void {
    const { sessionIdleMs } = this.#options.settings;
    for (const session of this.#open.values()) {
      if (nowMs - session.receivedMs >= sessionIdleMs) this.#end(session, nowMs);
    }
  }

  take(snapshot: boolean): TaskOutcome {
    const states: StateChange[] = [];
    for (const [key, value] of this.#closed) states.push({ key, value, live: false });
    if (snapshot) {
      for (const session of this.#dirty) {
        session.dirty = false;
        if (this.#open.get(session.key) !== session) continue;
        const value = withOffset(session.offset, this.#table.save(session.slot));
        states.push({ key: session.key, value, live: true });
      }
      this.#dirty = [];
    }
    const outputs = this.#outputs;
    this.#closed = new Map();
    this.#outputs = [];
    return { outputs, states };
  }

  close(): void {
    this.#options.onClose();
  }

  /** Opens the session; null when the record is already in the state of one that was closed later. */
  #begin(
    key: string,
    { deviceId, sessionId: givenId, receivedAtMs }: ReadingBatch,
    offset: number,
  ): OpenSession | null {
    const state = this.#closed.get(key) ?? this.#context.state(key);
    if (state && offset <= offsetOf(state)) return null;
    if (this.#open.size >= MAX_OPEN_SESSIONS) {
      const [oldest] = this.#open.values();
      this.#end(oldest, receivedAtMs);
    }
    const slot = state ? this.#table.restore(state.subarray(OFFSET_BYTES)) : this.#table.open();
    return this.#keep({ key, deviceId, givenId, slot, offset }, receivedAtMs);
  }

  #keep(
    session: Pick<OpenSession, "key" | "deviceId" | "givenId" | "slot" | "offset">,
    nowMs: number,
  ): OpenSession {
    const kept = { ...session, sessionId: "", receivedMs: this.#options.nowMs, dirty: false };
    // A restored session brings its figures along: what it had dropped before is not counted again.
    this.#countDropped(session.slot, -1);
    this.#open.set(session.key, kept);
    this.#enterRun(kept, nowMs);
    return kept;
  }

  /** The phone's clock was set back: what it goes on with is as another session. */
  #beginRun(session: OpenSession, number: number, nowMs: number): void {
    this.#flush(session, nowMs);
    this.#table.runs.begin(session.slot, number);
    this.#enterRun(session, nowMs);
  }

  #enterRun(session: OpenSession, nowMs: number): void {
    const { deviceId, givenId, slot } = session;
    const sessionId = session.sessionId = runSessionId(givenId, this.#table.runs.of(slot));
    this.#options.onSession({ status: "opened", deviceId, sessionId, at: nowMs });
  }

  #end(session: OpenSession, nowMs: number): void {
    this.#flush(session, nowMs);
    this.#closed.set(session.key, withOffset(session.offset, this.#table.saveClosed(session.slot)));
    this.#table.release(session.slot);
    this.#open.delete(session.key);
  }

  #flush(session: OpenSession, nowMs: number): void {
    const { deviceId, sessionId, slot } = session;
    this.#decideFor(session);
    this.#table.flush(slot, this.#emit);
    this.#countDropped(slot, 1);
    this.#options.onSession({ status: "closed", deviceId, sessionId, at: nowMs });
  }

  #countDropped(slot: number, sign: 1 | -1): void {
    const { late, duplicates } = this.#table.counters(slot);
    this.#dropped.late += sign * late;
    this.#dropped.duplicates += sign * duplicates;
  }

  /** The windows that come now are this session's. */
  #decideFor(session: OpenSession): void {
    this.#current = session;
    this.#table.setThresholds(this.#options.thresholds.of(session.deviceId));
    this.#table.setStreamSetting(this.#options.streams.streamOf(session.deviceId));
  }

  #push(w: WindowResult): void {
    const { deviceId, sessionId } = this.#current;
    this.#outputs.push({
      messageId: activityMessageId(sessionId, w.timestamp),
      sessionId,
      deviceId,
      timestamp: w.timestamp,
      magnitude: w.magnitude,
      activity: w.activity,
      windowStart: w.windowStart,
      windowMs: w.windowMs,
      magnitudeStd: w.magnitudeStd,
      cadenceHz: w.cadenceHz,
      readings: w.readings,
      coverage: w.coverage,
      confidence: w.confidence,
      gravityRemoved: w.gravityRemoved,
      thresholdsVersion: w.thresholdsVersion,
    });
  }
}
