/**
 * A connection to Snowflake, as the sink uses it.
 *
 * @module
 */
/** What a statement gave back. */
export interface Reply {
  /** Column names as Snowflake returns them: upper case unless quoted. */
  rows: Record<string, unknown>[];
  /** Rows inserted, updated or deleted. */
  rowsAffected: number;
}

/** One session. */
export interface Connection {
  /**
   * @param binds for the `?` in order
   * @param deadlineMs how long to wait; past it the session is given up (see `Unanswered`)
   * @throws SnowflakeError when Snowflake refused it; Unanswered when it may or may not have been done
   */
  execute(sql: string, binds: readonly (string | number)[], deadlineMs: number): Promise<Reply>;
  /** Ends the session, which rolls an open transaction back. Whatever it still does, this resolves within a few seconds. */
  close(): Promise<void>;
}

/** Snowflake answered that it did not do it. */
export class SnowflakeError extends Error {
  override name = "SnowflakeError";
  /**
   * @param code Snowflake's number, for example 2003: object does not exist or not authorized
   * @param sqlState for example 22018: data of the wrong form
   */
  constructor(
    message: string,
    readonly code: number,
    readonly sqlState: string | null,
    readonly queryId: string | null,
  ) {
    super(message);
  }
}

/** No answer came in time, or the session is gone: only the offsets table tells what was committed. */
export class Unanswered extends Error {
  override name = "Unanswered";
  /**
   * @param reason what was in the way, where it is known: a network error such as `ENOTFOUND`, a status such as `HTTP 503`, or
   * Snowflake's code of a session that has ended, such as `390111`
   */
  constructor(message: string, readonly reason: string | null = null) {
    super(message);
  }
}
