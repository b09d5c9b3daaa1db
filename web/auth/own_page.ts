/**
 * Writes come from this server's own pages, or from programs: another site's page may not make a browser send them.
 *
 * @module
 */
import { HttpProblem } from "../problem.ts";
import { hostOf } from "./local.ts";

const SAFE_METHODS = new Set(["GET", "HEAD"]);

/**
 * Lets reads through, and writes that no other site's page has sent, by form or fetch.
 *
 * @throws {HttpProblem} 403
 */
export function assertOwnPage(req: Request): void {
  if (SAFE_METHODS.has(req.method)) return;
  const origin = req.headers.get("origin");
  const site = req.headers.get("sec-fetch-site");
  const isOwn = (origin === null || isSameHost(origin, hostOf(req))) &&
    (site === null || site === "same-origin" || site === "none");
  if (isOwn) return;
  throw new HttpProblem(
    403,
    "Another site's page sent this request. Send it from this server's own pages or without a browser.",
  );
}

/** Compares hosts with ports; the scheme is left out, because a proxy may speak TLS for the server. */
function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) &&
    new URL(origin).host === new URL(`${new URL(origin).protocol}//${host}`).host;
}
