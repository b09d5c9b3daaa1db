/**
 * What went wrong, in a form that Workers can hand over.
 *
 * @module
 */
import { SnowflakeError, Unanswered } from "./connection.ts";
import { PrivateKeyError } from "./private_key.ts";

export type Failure =
  | { kind: "refused"; message: string; code: number; sqlState: string | null; queryId: string | null }
  | { kind: "unanswered"; message: string; reason: string | null }
  | { kind: "privateKey"; message: string };

/** Parts of the driver's errors, whose types name only a few. */
interface DriverError {
  name?: string;
  message?: string;
  code?: string | number;
  sqlState?: string;
  data?: { queryId?: string };
  response?: { status?: number };
  cause?: { code?: string };
}

/**
 * Answers that say nothing about the statement, since the session that it was for has ended (the driver's `GS_ERRORS`): its token
 * is not known, it is gone, its token or that which renews it has expired.
 */
const SESSION_ENDED = new Set(["390104", "390111", "390112", "390114"]);
/** The driver's own codes of a session that it gave up (its `ErrorCode`): 401 with 390104, and any request after that. */
const DRIVER_GAVE_UP = new Set([401004, 407002]);

/** @param error whatever the driver threw or handed to a callback */
export function toFailure(error: unknown): Failure {
  if (error instanceof PrivateKeyError) return { kind: "privateKey", message: error.message };
  const { name, message = String(error), code, sqlState, data, response, cause } =
    (error ?? {}) as DriverError;
  if (name === "OperationFailedError" && /^\d+$/.test(String(code)) && !SESSION_ENDED.has(String(code))) {
    return {
      kind: "refused",
      message,
      code: Number(code),
      sqlState: sqlState ?? null,
      queryId: data?.queryId ?? null,
    };
  }
  const unanswered = (text: string, reason: string | null): Failure => ({
    kind: "unanswered",
    message: text,
    reason,
  });
  if (SESSION_ENDED.has(String(code)) || DRIVER_GAVE_UP.has(Number(code))) {
    return unanswered(
      `the Snowflake session has ended: ${message}`,
      SESSION_ENDED.has(String(code)) ? String(code) : "390111",
    );
  }
  if (response?.status) {
    return unanswered(`the address answered HTTP ${response.status}`, `HTTP ${response.status}`);
  }
  if (cause?.code) return unanswered(`no connection to Snowflake: ${message}`, cause.code);
  return unanswered(`the Snowflake driver failed: ${message}`, null);
}

export function toError(failure: Failure): SnowflakeError | Unanswered | PrivateKeyError {
  switch (failure.kind) {
    case "refused":
      return new SnowflakeError(failure.message, failure.code, failure.sqlState, failure.queryId);
    case "unanswered":
      return new Unanswered(failure.message, failure.reason);
    case "privateKey":
      return new PrivateKeyError(failure.message);
  }
}
