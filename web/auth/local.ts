/**
 * Whether a request comes from the machine that the server runs on, and was meant for it.
 *
 * @module
 */
import { HttpProblem } from "../problem.ts";

const LOOPBACK_NAME = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i;
const LOOPBACK_ADDRESS = /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$/i;
/** A proxy's peer address is loopback although the person is not here. */
const PROXY_HEADERS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/**
 * Tells why a request is not one of this machine's own.
 *
 * The Host check defeats DNS rebinding: a foreign page whose name resolves to 127.0.0.1.
 *
 * @param remote Address of the peer as the socket tells
 * @returns 403 that says how to get in; null for this machine's own
 */
export function refusalOfForeign(req: Request, remote: string): HttpProblem | null {
  const { headers } = req;
  if (!LOOPBACK_ADDRESS.test(remote)) {
    return new HttpProblem(
      403,
      "There is no admin yet, so only the machine that runs the server is let in, for example at http://localhost:8000/. " +
        "To sign in from elsewhere, open the link that the server printed when it started (…/setup?code=…) and make the " +
        "first admin. Phones send readings to /sensor-data or /ingest/…, which are open.",
    );
  }
  const host = hostOf(req);
  if (!LOOPBACK_NAME.test(host)) {
    return new HttpProblem(
      403,
      `The server was called ${quote(host)}. Use localhost, for example http://localhost:8000/.`,
    );
  }
  const proxyHeader = PROXY_HEADERS.find((name) => headers.has(name));
  if (proxyHeader) {
    return new HttpProblem(
      403,
      `The request came through a proxy (header ${proxyHeader}), so it may not come from this machine. Open ` +
        "http://localhost:8000/ on it directly, or the link that the server printed when it started (…/setup?code=…).",
    );
  }
  return null;
}

/** What the client called the server, with the port. */
export function hostOf(req: Request): string {
  return req.headers.get("host") ?? new URL(req.url).host;
}

/** A client's text, short enough for an error message. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
