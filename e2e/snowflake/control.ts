/**
 * What the strict server's control API takes and gives: faults on demand, and what was executed.
 *
 * @module
 */

/** Every kind of fault, with how long it takes unless said otherwise, ms; 0 for those that take no time. */
export const FAULT_DELAY_MS = {
  /** HTTP status 503, not executed. */
  unavailable: 0,
  /** Neither executed nor answered; the connection is closed in the end. */
  hang: 600_000,
  /** The connection is closed, not executed. */
  drop: 0,
  /** Executed; the connection is closed instead of an answer. */
  lostReply: 0,
  /** 390112: the session's token has to be renewed. */
  sessionExpired: 0,
  /** 390111: the session has ended, its transaction is rolled back. */
  sessionGone: 0,
  /** Executed later. */
  slow: 1000,
  /** A COMMIT whose client is cut off, and that is done later nevertheless. */
  zombieCommit: 5000,
  /** 000606: no warehouse works. */
  warehouseSuspended: 0,
  /** 003001: a right was taken away. */
  accessRevoked: 0,
} as const;

export type FaultKind = keyof typeof FAULT_DELAY_MS;
export const FAULT_KINDS = Object.keys(FAULT_DELAY_MS) as FaultKind[];

export interface FaultRule {
  kind: FaultKind;
  /**
   * What it is for, a regular expression without regard to case: statements, and logins, which are called `LOGIN user`. Without
   * one all statements.
   */
  match?: string;
  /** How many requests it strikes, repeated ones too; 1 without one. */
  times?: number;
  delayMs?: number;
}

/** Strikes statements at random, the same ones for the same seed and the same order of requests. */
export interface RandomFaults {
  seed: number;
  /** Share of the requests, 0 to 1. */
  rate: number;
  kinds: FaultKind[];
  delayMs?: number;
}

/** One statement. */
export interface Entry {
  /** Counts up from 1. */
  number: number;
  text: string;
  user: string;
  queryId: string | null;
  /** Length of the request's body, bytes. */
  requestBytes: number;
  /** `done`, Snowflake's code of the refusal, or `fault: …` when it was not executed. */
  status: string;
  /** Kind of the statement, such as `insert`; `failed` when it was refused, `fault` when it was not executed. */
  kind: string;
  /** Rows changed, or returned by a query. */
  rows: number;
  /** ms since the epoch. */
  startMs: number;
  endMs: number;
}

/** Since the server started, by kind of the statement. */
export interface Counters {
  statements: Record<string, number>;
  requestBytes: Record<string, number>;
  rows: Record<string, number>;
  logins: number;
}

/** A login that was refused. */
export interface FailedLogin {
  user: string | null;
  code: string;
  /** For key pairs why, as `SYSTEM$GET_LOGIN_FAILURE_DETAILS` says it. */
  reason: string;
  /** Stands in the message to the client. */
  id: string;
}

/** What the server prints when it is ready. */
export interface Ready {
  url: string;
  account: string;
  controlToken: string;
}

/** Header of every control request, with the token of {@link Ready}. */
export const CONTROL_TOKEN_HEADER = "x-control-token";
