/**
 * `/control/…`: what tests do behind the clients' backs. Each request has the token that the server printed when it started.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import {
  CONTROL_TOKEN_HEADER,
  FAULT_KINDS,
  type FaultKind,
  type FaultRule,
  type RandomFaults,
} from "../control.ts";
import type { Faults } from "./faults.ts";
import type { Call } from "./http.ts";
import type { Journal } from "./journal.ts";
import { membersOf, textOf } from "./json.ts";
import type { Reply } from "./replies.ts";
import { type SqlBind, type SqlEngine, SqlError, type SqlResult } from "./sql/types.ts";

const ADMIN = { user: "ADMIN", role: "ACCOUNTADMIN" };

export interface ControlContext {
  token: string;
  engine: SqlEngine;
  faults: Faults;
  journal: Journal;
}

class ControlError extends Error {}

/** @param route what follows `/control/` */
export async function control(call: Call, route: string, context: ControlContext): Promise<Reply> {
  if (!isEqual(call.header(CONTROL_TOKEN_HEADER) ?? "", context.token)) return { status: 403, body: null };
  const { faults, journal } = context;
  try {
    switch (`${call.method} ${route}`) {
      case "POST faults":
        addFault(membersOf(call.body), faults);
        return ok(null);
      case "DELETE faults":
        faults.clear();
        return ok(null);
      case "GET faults":
        return ok(faults.struck);
      case "GET statements":
        return ok(journal.since(Number(call.query.get("since") ?? 0)));
      case "GET counters":
        return ok(journal.counters);
      case "GET logins":
        return ok(journal.failedLogins);
      case "POST query":
        return ok(await runAll(membersOf(call.body), context.engine));
      default:
        return { status: 404, body: null };
    }
  } catch (error) {
    if (error instanceof SqlError) {
      const { code, sqlState, message } = error;
      return { status: 422, body: { code, sqlState, message } };
    }
    if (error instanceof ControlError) return { status: 400, body: { message: error.message } };
    throw error;
  }
}

const ok = (body: unknown): Reply => ({ status: 200, body });

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function addFault(body: Record<string, unknown>, faults: Faults): void {
  if (body.seed === undefined) return faults.add(toRule(body));
  faults.randomize(toRandom(body));
}

function toRule({ kind, match, times, delayMs }: Record<string, unknown>): FaultRule {
  return {
    kind: toKind(kind),
    match: match === undefined ? undefined : toPattern(match),
    times: times === undefined ? undefined : toNumber("times", times, 1),
    delayMs: delayMs === undefined ? undefined : toNumber("delayMs", delayMs, 0),
  };
}

function toRandom({ seed, rate, kinds, delayMs }: Record<string, unknown>): RandomFaults {
  if (!Array.isArray(kinds) || kinds.length === 0) {
    throw new ControlError('kinds: expected kinds, such as ["drop"]');
  }
  return {
    seed: toNumber("seed", seed, 0),
    rate: toNumber("rate", rate, 0),
    kinds: kinds.map(toKind),
    delayMs: delayMs === undefined ? undefined : toNumber("delayMs", delayMs, 0),
  };
}

function toKind(kind: unknown): FaultKind {
  const known = FAULT_KINDS.find((name) => name === kind);
  if (!known) {
    throw new ControlError(`${kind} is no kind of fault: expected one of ${FAULT_KINDS.join(", ")}`);
  }
  return known;
}

function toPattern(match: unknown): string {
  try {
    return new RegExp(String(match)).source;
  } catch {
    throw new ControlError(`match: ${match} is no regular expression; expected for example ^COMMIT`);
  }
}

function toNumber(name: string, value: unknown, least: number): number {
  if (typeof value === "number" && value >= least) return value;
  throw new ControlError(`${name}: expected a number from ${least} on, but got ${value}`);
}

/** All in one session, so that `USE` holds for the next. @returns the last one's result */
async function runAll(body: Record<string, unknown>, engine: SqlEngine): Promise<SqlResult | null> {
  const { statements, binds } = body;
  if (!Array.isArray(statements)) {
    throw new ControlError('statements: expected SQL texts, such as ["SELECT 1"]');
  }
  const session = engine.open({ ...ADMIN, warehouse: textOf(body.warehouse) });
  try {
    let last: SqlResult | null = null;
    for (const statement of statements) {
      last = await session.execute(String(statement), Array.isArray(binds) ? binds.map(toBind) : []);
    }
    return last;
  } finally {
    await session.close();
  }
}

function toBind(value: unknown): SqlBind {
  const type = { number: "REAL", boolean: "BOOLEAN" }[typeof value as string] ?? "TEXT";
  const isWhole = typeof value === "number" && Number.isInteger(value);
  return { type: isWhole ? "FIXED" : type, value: value === null ? null : String(value) };
}
