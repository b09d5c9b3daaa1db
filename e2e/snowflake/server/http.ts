/**
 * HTTP with what a fault needs: `node:http`, since it lets a socket be closed without an answer.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { type Answer, CLOSED, httpError } from "./replies.ts";

/** Snowflake's limit for a request, bytes, after inflating. */
export const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** A request, read whole. */
export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Lower-case names. */
  header(name: string): string | null;
  /** The body's JSON; null without a body. */
  body: unknown;
  /** Length of the body as it came, bytes. */
  bodyBytes: number;
  /** Aborted when the client has closed the connection before the answer. */
  left: AbortSignal;
}

export interface HttpServer {
  readonly port: number;
  /** Closes every connection, with or without an answer. */
  close(): Promise<void>;
}

class RequestError extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

/**
 * @param port 0: any that is free
 * @param handle answers one request; what it throws is printed and answered with HTTP status 500
 */
export async function listen(port: number, handle: (call: Call) => Promise<Answer>): Promise<HttpServer> {
  const server = createServer((request, response) => void answer(request, response, handle));
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen(port, "127.0.0.1", listening.resolve);
  await listening.promise;
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handle: (call: Call) => Promise<Answer>,
): Promise<void> {
  const left = new AbortController();
  response.once("close", () => {
    if (!response.writableEnded) left.abort();
  });
  let given: Answer;
  try {
    given = await handle(await read(request, left.signal));
  } catch (error) {
    if (error instanceof RequestError) {
      given = httpError(error.status);
    } else {
      console.error(error);
      given = httpError(500);
    }
  }
  if (left.signal.aborted) return;
  if (given === CLOSED) return void request.socket.destroy();
  const body = Buffer.from(JSON.stringify(given.body));
  response.writeHead(given.status, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}

async function read(request: IncomingMessage, left: AbortSignal): Promise<Call> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const raw = await readBody(request);
  return {
    method: request.method ?? "GET",
    path: pathname,
    query: searchParams,
    header: (name) => {
      const value = request.headers[name];
      return typeof value === "string" ? value : null;
    },
    body: parse(request.headers["content-encoding"] === "gzip" ? inflate(raw) : raw),
    bodyBytes: raw.length,
    left,
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    // The rest is read and thrown away: clients read no answer before they have sent everything.
    if (bytes <= MAX_REQUEST_BYTES) parts.push(part);
  }
  if (bytes > MAX_REQUEST_BYTES) throw new RequestError(413);
  return Buffer.concat(parts);
}

function inflate(body: Buffer): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: MAX_REQUEST_BYTES });
  } catch (error) {
    throw new RequestError((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? 413 : 400);
  }
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return null;
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new RequestError(400);
  }
}
