/**
 * What the server answers drivers: always JSON, and for what Snowflake refuses too with HTTP status 200.
 *
 * @module
 */

export interface Reply {
  /** HTTP status. */
  status: number;
  body: unknown;
}

/** The connection is closed instead of an answer. */
export const CLOSED = Symbol("closed");
export type Answer = Reply | typeof CLOSED;

export const success = (data: unknown): Reply => ({
  status: 200,
  body: { data, code: null, message: null, success: true },
});

/** @param code Snowflake's, six digits */
export const refusal = (code: string, message: string, data: unknown = null, status = 200): Reply => ({
  status,
  body: { data, code, message, success: false, headers: null },
});

/** A status of the web server before Snowflake's own, whose body no driver reads. */
export const httpError = (status: number): Reply => ({ status, body: { message: `HTTP ${status}` } });

/** Codes of drivers' own protocol, from their lists of Snowflake's errors. */
export const Code = {
  badCredentials: "390100",
  userDisabled: "390101",
  tokenInvalid: "390104",
  sessionGone: "390111",
  sessionExpired: "390112",
  masterTokenInvalid: "390113",
  jwtInvalid: "390144",
  roleRefused: "390189",
  objectMissing: "390201",
  statementCancelled: "000604",
  notExecuting: "000605",
  inProgress: "333333",
  inProgressAsync: "333334",
} as const;

export const sessionGone = (): Reply =>
  refusal(Code.sessionGone, "Session no longer exists.  New login required to access the service.");
