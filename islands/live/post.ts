/**
 * Writing to the server from the page.
 *
 * @module
 */

/**
 * Posts JSON and returns the answer.
 *
 * @throws {Error} With a message for the person: the server's own detail, or that it does not answer
 */
export async function postJson<T>(path: string, body: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", "accept": "application/json" },
      body: JSON.stringify(body),
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
