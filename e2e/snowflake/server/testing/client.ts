/**
 * What a driver sends, without what it hides.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Server } from "../server.ts";
import { CONTROL_TOKEN_HEADER } from "../../control.ts";

/** Keeps no connections: fetch sends a request again by itself when one that it kept is closed. */
const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

/** A reply of Snowflake, as far as tests look at it. */
export interface Envelope {
  code: string | null;
  message: string | null;
  success: boolean;
  data: Record<string, unknown> & { token?: string; masterToken?: string; rowset?: (string | null)[][] };
}

export interface RawReply {
  status: number;
  envelope: Envelope;
}

export async function post(
  url: string,
  path: string,
  body: unknown,
  { token, gzip = false }: { token?: string; gzip?: boolean } = {},
): Promise<RawReply> {
  const text = JSON.stringify(body);
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    client,
    body: gzip ? new Uint8Array(gzipSync(text)) : text,
    headers: {
      "content-type": "application/json",
      ...(gzip ? { "content-encoding": "gzip" } : {}),
      ...(token === undefined ? {} : { authorization: `Snowflake Token="${token}"` }),
    },
  });
  return { status: response.status, envelope: await response.json() };
}

/** Logs in by JWT. @param data over the usual ones; query: role and so on */
export function login(
  url: string,
  jwt: string,
  data: Record<string, unknown> = {},
  query = "",
): Promise<RawReply> {
  return post(url, `/session/v1/login-request?${query}`, {
    data: {
      ACCOUNT_NAME: "LOCAL",
      LOGIN_NAME: "ACTIVITY_SINK",
      AUTHENTICATOR: "SNOWFLAKE_JWT",
      TOKEN: jwt,
      ...data,
    },
  });
}

export interface QueryOptions {
  requestId?: string;
  bindings?: unknown;
  asyncExec?: boolean;
  gzip?: boolean;
}

export function query(
  url: string,
  token: string,
  sqlText: string,
  { requestId = randomUUID(), gzip, ...rest }: QueryOptions = {},
): Promise<RawReply> {
  return post(url, `/queries/v1/query-request?requestId=${requestId}`, { sqlText, ...rest }, { token, gzip });
}

export async function controlRequest(
  { url, controlToken }: Pick<Server, "url" | "controlToken">,
  method: string,
  route: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/control/${route}`, {
    method,
    headers: { [CONTROL_TOKEN_HEADER]: controlToken },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
