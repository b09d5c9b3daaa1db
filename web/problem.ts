/**
 * Errors as clients see them: RFC 9457 `application/problem+json`.
 *
 * @module
 */

/** One fault in a request body; `pointer` is an RFC 6901 JSON pointer. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** The body of a problem response. */
export interface Problem {
  /** Stable; programs may compare it. */
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: FieldError[];
  /** Names the line in the server's error output; only for status 500. */
  requestId?: string;
  /** What is there now; only for status 412. */
  current?: unknown;
}

/** The stable slug and the title of each status the server answers with. */
const KINDS: Record<number, [slug: string, title: string]> = {
  400: ["bad-request", "Bad request"],
  401: ["key-missing", "Key missing"],
  403: ["forbidden", "Not allowed"],
  404: ["not-found", "Not found"],
  405: ["method-not-allowed", "Method not allowed"],
  408: ["request-timeout", "Request timeout"],
  409: ["conflict", "Conflict"],
  410: ["gone", "Gone"],
  411: ["length-required", "Length required"],
  412: ["precondition-failed", "Changed by someone else"],
  413: ["too-large", "Too large"],
  415: ["unsupported-media-type", "Unsupported media type"],
  422: ["invalid", "Invalid values"],
  428: ["precondition-required", "Version missing"],
  429: ["too-many-requests", "Too many requests"],
  500: ["internal-error", "Internal error"],
  503: ["unavailable", "Not available right now"],
};

/**
 * An error that is the answer to a request. Throw it from a route; {@linkcode createApp} turns it into a response.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { HttpProblem } from "./problem.ts";
 *
 * const problem = new HttpProblem(404, "There is no session run-1. GET /api/sessions lists them.");
 * assert.equal(problem.body.type, "/problems/not-found");
 * ```
 */
export class HttpProblem extends Error {
  readonly body: Problem;
  readonly headers: Record<string, string>;

  /**
   * @param status HTTP status, 400 to 599
   * @param detail What is wrong and what to do, for a person
   * @param more Faults per field, and headers such as Retry-After
   */
  constructor(
    readonly status: number,
    detail: string,
    more: {
      errors?: FieldError[];
      headers?: Record<string, string>;
      requestId?: string;
      current?: unknown;
      /** Slug and title where the status has several. */
      kind?: [slug: string, title: string];
    } = {},
  ) {
    super(detail);
    this.name = "HttpProblem";
    const [slug, title] = more.kind ?? KINDS[status] ?? [`status-${status}`, "Request failed"];
    this.body = { type: `/problems/${slug}`, title, status, detail };
    if (more.errors) this.body.errors = more.errors;
    if (more.requestId) this.body.requestId = more.requestId;
    if (more.current !== undefined) this.body.current = more.current;
    this.headers = more.headers ?? {};
  }

  /** The JSON response. */
  toResponse(): Response {
    return new Response(JSON.stringify(this.body), {
      status: this.status,
      headers: {
        ...this.headers,
        "content-type": "application/problem+json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      },
    });
  }
}
