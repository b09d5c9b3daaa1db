/**
 * The token that a private key's owner logs in with.
 * Source: Snowflake, "Key-pair authentication and key-pair rotation" and its troubleshooting guide, which has the reasons.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { membersOf, textOf } from "./json.ts";
import type { SqlUser } from "./sql/types.ts";

/** Snowflake takes no token for longer after it was issued, ms. */
const MAX_AGE_MS = 3_600_000;
/** How far clocks may be apart, ms. */
const CLOCK_SKEW_MS = 60_000;
/** Times above it are milliseconds, as the Node driver sends them: it is in the year 5138 in seconds. */
const MILLISECONDS_FROM = 1e11;

/** Why a token is of no use, as `SYSTEM$GET_LOGIN_FAILURE_DETAILS` names it. */
export type JwtFailure =
  | "JWT_TOKEN_INVALID"
  | "JWT_TOKEN_INVALID_ALGORITHM"
  | "JWT_TOKEN_INVALID_ISSUER"
  | "JWT_TOKEN_INVALID_USER_IN_ISSUER"
  | "JWT_TOKEN_INVALID_SUBJECT_IN_ISSUER"
  | "JWT_TOKEN_INVALID_PUBLIC_KEY_FINGERPRINT_MISMATCH"
  | "JWT_TOKEN_INVALID_SIGNATURE"
  | "JWT_TOKEN_INVALID_ISSUE_TIME"
  | "JWT_TOKEN_EXPIRED";

export interface JwtRules {
  /** Upper case. */
  account: string;
  /** By upper-case name; null where there is none. */
  findUser(name: string): SqlUser | null;
  /** Now, ms since the epoch. */
  nowMs: number;
}

/** @returns the user whom the token lets in, or why it does not */
export function checkJwt(token: string, rules: JwtRules): SqlUser | JwtFailure {
  const [head, claims, signature, ...more] = token.split(".");
  if (signature === undefined || more.length > 0) return "JWT_TOKEN_INVALID";
  if (decode(head).alg !== "RS256") return "JWT_TOKEN_INVALID_ALGORITHM";
  const { iss, sub, iat, exp } = decode(claims);
  const issuer = /^([A-Z0-9_-]+)\.(.+)\.(SHA256:[A-Za-z0-9+/=]+)$/.exec(textOf(iss) ?? "");
  if (!issuer || issuer[1] !== rules.account) return "JWT_TOKEN_INVALID_ISSUER";
  const [, account, name, fingerprint] = issuer;
  if (sub !== `${account}.${name}`) return "JWT_TOKEN_INVALID_SUBJECT_IN_ISSUER";
  const user = rules.findUser(name);
  if (!user) return "JWT_TOKEN_INVALID_USER_IN_ISSUER";
  const key = keysOf(user).find((key) => fingerprintOf(key) === fingerprint);
  if (!key) return "JWT_TOKEN_INVALID_PUBLIC_KEY_FINGERPRINT_MISMATCH";
  const signed = Buffer.from(`${head}.${claims}`);
  if (!verify("RSA-SHA256", signed, key, Buffer.from(signature, "base64url"))) {
    return "JWT_TOKEN_INVALID_SIGNATURE";
  }
  const [issuedMs, expiresMs] = [toMs(iat), toMs(exp)];
  if (issuedMs === null || expiresMs === null || issuedMs > rules.nowMs + CLOCK_SKEW_MS) {
    return "JWT_TOKEN_INVALID_ISSUE_TIME";
  }
  if (Math.min(expiresMs, issuedMs + MAX_AGE_MS) + CLOCK_SKEW_MS < rules.nowMs) return "JWT_TOKEN_EXPIRED";
  return user;
}

/** As `RSA_PUBLIC_KEY_FP` shows it. */
export function fingerprintOf(key: KeyObject): string {
  return `SHA256:${
    createHash("sha256").update(key.export({ type: "spki", format: "der" })).digest("base64")
  }`;
}

function keysOf({ rsaPublicKey, rsaPublicKey2 }: SqlUser): KeyObject[] {
  return [rsaPublicKey, rsaPublicKey2].flatMap((body) =>
    body === null ? [] : [createPublicKey({ key: Buffer.from(body, "base64"), format: "der", type: "spki" })]
  );
}

function decode(part: string): Record<string, unknown> {
  try {
    return membersOf(JSON.parse(Buffer.from(part, "base64url").toString()));
  } catch {
    return {};
  }
}

function toMs(time: unknown): number | null {
  if (typeof time !== "number" || !Number.isFinite(time)) return null;
  return time > MILLISECONDS_FROM ? time : time * 1000;
}
