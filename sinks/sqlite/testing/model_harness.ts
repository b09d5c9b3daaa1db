/**
 * A log of windows and admin events in memory and read models that follow it, for tests.
 *
 * @module
 */
import { sessionEntity, type SessionState, UNTOUCHED } from "../../../control/session_state.ts";
import { type Activity, type ActivityRecord, type ControlEvent, sessionKey } from "../../../log/records.ts";
import { windowRecord } from "../../../log/testing/windows.ts";
import { ReadModel } from "../read_model.ts";

const PARTITIONS = 2;
export const SLIDE_MS = 1000;
const IDLE_MS = 30_000;
/** Nobody takes a session for live after this much silence. */
export const SILENT_MS = 2 * IDLE_MS;
/** Start of a minute. */
export const START_MS = 1_767_225_600_000;

/** A window that ends at `timestamp`. */
export function windowOf(
  deviceId: string,
  sessionId: string,
  timestamp: number,
  activity: Activity = "walking",
  magnitude = 2.5,
): ActivityRecord {
  return windowRecord({ deviceId, sessionId }, timestamp, { activity, magnitude });
}

/** Writes windows to its log and lets its model have them; the model can be killed at any time. */
export class ModelHarness implements Disposable {
  nowMs = START_MS;
  model: ReadModel;
  readonly #log: ActivityRecord[][] = Array.from({ length: PARTITIONS }, () => []);
  readonly #events: ControlEvent[] = [];
  /** What was said last of each session, and how often something was. */
  readonly #said = new Map<string, [state: SessionState, version: number]>();
  readonly #folders: string[] = [];
  readonly #models: ReadModel[] = [];

  constructor() {
    this.model = this.#open(this.#newFolder());
  }

  /** Commits windows of one device: its number decides the partition. */
  commit(...records: ActivityRecord[]): void {
    const partition = Number(records[0].deviceId.at(-1)) % PARTITIONS;
    this.#log[partition].push(...records);
    this.model.apply(records, partition, this.#log.map(({ length }) => length));
  }

  /** Commits an admin's change; what is left out stays. */
  say(deviceId: string, sessionId: string, change: Partial<SessionState>): void {
    const key = sessionKey(deviceId, sessionId);
    const [before, version] = this.#said.get(key) ?? [UNTOUCHED, 0];
    const state = { ...before, ...change };
    this.#said.set(key, [state, version + 1]);
    const event = {
      entity: sessionEntity({ deviceId, sessionId }),
      version: version + 1,
      type: "test",
      atMs: this.nowMs,
      by: "admin",
      data: state,
    };
    this.#events.push(event);
    this.model.fold(event);
  }

  /** Lets everything that waits be written. */
  writeAll(): void {
    this.nowMs += 15_000;
    for (let i = 0; i < 3; i++) this.model.advance();
  }

  /** Goes on with what a process finds that starts after this one was killed now. */
  crash(): void {
    const from = this.#folders.at(-1)!;
    const to = this.#newFolder();
    for (const name of ["view.db", "view.db-wal"]) Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
    this.model = this.#open(to);
    this.#catchUp();
  }

  restart(): void {
    this.model.close();
    this.#models.pop();
    this.model = this.#open(this.#folders.at(-1)!);
    this.#catchUp();
  }

  /** Opens the model for another log, of which nothing has been read. */
  changeLog(logId: string): void {
    this.model.close();
    this.#models.pop();
    this.model = this.#open(this.#folders.at(-1)!, logId);
  }

  /** The read model's database file. */
  get path(): string {
    return `${this.#folders.at(-1)}/view.db`;
  }

  /** Goes on without the read model's file. */
  rebuild(): void {
    this.model = this.#open(this.#newFolder());
    this.#catchUp();
  }

  /** Gives the model everything from its position on, in small pieces and partition by partition as a log does. */
  #catchUp(): void {
    const ends = [...this.model.position];
    this.#log.forEach((records, partition) => {
      while (ends[partition] < records.length) {
        const slice = records.slice(ends[partition], ends[partition] + 3);
        ends[partition] += slice.length;
        this.model.apply(slice, partition, ends);
      }
    });
  }

  [Symbol.dispose](): void {
    for (const model of this.#models) model.close();
    for (const folder of this.#folders) Deno.removeSync(folder, { recursive: true });
  }

  #open(folder: string, logId = "embedded"): ReadModel {
    const options = {
      path: `${folder}/view.db`,
      logId,
      partitions: PARTITIONS,
      slideMs: SLIDE_MS,
      sessionIdleMs: IDLE_MS,
    };
    const model = new ReadModel(options, () => this.nowMs);
    for (const event of this.#events) model.fold(event);
    this.#models.push(model);
    return model;
  }

  #newFolder(): string {
    const folder = Deno.makeTempDirSync({ prefix: "view-" });
    this.#folders.push(folder);
    return folder;
  }
}
