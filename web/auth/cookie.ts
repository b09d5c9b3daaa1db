/**
 * The cookie that a signed-in browser has.
 *
 * @module
 */
import { SESSION_MS } from "../../control/user_state.ts";

const NAME = "session";
/** Browsers take a cookie of this prefix over TLS alone, and of this host alone: a neighbouring host cannot plant one. */
const SECURE_NAME = `__Host-${NAME}`;
/** 32 bytes as base64url. */
const SECRET = /^[\w-]{43}$/;

/** @returns the session's secret; null when the request has none */
export function sessionSecret(req: Request): string | null {
  const prefix = `${nameFor(req)}=`;
  const found = req.headers.get("cookie")?.split(/; */).find((cookie) => cookie.startsWith(prefix));
  const secret = found?.slice(prefix.length);
  return secret !== undefined && SECRET.test(secret) ? secret : null;
}

/** @returns the Set-Cookie header that signs the browser in; without a secret, out */
export function sessionCookie(req: Request, secret: string | null): string {
  const secure = isHttps(req) ? "; Secure" : "";
  const age = secret === null ? 0 : SESSION_MS / 1000;
  return `${nameFor(req)}=${secret ?? ""}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${secure}`;
}

const nameFor = (req: Request) => isHttps(req) ? SECURE_NAME : NAME;

/** Also behind a proxy that speaks TLS: whoever lies about it only loses the own cookie. */
function isHttps(req: Request): boolean {
  const forwarded = req.headers.get("x-forwarded-proto");
  if (forwarded !== null) return forwarded.split(",")[0].trim().toLowerCase() === "https";
  return req.url.startsWith("https:");
}
