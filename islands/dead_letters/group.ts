/**
 * Dead letters by reason: what is wrong with one is mostly wrong with many.
 *
 * @module
 */
import type { DeadLetter } from "../../web/services.ts";

export interface LetterGroup {
  reason: string;
  /** Newest first. */
  letters: DeadLetter[];
  /** How many of them can be sent in again: those that could not be read. */
  readable: number;
}

/** The group with the newest letter first. @param letters newest first */
export function groupByReason(letters: readonly DeadLetter[]): LetterGroup[] {
  const groups = Map.groupBy(letters, ({ reason }) => reason);
  return [...groups].map(([reason, letters]) => ({
    reason,
    letters,
    readable: letters.filter(({ isRefused }) => !isRefused).length,
  }));
}
