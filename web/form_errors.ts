/**
 * What a form is told when what it sent could not be.
 *
 * @module
 */
import { Conflict } from "../log/port.ts";
import { Unavailable } from "../log/unavailable.ts";
import { HttpProblem } from "./problem.ts";
import { Refused } from "./refused.ts";

/** Messages by field; "" is about the whole form. */
export type FormErrors = Record<string, string>;

export interface Failed {
  status: number;
  errors: FormErrors;
}

/**
 * Runs what a form asks for.
 *
 * @returns null when it is done
 * @throws what is no fault of the form and nothing that trying again could mend
 */
export async function attempt(action: () => Promise<unknown>): Promise<Failed | null> {
  try {
    await action();
    return null;
  } catch (error) {
    if (error instanceof Refused) return { status: 422, errors: { [error.pointer.slice(1)]: error.message } };
    if (error instanceof Conflict) {
      return { status: 409, errors: { "": "Someone else changed this at the same time. Try again." } };
    }
    if (error instanceof Unavailable) return { status: 503, errors: { "": error.detail } };
    if (error instanceof HttpProblem) return { status: error.status, errors: { "": error.message } };
    throw error;
  }
}
