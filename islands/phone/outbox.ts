/**
 * Messages on their way, kept in the browser's database until the server has them: across reloads, and after the tab was killed.
 *
 * @module
 */
import type { Message, Session } from "./batcher.ts";

/** A message that waits. */
export interface Entry {
  /** Order of writing. */
  seq: number;
  /** The message as JSON. */
  body: string;
  /** When it was recorded, ms since the Unix epoch. */
  atMs: number;
}

/** What waits. */
export interface Waiting {
  messages: number;
  bytes: number;
}

/** What a phone has been given: whose it is and how it may post. */
export interface Pairing {
  deviceId: string;
  name: string | null;
  key: string;
}

/** What the page goes on with when it is opened again. */
export interface Memory {
  pairing: Pairing | null;
  /** null when nothing is being recorded. */
  session: Session | null;
  /** Time of the session's last reading, ms since the Unix epoch. */
  lastMs: number;
}

/** Some 12 hours of readings; browsers give a page far more, but a phone is not ours to fill. */
export const MAX_BYTES = 200 * 2 ** 20;
/** The server takes nothing older (MAX_PAST_MS's default, 7 days). */
export const MAX_AGE_MS = 7 * 86_400_000;

/** The place where messages wait. */
export interface Outbox {
  /**
   * Writes a message, and the session it leaves behind, in one step.
   *
   * @returns false when the outbox is full: what is older is kept, since the server needs it first
   */
  add(message: Message, session: Session, atMs: number): Promise<boolean>;
  /** The oldest, in the order of writing. @param most messages @param mostBytes of bodies, but at least one message */
  oldest(most: number, mostBytes: number): Promise<Entry[]>;
  /** They are with the server. */
  remove(entries: readonly Entry[]): Promise<void>;
  /** Drops those the server would not take any more. @returns how many */
  dropBefore(atMs: number): Promise<number>;
  waiting(): Waiting;
}
