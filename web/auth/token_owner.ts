/**
 * Whose tokens someone may see, make and revoke.
 *
 * @module
 */
import type { Principal } from "../define.ts";
import { HttpProblem } from "../problem.ts";
import type { ApiToken, Services, TokenRequest } from "../services.ts";

type Identities = Pick<Services, "users" | "tokens">;

/** Admins see all, others their own. */
export function visibleTokens(identities: Identities, who: Principal): ApiToken[] {
  if (who.role === "admin") return identities.tokens.list();
  return who.userId === null ? [] : ownTokens(identities, who.userId);
}

/** Those that a user has made. */
export function ownTokens({ users, tokens }: Identities, userId: string): ApiToken[] {
  const uid = users.uidOf(userId);
  return uid === null ? [] : tokens.list().filter(({ ownerUid }) => ownerUid === uid);
}

/**
 * Makes a token of one's own.
 *
 * @throws HttpProblem 403 for tokens, which would outlive being revoked, and for rights that one does not have
 */
export function createOwnToken(
  { users, tokens }: Identities,
  who: Principal,
  request: Pick<TokenRequest, "name" | "scopes" | "expiresAtMs">,
): Promise<{ token: ApiToken; secret: string }> {
  if (who.via === "token") {
    throw new HttpProblem(403, "A token cannot make another. Sign in and use the account page.");
  }
  if (request.scopes.includes("admin") && who.role !== "admin") {
    throw new HttpProblem(403, "Only admins may make tokens that may change things.");
  }
  return tokens.create({ ...request, ownerUid: ownerUid(users, who), ownerName: who.name }, who.name);
}

/** @throws HttpProblem 404 when there is none, or none that one may see; 403 for tokens */
export async function revokeToken(identities: Identities, who: Principal, tokenId: string): Promise<void> {
  if (who.via === "token" && who.role !== "admin") {
    throw new HttpProblem(403, "A token that may read cannot revoke. Sign in and use the account page.");
  }
  const isVisible = visibleTokens(identities, who).some((token) => token.tokenId === tokenId);
  if (isVisible && await identities.tokens.revoke(tokenId, who.name)) return;
  throw new HttpProblem(404, "There is no such token of yours. GET /api/tokens lists them.");
}

/** null on this machine before there is an admin, and for tokens. */
function ownerUid(users: Identities["users"], { userId }: Principal): string | null {
  return userId === null ? null : users.uidOf(userId);
}
