/**
 * Changes that a page asks the server for.
 *
 * @module
 */

import type { Problem } from "../web/problem.ts";

/** The server's refusal. */
export class SendError extends Error {
  /** @param problem what the server said; of another shape when something else answered in its place */
  constructor(message: string, readonly status: number, readonly problem: Partial<Problem>) {
    super(message);
    this.name = "SendError";
  }
}

/**
 * Sends JSON and returns the answer.
 *
 * @param more headers beside the usual ones, and what takes the question back
 * @throws {SendError} With a message for the person: the server's own detail
 * @throws {Error} With such a message when it does not answer; what `signal` was aborted with
 */
export async function send<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  more: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<T> {
  const { signal } = more;
  const headers: Record<string, string> = { accept: "application/json", ...more.headers };
  if (body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error("The server does not answer. Is it still running? Try again.", { cause });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const message = answer.detail ?? `The server answered with status ${response.status}. Try again.`;
    throw new SendError(message, response.status, answer);
  }
  return answer;
}
