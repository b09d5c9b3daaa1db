/**
 * Why services do not do what an admin asks for.
 *
 * @module
 */

/** A change that does not fit what is there, as a service says it; routes answer 422. */
export class Refused extends Error {
  override name = "Refused";

  /** @param pointer RFC 6901 JSON pointer to the field at fault */
  constructor(readonly pointer: string, detail: string) {
    super(detail);
  }
}

/** What cannot be undone any more; routes answer 410. */
export class TooLate extends Error {
  override name = "TooLate";
}
