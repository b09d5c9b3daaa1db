/**
 * Forms that work without JavaScript.
 *
 * @module
 */
import { HttpProblem } from "./problem.ts";

/** A few names and passwords. */
const MAX_FORM_BYTES = 16 * 1024;

/**
 * Reads the fields of a form.
 *
 * @throws HttpProblem 411, 413 or 415
 */
export async function readForm(req: Request): Promise<URLSearchParams> {
  const type = req.headers.get("content-type")?.split(";")[0].trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    throw new HttpProblem(415, "Expected a form: application/x-www-form-urlencoded.");
  }
  const length = req.headers.get("content-length");
  if (length === null) throw new HttpProblem(411, "The form has no Content-Length: expected it sent whole.");
  if (!(Number(length) <= MAX_FORM_BYTES)) {
    throw new HttpProblem(413, `The form has ${length} bytes: expected at most ${MAX_FORM_BYTES}.`);
  }
  return new URLSearchParams(await req.text());
}

/** A field that can be given once. @returns "" when it is not there */
export const field = (form: URLSearchParams, name: string): string => form.get(name) ?? "";

/** Sends the browser on with GET. @param headers for example a cookie */
export function seeOther(path: string, headers: Record<string, string> = {}): Response {
  return new Response(null, {
    status: 303,
    headers: { ...headers, location: path, "cache-control": "no-store" },
  });
}
