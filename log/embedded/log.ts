/**
 * The embedded engine behind the log port, in the thread that owns it. `commands/` runs it in a Worker and lets the HTTP
 * thread append through `Appender`.
 *
 * @module
 */
import type {
  ActivityListener,
  Appended,
  DeadLetter,
  Extent,
  LetterPlace,
  Log,
  LogStatus,
  SetAside,
  Share,
  Slice,
  TaskFactory,
  WholeLetter,
} from "../port.ts";
import type { ActivityRecord, ControlEvent, ReadingBatch } from "../records.ts";
import { Unavailable } from "../unavailable.ts";
import { Appender, type Group } from "./appender.ts";
import { Engine, type EngineSettings } from "./engine.ts";
import { SlotTable } from "./slots.ts";

/** How often results, states and positions are committed, ms: a viewer waits for half of it on average. */
const COMMIT_INTERVAL_MS = 250;
/** About what a restart takes, s. */
const CLOSED_RETRY_AFTER_S = 5;

export class EmbeddedLog implements Log {
  /** Made with the database and kept in it: several installations can load into one Snowflake account. */
  readonly id: string;
  readonly partitions: number;
  readonly #engine: Engine;
  readonly #slots = new SlotTable();
  readonly #appender: Appender;
  readonly #timer: ReturnType<typeof setInterval>;
  #pumping: Promise<void> | null = null;
  #closing: Promise<void> | null = null;
  #trouble: Unavailable | null = null;

  /**
   * @param now the wall clock, ms since the Unix epoch
   * @throws Error when the database cannot be opened
   */
  constructor(settings: EngineSettings, now: () => number = Date.now) {
    this.partitions = settings.partitions;
    this.#engine = new Engine(settings, now);
    this.id = this.#engine.id;
    this.#appender = new Appender(settings.partitions, (group) => {
      return Promise.try(() => this.commitGroup(group)).finally(() => this.#appender.recycle(group.buffer));
    });
    this.#timer = setInterval(() => this.advance(), COMMIT_INTERVAL_MS);
  }

  append(batch: ReadingBatch): Promise<Appended> {
    return this.#appender.append(batch);
  }

  /** Commits a group collected elsewhere; see `Engine.commitGroup`. */
  commitGroup(group: Group): number[] {
    const duplicates = this.#engine.commitGroup(
      new Uint8Array(group.buffer, 0, group.length),
      this.#slots.of(group),
    );
    this.#pump();
    return duplicates;
  }

  /** The periodic work; the timer calls it, and tests with a clock of their own. */
  advance(): void {
    try {
      this.#engine.advance();
      this.#trouble = null;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.#trouble = error;
    }
    this.#pump();
  }

  appendControl(event: ControlEvent): Promise<void> {
    return Promise.try(() => this.#engine.appendControl(event));
  }

  tailControl(listener: (event: ControlEvent) => void): Promise<void> {
    return Promise.try(() => this.#engine.tailControl(listener));
  }

  readRaw(partition: number, from: number, limit: number): Promise<Slice<ReadingBatch>> {
    return Promise.resolve(this.#engine.readRaw(partition, from, limit));
  }

  readActivity(partition: number, from: number, limit: number): Promise<Slice<ActivityRecord>> {
    return Promise.resolve(this.#engine.readActivity(partition, from, limit));
  }

  extents(topic: "raw_sensor_data" | "processed_activity"): Promise<Extent[]> {
    return Promise.resolve(this.#engine.extents(topic));
  }

  run(factory: TaskFactory): Promise<void> {
    this.#engine.run(factory);
    this.#pump();
    return Promise.resolve();
  }

  async tailActivity(from: readonly number[], listener: ActivityListener): Promise<void> {
    const at = [...from];
    while (!this.#closing && !this.#engine.tailActivity(at, listener)) await nextTurn();
  }

  /** No other process has this log: every partition is this one's for good. */
  share(_name: string, listener: (partitions: readonly number[]) => void): Promise<Share> {
    listener(Array.from({ length: this.partitions }, (_, partition) => partition));
    return Promise.resolve({ close: () => Promise.resolve() });
  }

  setAside(letters: readonly SetAside[]): Promise<void> {
    return Promise.try(() => {
      if (this.#closing) {
        throw new Unavailable("the log is closed: nothing was set aside", CLOSED_RETRY_AFTER_S);
      }
      this.#engine.setAside(letters);
    });
  }

  /** Those of sinks: nobody else writes to this log, so every record can be read. */
  readDeadLetters(limit: number): Promise<DeadLetter[]> {
    return Promise.resolve(this.#engine.readDeadLetters(limit));
  }

  readDeadLetter(place: LetterPlace): Promise<WholeLetter | null> {
    return Promise.resolve(this.#engine.readDeadLetter(place));
  }

  discardDeadLetters(places: readonly LetterPlace[], by: string): Promise<number> {
    return Promise.try(() => this.#engine.discardDeadLetters(places, by));
  }

  /** Retention keeps what tasks still need, so none is lost. */
  status(): LogStatus {
    return {
      lagRecords: this.#engine.lagRecords(),
      raw: this.#engine.extents("raw_sensor_data"),
      activity: this.#engine.extents("processed_activity"),
      deadLetters: this.#engine.deadLetterCount,
      lostRecords: 0,
      trouble: this.#trouble?.detail ?? null,
    };
  }

  /** What tasks have not read yet stays in the log for the next start. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#appender.close();
    await this.#pumping;
    this.#engine.close();
  }

  #pump(): void {
    this.#pumping ??= this.#catchUp().finally(() => this.#pumping = null);
  }

  /** Tasks that are behind read the log in slices, so that commits and queries get their turn. */
  async #catchUp(): Promise<void> {
    while (!this.#closing && this.#engine.pump()) await nextTurn();
  }
}

const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
