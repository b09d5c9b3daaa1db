/**
 * A partition's session states: read from the changelog topic when its task starts, and what a commit adds to it.
 *
 * @module
 */
import type { Message } from "kafkajs";
import { Buffer } from "node:buffer";
import type { StateChange } from "../port.ts";
import type { TaskPosition, TaskStates } from "../task_driver.ts";
import type { FetchedRecord } from "./fetch_codec.ts";

/** Key of the task's position; those of sessions have a line break. */
const POSITION_KEY = "position";
/** A value is one byte, whether the session is live, then the task's own bytes. */
const LIVE = 1;
const CLOSED = 0;
/** States forgotten with one commit: they are a few bytes each. */
const MAX_EXPIRED = 1000;

interface Closed {
  value: Uint8Array;
  touchedMs: number;
}

const utf8 = new TextDecoder();

export class KafkaStates implements TaskStates {
  /** Where the task was when the states were written; null before the first commit. */
  position: TaskPosition | null = null;

  /** Of open sessions, until the task has them: from then on it is the only one who knows them. */
  #live = new Map<string, Uint8Array>();
  /** Of sessions that may come back, the one touched longest ago first. */
  readonly #closed = new Map<string, Closed>();

  /** Takes records of the changelog, in order. */
  restore(records: readonly FetchedRecord[]): void {
    for (const { key, value, timestampMs } of records) {
      if (key === null) continue;
      const name = utf8.decode(key);
      if (name === POSITION_KEY) {
        this.position = JSON.parse(utf8.decode(value ?? undefined));
        continue;
      }
      this.#live.delete(name);
      this.#closed.delete(name);
      if (value === null || value.length === 0) continue;
      const state = value.slice(1);
      if (value[0] === LIVE) this.#live.set(name, state);
      else this.#closed.set(name, { value: state, touchedMs: timestampMs });
    }
  }

  live(): StateChange[] {
    return [...this.#live].map(([key, value]) => ({ key, value, live: true }));
  }

  get(key: string): Uint8Array | null {
    return this.#closed.get(key)?.value ?? this.#live.get(key) ?? null;
  }

  /** The task has the live states: they are not kept twice. */
  handedOver(): void {
    this.#live = new Map();
  }

  /** Takes what was committed. */
  apply(changes: readonly StateChange[], expired: readonly string[], nowMs: number): void {
    for (const key of expired) this.#closed.delete(key);
    for (const { key, value, live } of changes) {
      this.#closed.delete(key);
      if (!live) this.#closed.set(key, { value, touchedMs: nowMs });
    }
  }

  /** Sessions closed before this time: their states are to be deleted with the next commit. */
  expired(beforeMs: number): string[] {
    const keys: string[] = [];
    for (const [key, { touchedMs }] of this.#closed) {
      if (touchedMs >= beforeMs || keys.length === MAX_EXPIRED) break;
      keys.push(key);
    }
    return keys;
  }
}

/** A position as a record of the changelog. */
export function positionMessage(position: TaskPosition): Message {
  return { key: POSITION_KEY, value: JSON.stringify(position) };
}

/** A change as a record of the changelog. */
export function stateMessage({ key, value, live }: StateChange): Message {
  const bytes = Buffer.allocUnsafe(1 + value.length);
  bytes[0] = live ? LIVE : CLOSED;
  bytes.set(value, 1);
  return { key, value: bytes };
}
