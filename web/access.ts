/**
 * Who may call what, until there is sign-in: phones may post from anywhere, everything else is for the person at this machine.
 *
 * @module
 */
import { HttpProblem } from "./problem.ts";

/** Any peer may call these: readings carry a key of their own, and probes come from other machines. */
const OPEN = /^\/(sensor-data$|ingest\/|healthz$|readyz$)/;
const LOOPBACK_NAME = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i;
const LOOPBACK_ADDRESS = /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$/i;
/** A proxy's peer address is loopback although the person is not here. */
const PROXY_HEADERS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
const SAFE_METHODS = new Set(["GET", "HEAD"]);

/**
 * Tells whether a route answers any peer.
 *
 * @param pathname Path or route pattern, for example `/ingest/:token`
 */
export function isOpen(pathname: string): boolean {
  return OPEN.test(pathname);
}

/**
 * Lets a request through that comes from a browser or program on this machine and was meant for this server.
 *
 * The Host check defeats DNS rebinding (a foreign page whose name resolves to 127.0.0.1), the Origin and Sec-Fetch-Site
 * checks defeat foreign pages that write by form or fetch.
 *
 * @param req The request
 * @param remote Address of the peer as the socket tells
 * @throws {HttpProblem} 403 that says how to get in
 */
export function assertLocal(req: Request, remote: string): void {
  const { headers } = req;
  const host = headers.get("host") ?? new URL(req.url).host;
  if (!LOOPBACK_ADDRESS.test(remote)) {
    throw new HttpProblem(
      403,
      "This page can only be opened on the machine that runs the server, for example at http://localhost:8000/. " +
        "Phones send readings to /sensor-data or /ingest/…, which are open.",
    );
  }
  if (!LOOPBACK_NAME.test(host)) {
    throw new HttpProblem(
      403,
      `The server was called ${quote(host)}. Use localhost, for example http://localhost:8000/.`,
    );
  }
  const proxyHeader = PROXY_HEADERS.find((name) => headers.has(name));
  if (proxyHeader) {
    throw new HttpProblem(
      403,
      `The request came through a proxy (header ${proxyHeader}), so it may not come from this machine. Open ` +
        "http://localhost:8000/ on it directly.",
    );
  }
  if (SAFE_METHODS.has(req.method)) return;
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  if (
    (origin !== null && !isSameHost(origin, host)) ||
    (site !== null && site !== "same-origin" && site !== "none")
  ) {
    throw new HttpProblem(
      403,
      "Another site's page sent this request. Send it from this server's own pages or without a browser.",
    );
  }
}

/** Compares hosts with ports; the scheme is left out because the server itself speaks only one. */
function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) &&
    new URL(origin).host === new URL(`${new URL(origin).protocol}//${host}`).host;
}

/** A client's text, short enough for an error message. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
