/**
 * What clients send, checked against a schema.
 *
 * @module
 */
import type { z } from "zod";
import { type FieldError, HttpProblem } from "./problem.ts";

/** Admin requests hold a few names and numbers. */
const MAX_BODY_BYTES = 64 * 1024;

/** What is taken of a body, and how a wrong one is answered. */
interface BodyOptions {
  maxBytes?: number;
  /** Status when it is JSON of another shape. */
  status?: 400 | 422;
}

/** Requests that name a thousand sessions, and whose values may be out of order. */
export const TUNING_BODY: BodyOptions = { maxBytes: 512 * 1024, status: 422 };

/**
 * Checks the query parameters. An empty one counts as not given, as forms send it; an unknown one is an error, so that a typo
 * does not silently give the wrong answer.
 *
 * @throws HttpProblem 400 that lists every wrong parameter
 */
export function parseQuery<T>(schema: z.ZodType<T>, url: URL): T {
  const given = [...url.searchParams].filter(([, value]) => value !== "");
  return parse(schema, Object.fromEntries(given), "query", 400);
}

/**
 * Reads a JSON body and checks it.
 *
 * @throws HttpProblem 400 (or the status given for another shape), 411 or 413
 */
export async function parseBody<T>(
  schema: z.ZodType<T>,
  req: Request,
  { maxBytes = MAX_BODY_BYTES, status = 400 }: BodyOptions = {},
): Promise<T> {
  const length = req.headers.get("content-length");
  if (length === null) {
    throw new HttpProblem(411, "The request has no Content-Length: expected a JSON body sent whole.");
  }
  if (!(Number(length) <= maxBytes)) {
    throw new HttpProblem(413, `The body has ${length} bytes: expected at most ${maxBytes}.`);
  }
  let body: unknown;
  try {
    body = await req.json();
  } catch (error) {
    throw new HttpProblem(400, `The body is not JSON (${(error as Error).message}).`);
  }
  return parse(schema, body, "body", status);
}

function parse<T>(schema: z.ZodType<T>, value: unknown, what: "query" | "body", status: 400 | 422): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue): FieldError => ({
    pointer: issue.path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(
      "",
    ),
    detail: issue.message,
  }));
  const list = errors.map(({ pointer, detail }) =>
    pointer === "" ? detail : `${pointer.slice(1)}: ${detail}`
  );
  throw new HttpProblem(status, `The ${what} is wrong. ${list.join("; ")}.`, { errors });
}

/** Waits for a page; a cursor that is not one of ours is the client's mistake. @throws HttpProblem 400 */
export async function orBadCursor<T>(page: Promise<T>): Promise<T> {
  try {
    return await page;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new HttpProblem(400, error.message, { errors: [{ pointer: "/cursor", detail: error.message }] });
  }
}
