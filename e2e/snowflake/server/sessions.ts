/**
 * Who is logged in.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { type Call } from "./http.ts";
import { Code, refusal, type Reply, sessionGone, success } from "./replies.ts";
import type { Run } from "./run.ts";
import type { SqlSession } from "./sql/types.ts";

/** Snowflake's: a session's token lasts an hour, and that which renews it four. */
const TOKEN_VALIDITY_S = 3600;
const MASTER_VALIDITY_S = 4 * 3600;
/** Answers kept for requests that are sent again: a session has one statement at a time, and a driver repeats only the last. */
const KEPT_RUNS = 100;
/** Tokens of ended sessions that are still answered as such, before they are unknown. */
const KEPT_TOKENS = 10_000;

export interface Session {
  readonly sql: SqlSession;
  readonly user: string;
  readonly masterToken: string;
  readonly masterExpiresMs: number;
  token: string;
  tokenExpiresMs: number;
  usedMs: number;
  /** By request id. */
  readonly runs: Map<string, Run>;
}

export class Sessions {
  readonly #byToken = new Map<string, Session>();
  readonly #byMasterToken = new Map<string, Session>();
  readonly #goneTokens = new Set<string>();
  readonly #now: () => number;

  /** @param now ms since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#byMasterToken.size;
  }

  /** @returns the session, and what its login answers about tokens */
  add(sql: SqlSession): { session: Session; tokens: Record<string, unknown> } {
    const session: Session = {
      sql,
      user: sql.context.user,
      token: newToken(),
      tokenExpiresMs: this.#now() + TOKEN_VALIDITY_S * 1000,
      masterToken: newToken(),
      masterExpiresMs: this.#now() + MASTER_VALIDITY_S * 1000,
      usedMs: this.#now(),
      runs: new Map(),
    };
    this.#byToken.set(session.token, session);
    this.#byMasterToken.set(session.masterToken, session);
    const tokens = {
      token: session.token,
      masterToken: session.masterToken,
      validityInSeconds: TOKEN_VALIDITY_S,
      masterValidityInSeconds: MASTER_VALIDITY_S,
      sessionId: sql.id,
    };
    return { session, tokens };
  }

  /** @returns the session of the request's token, or what to answer instead */
  find(call: Call): Session | Reply {
    const token = tokenOf(call);
    const session = token === null ? undefined : this.#byToken.get(token);
    if (!session) {
      if (token !== null && this.#goneTokens.has(token)) return sessionGone();
      return refusal(Code.tokenInvalid, "Session token is not found or invalid: log in anew", null, 401);
    }
    if (this.#now() >= session.tokenExpiresMs || session.token !== token) return expired();
    session.usedMs = this.#now();
    return session;
  }

  /** `/session/token-request`: a new token for one that has expired. */
  renew(call: Call): Reply {
    const token = tokenOf(call);
    const session = token === null ? undefined : this.#byMasterToken.get(token);
    if (!session) {
      if (token !== null && this.#goneTokens.has(token)) return sessionGone();
      return refusal(Code.masterTokenInvalid, "Master token is not found or invalid: log in anew");
    }
    session.token = newToken();
    session.tokenExpiresMs = this.#now() + TOKEN_VALIDITY_S * 1000;
    this.#byToken.set(session.token, session);
    return success({
      sessionToken: session.token,
      validityInSecondsST: TOKEN_VALIDITY_S,
      masterToken: session.masterToken,
      validityInSecondsMT: Math.ceil((session.masterExpiresMs - this.#now()) / 1000),
      sessionId: session.sql.id,
    });
  }

  /** Makes the session's token one that has to be renewed. */
  expire(session: Session): Reply {
    session.tokenExpiresMs = 0;
    return expired();
  }

  /** Forgets the tokens, so that no client has the session, which goes on with what it does. */
  abandon(session: Session): Reply {
    this.#byMasterToken.delete(session.masterToken);
    for (const [token, owner] of this.#byToken) {
      if (owner === session) this.#forget(token);
    }
    this.#forget(session.masterToken);
    return sessionGone();
  }

  /** Ends what the session does, and rolls back what it has open. */
  async end(session: Session): Promise<Reply> {
    const reply = this.abandon(session);
    for (const run of session.runs.values()) run.abort();
    await session.sql.close();
    return reply;
  }

  /** Rolls back what sessions without a statement have had open for too long. */
  async endIdleTransactions(idleMs: number): Promise<void> {
    const idle = [...this.#byMasterToken.values()].filter(({ sql, usedMs, runs }) =>
      sql.inTransaction && this.#now() - usedMs >= idleMs && [...runs.values()].every(({ done }) => done)
    );
    await Promise.all(idle.map(({ sql }) => sql.execute("ROLLBACK")));
  }

  /** Ends sessions that can be renewed no more. */
  async endExpired(): Promise<void> {
    const over = [...this.#byMasterToken.values()].filter(({ masterExpiresMs }) =>
      this.#now() >= masterExpiresMs
    );
    await Promise.all(over.map((session) => this.end(session)));
  }

  #forget(token: string): void {
    this.#byToken.delete(token);
    this.#goneTokens.add(token);
    if (this.#goneTokens.size > KEPT_TOKENS) {
      for (const oldest of this.#goneTokens) return void this.#goneTokens.delete(oldest);
    }
  }
}

/** Keeps the answer for whoever asks again. */
export function keepRun(session: Session, requestId: string, run: Run): void {
  session.runs.set(requestId, run);
  if (session.runs.size <= KEPT_RUNS) return;
  for (const [id, { done }] of session.runs) {
    if (done) return void session.runs.delete(id);
  }
}

function expired(): Reply {
  return refusal(Code.sessionExpired, "Session token has expired and must be renewed.");
}

/** `Authorization: Snowflake Token="…"`. */
function tokenOf(call: Call): string | null {
  return /^Snowflake Token="([^"]+)"$/.exec(call.header("authorization") ?? "")?.[1] ?? null;
}

/** Begins as Snowflake's do, so that one in a log is recognised. */
function newToken(): string {
  return `ver:1-hint:0-${randomBytes(48).toString("base64")}`;
}
