/**
 * The log cannot take a record now: nothing was stored, the caller may try again. Becomes 503 with Retry-After.
 *
 * @module
 */
export class Unavailable extends Error {
  override name = "Unavailable";
  /**
   * @param detail what is wrong, for the client
   * @param retryAfterS how long a client should wait, s
   */
  constructor(readonly detail: string, readonly retryAfterS: number) {
    super(detail);
  }
}
