/**
 * As much of a Snowflake server as the driver needs to log in and to get an answer, or none. It understands no SQL.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What an answer can be: a status and text, or a thing that happens to the connection. */
export type Answer = { status?: number; body: unknown } | "hang" | "drop";

export interface Call {
  path: string;
  query: URLSearchParams;
  // deno-lint-ignore no-explicit-any
  body: any;
}

/** Decides on each statement. */
export type Answerer = (call: Call) => Answer;

const LOGIN = {
  success: true,
  data: {
    token: "session-token",
    masterToken: "master-token",
    validityInSeconds: 3600,
    masterValidityInSeconds: 14_400,
    sessionId: 1,
    parameters: [],
  },
};

/** A result as the driver reads it. @param statementTypeId Snowflake's: 0x1000 SELECT, 0x3100 INSERT, 0x3200 UPDATE */
export function result(
  columns: { name: string; type: string; scale?: number }[],
  rowset: (string | null)[][],
  statementTypeId = 0x1000,
): Answer {
  return {
    body: {
      success: true,
      code: null,
      message: null,
      data: {
        rowtype: columns.map((column) => ({
          nullable: true,
          scale: 0,
          precision: 38,
          length: null,
          ...column,
        })),
        rowset,
        total: rowset.length,
        returned: rowset.length,
        queryId: "01b2-query",
        queryResultFormat: "json",
        statementTypeId,
        parameters: [],
      },
    },
  };
}

export function refusal(code: string, message: string, sqlState?: string): Answer {
  return { body: { success: false, code, message, data: { queryId: "01b2-query", sqlState } } };
}

export interface Stub extends AsyncDisposable {
  url: string;
  /** What was asked for, oldest first. */
  calls: Call[];
}

/** Starts on a port that is free. @param answerLogin null: accepts it */
export async function startStub(answer: Answerer, answerLogin: Answerer | null = null): Promise<Stub> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const call = await read(request);
    calls.push(call);
    switch (call.path) {
      case "/session/v1/login-request":
        return send(response, answerLogin ? answerLogin(call) : { body: LOGIN });
      case "/queries/v1/query-request":
        return send(response, answer(call));
      default:
        return send(response, { body: { success: true, data: {} } });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function read(request: IncomingMessage): Promise<Call> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = await new Blob(chunks as BlobPart[]).text();
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://stub");
  return { path: pathname, query: searchParams, body: text === "" ? null : JSON.parse(text) };
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer === "hang") return;
  if (answer === "drop") return void response.socket?.destroy();
  response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
  response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
}
