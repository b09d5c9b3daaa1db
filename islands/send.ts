/**
 * Changes that a page asks the server for.
 *
 * @module
 */

/**
 * Sends JSON and returns the answer.
 *
 * @throws {Error} With a message for the person: the server's own detail, or that it does not answer
 */
export async function send<T>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (cause) {
    throw new Error("The server does not answer. Is it still running? Try again.", { cause });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error(answer.detail ?? `The server answered with status ${response.status}. Try again.`);
  }
  return answer;
}
