/**
 * The server: which request goes where.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { control } from "./control.ts";
import { Faults } from "./faults.ts";
import { type Call, listen } from "./http.ts";
import { Journal } from "./journal.ts";
import { login } from "./login.ts";
import { abort, query, result, STILL_RUNNING_MS } from "./queries.ts";
import { type Answer, httpError, success } from "./replies.ts";
import { Sessions } from "./sessions.ts";
import type { SqlEngine } from "./sql/types.ts";

/** How often sessions are looked through for what has been idle for too long, ms. */
const SWEEP_MS = 250;
/**
 * Snowflake rolls a transaction back that has been idle for five minutes and keeps others waiting ("Transactions: aborting
 * transactions"), ms. Here also one that keeps nobody waiting, where Snowflake takes four hours.
 */
export const IDLE_TRANSACTION_MS = 300_000;

export interface ServerOptions {
  /** Upper case. */
  account: string;
  engine: SqlEngine;
  /** 0, or none: any that is free. */
  port?: number;
  idleTransactionMs?: number;
  stillRunningMs?: number;
  /** ms since the epoch; the clock's unless given. */
  now?: () => number;
}

export interface Server {
  readonly url: string;
  /** For `/control/…`. */
  readonly controlToken: string;
  readonly sessions: Sessions;
  /** Closes every connection and the engine. */
  close(): Promise<void>;
}

export async function startServer(
  {
    account,
    engine,
    port = 0,
    idleTransactionMs = IDLE_TRANSACTION_MS,
    stillRunningMs = STILL_RUNNING_MS,
    now = Date.now,
  }: ServerOptions,
): Promise<Server> {
  const sessions = new Sessions(now);
  const faults = new Faults();
  const journal = new Journal(now);
  const controlToken = randomBytes(24).toString("base64url");
  const context = { account, engine, sessions, faults, journal, stillRunningMs, token: controlToken };
  const route = async (call: Call): Promise<Answer> => {
    const { method, path } = call;
    if (path.startsWith("/control/")) return await control(call, path.slice("/control/".length), context);
    const ofQuery = /^\/queries\/([0-9a-f-]{36})\/result$/.exec(path);
    if (ofQuery && method === "GET") return await result(call, ofQuery[1], context);
    if (method !== "POST") return httpError(404);
    switch (path) {
      case "/session/v1/login-request":
        return await login(call, context);
      case "/session/token-request":
        return sessions.renew(call);
      case "/session/heartbeat":
      case "/session": {
        const session = sessions.find(call);
        if ("status" in session) return session;
        if (call.query.get("delete") === "true") await sessions.end(session);
        return success(null);
      }
      case "/queries/v1/query-request":
        return await query(call, context);
      case "/queries/v1/abort-request":
        return abort(call, context);
      case "/telemetry/send":
        return success("Log Received");
      default:
        return httpError(404);
    }
  };
  const http = await listen(port, route);
  const sweep = setInterval(() => {
    Promise.all([sessions.endIdleTransactions(idleTransactionMs), sessions.endExpired()]).catch(
      console.error,
    );
  }, SWEEP_MS);
  return {
    url: `http://127.0.0.1:${http.port}`,
    controlToken,
    sessions,
    async close() {
      clearInterval(sweep);
      await http.close();
      await engine.close();
    },
  };
}
