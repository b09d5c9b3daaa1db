import assert from "node:assert/strict";
import { checkJwt, type JwtFailure } from "./jwt.ts";
import { USER } from "./testing/fake_engine.ts";
import { newKey, newToken } from "./testing/keys.ts";

const NOW_MS = Date.UTC(2026, 0, 2);
const KEY = newKey();
const user = { ...USER, rsaPublicKey: KEY.publicKey };
const check = (token: string) =>
  checkJwt(token, { account: "LOCAL", findUser: (name) => name === user.name ? user : null, nowMs: NOW_MS });

Deno.test("checkJwt() takes a token whose times are in seconds, or in milliseconds as the Node driver sends them", () => {
  assert.equal(check(newToken(KEY, { nowMs: NOW_MS })), user);
  assert.equal(check(newToken(KEY, { claims: { iat: NOW_MS, exp: NOW_MS + 120_000 } })), user);
});

Deno.test("checkJwt() takes the second key of a user, which is how keys are exchanged", () => {
  const next = newKey();
  const both = { ...user, rsaPublicKey2: next.publicKey };
  const token = newToken(next, { nowMs: NOW_MS });
  assert.equal(checkJwt(token, { account: "LOCAL", findUser: () => both, nowMs: NOW_MS }), both);
});

const REFUSED: [string, JwtFailure, Parameters<typeof newToken>[1]][] = [
  ["was issued for another account", "JWT_TOKEN_INVALID_ISSUER", {
    claims: { iss: "OTHER.ACTIVITY_SINK.SHA256:AAAA" },
  }],
  ["has no issuer", "JWT_TOKEN_INVALID_ISSUER", { claims: { iss: undefined } }],
  ["has another subject than issuer", "JWT_TOKEN_INVALID_SUBJECT_IN_ISSUER", {
    claims: { sub: "LOCAL.NOBODY" },
  }],
  ["is of an unknown user", "JWT_TOKEN_INVALID_USER_IN_ISSUER", {
    claims: { iss: "LOCAL.NOBODY.SHA256:AAAA", sub: "LOCAL.NOBODY" },
  }],
  ["has another key's fingerprint", "JWT_TOKEN_INVALID_PUBLIC_KEY_FINGERPRINT_MISMATCH", {
    claims: { iss: "LOCAL.ACTIVITY_SINK.SHA256:AAAA" },
  }],
  ["has expired", "JWT_TOKEN_EXPIRED", { nowMs: NOW_MS - 3_600_000 }],
  ["is from the future", "JWT_TOKEN_INVALID_ISSUE_TIME", { nowMs: NOW_MS + 3_600_000 }],
  ["never expires", "JWT_TOKEN_INVALID_ISSUE_TIME", { claims: { exp: undefined } }],
  ["is signed otherwise", "JWT_TOKEN_INVALID_ALGORITHM", { alg: "none" }],
];
for (const [what, reason, options] of REFUSED) {
  Deno.test(`checkJwt() refuses a token that ${what}`, () => {
    assert.equal(check(newToken(KEY, { nowMs: NOW_MS, ...options })), reason);
  });
}

Deno.test("checkJwt() refuses a token whose claims were changed after it was signed", () => {
  const [head, , signature] = newToken(KEY, { nowMs: NOW_MS }).split(".");
  const [, claims] = newToken(KEY, { nowMs: NOW_MS, claims: { exp: NOW_MS } }).split(".");
  assert.equal(check(`${head}.${claims}.${signature}`), "JWT_TOKEN_INVALID_SIGNATURE");
});

Deno.test("checkJwt() refuses what is no token", () => {
  assert.equal(check(""), "JWT_TOKEN_INVALID");
  assert.equal(check("e30.e30.e30"), "JWT_TOKEN_INVALID_ALGORITHM");
});
