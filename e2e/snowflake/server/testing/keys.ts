/**
 * Key pairs and tokens for tests.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { fingerprintOf } from "../jwt.ts";

export interface TestKey {
  privateKey: KeyObject;
  /** Body of the PEM, as `RSA_PUBLIC_KEY` holds it. */
  publicKey: string;
}

export function newKey(): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { privateKey, publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64") };
}

/** The token that a driver makes at the given time, ms; claims and header can be replaced. */
export function newToken(
  { privateKey }: TestKey,
  { nowMs = Date.now(), claims = {}, alg = "RS256" }: {
    nowMs?: number;
    claims?: Record<string, unknown>;
    alg?: string;
  } = {},
): string {
  const iat = Math.floor(nowMs / 1000);
  const payload = {
    iss: `LOCAL.ACTIVITY_SINK.${fingerprintOf(createPublicKey(privateKey))}`,
    sub: "LOCAL.ACTIVITY_SINK",
    iat,
    exp: iat + 60,
    ...claims,
  };
  const text = [{ alg, typ: "JWT" }, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url")
  )
    .join(".");
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), privateKey).toString("base64url")}`;
}
