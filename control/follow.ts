/**
 * How what admins change becomes known: every registry takes in the same events, in the same order.
 *
 * @module
 */
import type { Log } from "../log/port.ts";
import type { ControlEvent } from "../log/records.ts";

/** The part of the log that holds admin events. */
export type ControlLog = Pick<Log, "appendControl" | "tailControl">;

/** What is folded from the events of `activity_control`. */
export interface Folded {
  /**
   * Takes an event in; those of other entities are passed over.
   *
   * @throws Error when it cannot be read: what it takes away would stay in force
   */
  fold(event: ControlEvent): void;
}

/**
 * Lets all of them take in the events there are, read once, and those to come, whoever writes them.
 *
 * @returns them
 * @throws Error when an event cannot be read
 */
export async function follow<T extends Folded[]>(
  log: Pick<ControlLog, "tailControl">,
  ...all: T
): Promise<T> {
  await log.tailControl((event) => {
    for (const folded of all) folded.fold(event);
  });
  return all;
}
