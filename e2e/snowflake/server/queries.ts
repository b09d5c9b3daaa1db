/**
 * `/queries/…`: statements, their results, cancelling.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Fault, Faults } from "./faults.ts";
import type { Call } from "./http.ts";
import type { Journal } from "./journal.ts";
import { membersOf, textOf } from "./json.ts";
import { type Answer, CLOSED, Code, refusal, type Reply, success } from "./replies.ts";
import { delay, Run, type RunOptions, type Statement } from "./run.ts";
import { keepRun, type Session, type Sessions } from "./sessions.ts";
import { type SqlBind, SqlError } from "./sql/types.ts";
import { strike } from "./strike.ts";

/** Snowflake answers after that long that a statement goes on, and the driver asks for its result, ms. */
export const STILL_RUNNING_MS = 45_000;

export interface QueryContext {
  sessions: Sessions;
  faults: Faults;
  journal: Journal;
  stillRunningMs: number;
}

/** `POST /queries/v1/query-request` */
export async function query(call: Call, context: QueryContext): Promise<Answer> {
  const session = context.sessions.find(call);
  if ("status" in session) return session;
  const body = membersOf(call.body);
  const statement: Statement = {
    text: textOf(body.sqlText) ?? "",
    binds: bindsOf(body.bindings),
    describeOnly: body.describeOnly === true,
    requestBytes: call.bodyBytes,
  };
  const fault = context.faults.take(statement.text);
  if (fault) {
    const struck = await strikeStatement(fault, call, session, statement, context);
    if (struck) return struck;
  }
  const run = runOf(call, session, statement, fault, context);
  if (fault?.kind === "lostReply") {
    await run.answer;
    return CLOSED;
  }
  if (body.asyncExec === true) return inProgress(Code.inProgressAsync, run);
  return await answerOf(run, context);
}

/** `GET /queries/{id}/result` */
export async function result(call: Call, queryId: string, context: QueryContext): Promise<Answer> {
  const session = context.sessions.find(call);
  if ("status" in session) return session;
  const run = [...session.runs.values()].find((run) => run.queryId === queryId);
  if (!run) return refusal("000709", `Statement ${queryId} not found`, { sqlState: "02000", queryId });
  return await answerOf(run, context);
}

/** `POST /queries/v1/abort-request` */
export function abort(call: Call, { sessions }: QueryContext): Answer {
  const session = sessions.find(call);
  if ("status" in session) return session;
  const run = session.runs.get(textOf(membersOf(call.body).requestId) ?? "");
  if (!run || run.done) {
    return refusal(Code.notExecuting, "Identified SQL statement is not currently executing.");
  }
  run.abort();
  return success(null);
}

/** A request that was sent again has the answer of the first: Snowflake executes each request id once in a session. */
function runOf(
  call: Call,
  session: Session,
  statement: Statement,
  fault: Fault | null,
  context: QueryContext,
): Run {
  const requestId = call.query.get("requestId") ?? randomUUID();
  const known = session.runs.get(requestId);
  if (known) return known;
  const run = new Run(session, statement, context.journal, runOptions(fault));
  keepRun(session, requestId, run);
  return run;
}

function runOptions(fault: Fault | null): RunOptions {
  switch (fault?.kind) {
    case "slow":
      return { delayMs: fault.delayMs };
    case "warehouseSuspended":
      return {
        refuseWith: new SqlError(
          "000606",
          "57P03",
          "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.",
        ),
      };
    case "accessRevoked":
      return {
        refuseWith: new SqlError(
          "003001",
          "42501",
          "SQL access control error:\nInsufficient privileges to operate on table",
        ),
      };
    default:
      return {};
  }
}

/** Faults that keep the statement from being executed as usual. @returns what is answered instead; null when it goes on */
async function strikeStatement(
  fault: Fault,
  call: Call,
  session: Session,
  statement: Statement,
  context: QueryContext,
): Promise<Answer | null> {
  const { sessions, journal } = context;
  const startMs = journal.now();
  const answer = await (async () => {
    switch (fault.kind) {
      case "sessionExpired":
        return sessions.expire(session);
      case "sessionGone":
        return await sessions.end(session);
      case "zombieCommit":
        sessions.abandon(session);
        void commitLater(session, statement, fault.delayMs, context);
        return CLOSED;
      case "slow":
        return null;
      default:
        return await strike(fault, call);
    }
  })();
  if (answer) {
    journal.add({
      text: statement.text,
      user: session.user,
      queryId: null,
      requestBytes: statement.requestBytes,
      status: `fault: ${fault.kind}`,
      kind: "fault",
      rows: 0,
      startMs,
    });
  }
  return answer;
}

/** Nobody waits for it: its client is cut off, and may be back in a new session. */
async function commitLater(
  session: Session,
  statement: Statement,
  delayMs: number,
  { journal }: QueryContext,
) {
  await new Run(session, statement, journal, { delayMs }).answer;
  await session.sql.close();
}

async function answerOf(run: Run, { stillRunningMs }: QueryContext): Promise<Reply> {
  const stop = new AbortController();
  try {
    const later = delay(stillRunningMs, stop.signal).then(() => inProgress(Code.inProgress, run));
    return await Promise.race([run.answer, later]);
  } finally {
    stop.abort();
  }
}

function inProgress(code: string, { queryId }: Run): Reply {
  return {
    status: 200,
    body: {
      data: {
        getResultUrl: `/queries/${queryId}/result`,
        queryId,
        queryAbortsAfterSecs: 300,
        progressDesc: null,
      },
      code,
      message: "Query execution in progress.",
      success: true,
    },
  };
}

/** `{"1": {type, value}, "2": …}` in order. */
function bindsOf(bindings: unknown): SqlBind[] {
  return Object.entries(membersOf(bindings))
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, bind]) => {
      const { type, value } = membersOf(bind);
      return {
        type: String(type).toUpperCase(),
        value: Array.isArray(value) ? value.map(wireText) : wireText(value),
      };
    });
}

function wireText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
