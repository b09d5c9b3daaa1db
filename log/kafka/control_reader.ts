/**
 * `activity_control` as it grows. Admin changes are few, so all of them are kept in memory.
 *
 * @module
 */
import type { ControlEvent } from "../records.ts";
import type { ControlTail } from "./control_log.ts";
import type { TopicReader } from "./reader.ts";

/** Changes that other processes made are seen this late at most, ms. */
const POLL_INTERVAL_MS = 500;

const utf8 = new TextDecoder();

export class ControlReader implements ControlTail {
  readonly #reader: TopicReader;
  readonly #onTrouble: (error: unknown) => void;
  readonly #events: ControlEvent[] = [];
  readonly #versions = new Map<string, number>();
  readonly #listeners: ((event: ControlEvent) => void)[] = [];
  #at = 0;
  #reading: Promise<void> | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(reader: TopicReader, onTrouble: (error: unknown) => void) {
    this.#reader = reader;
    this.#onTrouble = onTrouble;
  }

  /** See `Log.tailControl`. */
  async tail(listener: (event: ControlEvent) => void): Promise<void> {
    await this.catchUp();
    for (const event of this.#events) listener(event);
    this.#listeners.push(listener);
    this.#timer ??= setInterval(() => this.#poll(), POLL_INTERVAL_MS);
  }

  async catchUp(): Promise<void> {
    // The reading under way may have looked before the newest event came.
    await this.#reading?.catch(() => {});
    await (this.#reading ??= this.#read().finally(() => this.#reading = null));
  }

  versionOf(entity: string): number {
    return this.#versions.get(entity) ?? 0;
  }

  holds(event: ControlEvent): boolean {
    const text = JSON.stringify(event);
    return this.versionOf(event.entity) >= event.version &&
      this.#events.some((each) => each.entity === event.entity && JSON.stringify(each) === text);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    try {
      await this.catchUp();
      this.#onTrouble(null);
    } catch (error) {
      this.#onTrouble(error);
    }
  }

  async #read(): Promise<void> {
    for await (const records of this.#reader.readAll(0, this.#at)) {
      for (const { offset, value } of records) {
        this.#at = offset + 1;
        const event = parse(value);
        if (event === null) {
          console.error(`${this.#reader.topic}: what is at ${offset} is no event and was passed over`);
          continue;
        }
        this.#versions.set(event.entity, event.version);
        this.#events.push(event);
        for (const listener of this.#listeners) listener(event);
      }
    }
  }
}

/** @returns null when it is not one of ours: someone else writes to the topic */
function parse(value: Uint8Array | null): ControlEvent | null {
  try {
    const event = JSON.parse(utf8.decode(value ?? undefined));
    return typeof event?.entity === "string" && Number.isInteger(event.version) ? event : null;
  } catch {
    return null;
  }
}
