/**
 * Who asks: a browser that is signed in, a program with a token, or, until there is an admin, whoever sits at the machine.
 *
 * @module
 */
import type { Access, Principal } from "../define.ts";
import { HttpProblem } from "../problem.ts";
import type { ApiToken, Services } from "../services.ts";
import { sessionSecret } from "./cookie.ts";
import { refusalOfForeign } from "./local.ts";

type Identities = Pick<Services, "users" | "tokens">;

const LOCAL: Principal = { name: "local", role: "admin", via: "local", userId: null, sessionId: null };
const BEARER = /^bearer +(\S+) *$/i;
const DEVICE_KEY = /^at_/;

/** Nobody has said who asks. */
export class SignInNeeded extends HttpProblem {
  constructor(detail: string, error?: string) {
    const challenge = 'Bearer realm="api"' + (error ? `, error="${error}"` : "");
    super(401, detail, {
      kind: ["sign-in-needed", "Sign in first"],
      headers: { "www-authenticate": challenge },
    });
  }
}

/**
 * Finds out who asks.
 *
 * @param remote Address of the peer as the socket tells
 * @returns the problem to answer with when it is nobody who is known
 */
export function identify(
  req: Request,
  remote: string,
  { users, tokens }: Identities,
): Principal | HttpProblem {
  const bearer = BEARER.exec(req.headers.get("authorization") ?? "")?.[1];
  const key = bearer ?? req.headers.get("x-api-key");
  if (key !== null && DEVICE_KEY.test(key)) {
    return new HttpProblem(
      403,
      "This is a device's key. It only posts readings, to /sensor-data or /ingest/KEY. Programs that call the API need a " +
        "token (att_…), which the account page makes.",
    );
  }
  if (bearer !== undefined) return ofToken(bearer, { users, tokens });
  const secret = sessionSecret(req);
  const session = secret === null ? null : users.bySession(secret);
  if (session !== null) {
    const { name, role, userId, sessionId } = session;
    return { name, role, via: "session", userId, sessionId };
  }
  if (!users.hasAdmin()) return refusalOfForeign(req, remote) ?? LOCAL;
  if (secret !== null) return new SignInNeeded("You are no longer signed in. Sign in again at /sign-in.");
  return new SignInNeeded("Sign in at /sign-in; programs send a token: Authorization: Bearer att_….");
}

function ofToken(bearer: string, { users, tokens }: Identities): Principal | HttpProblem {
  const found = tokens.find(bearer);
  if (found.state === "unknown") return refusedToken("The token is not known. The account page makes them.");
  if (found.state !== "valid") {
    return refusedToken(`The token is ${found.state}. The account page makes new ones.`);
  }
  const { token } = found;
  const ownerRole = token.ownerUid === null ? "admin" : users.roleOf(token.ownerUid);
  if (ownerRole === null) return refusedToken("The token's owner may not sign in any more.");
  const role = token.scopes.includes("admin") ? ownerRole : "viewer";
  return { name: tokenName(token), role, via: "token", userId: null, sessionId: null };
}

/** No user's name ends like this. */
const tokenName = ({ name }: ApiToken) => `${name} (token)`;

const refusedToken = (detail: string) => new SignInNeeded(detail, "invalid_token");

/**
 * Lets those through who may call a route.
 *
 * @param access what the route's method needs
 * @param found what {@linkcode identify} found
 * @returns who asks; null on open routes for those who are nobody who is known
 * @throws {HttpProblem} 401 or 403
 */
export function admit(
  access: Exclude<Access, "key">,
  found: Principal | HttpProblem,
  req: Request,
  remote: string,
): Principal | null {
  if (found instanceof HttpProblem) {
    if (access === "open") return null;
    if (access === "machine" && refusalOfForeign(req, remote) === null) return { ...LOCAL, role: "viewer" };
    throw found;
  }
  if (access !== "admin" || found.role === "admin") return found;
  const how = found.via === "token"
    ? "This token may only read"
    : `You are signed in as ${found.name}, who may look`;
  throw new HttpProblem(403, `Only admins may do this. ${how}.`, { kind: ["admins-only", "For admins"] });
}
