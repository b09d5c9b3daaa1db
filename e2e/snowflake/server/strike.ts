/**
 * Faults that need no session.
 *
 * @module
 */
import type { Fault } from "./faults.ts";
import type { Call } from "./http.ts";
import { type Answer, CLOSED, httpError } from "./replies.ts";
import { delay } from "./run.ts";

/** @returns what is answered instead; null when it goes on */
export async function strike({ kind, delayMs }: Fault, call: Call): Promise<Answer | null> {
  switch (kind) {
    case "unavailable":
      return httpError(503);
    case "drop":
      return CLOSED;
    case "hang":
      await delay(delayMs, call.left);
      return CLOSED;
    case "slow":
      // Of a statement the execution is delayed instead, so that it goes on without its client.
      await delay(delayMs, call.left);
      return null;
    default:
      return null;
  }
}
