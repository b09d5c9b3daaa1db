/**
 * Files of public keys.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject } from "node:crypto";

/** Snowflake takes no shorter RSA keys, bits. */
const MIN_MODULUS_BITS = 2048;
const EXPECTED =
  "expected an RSA public key in PEM, for example the file that openssl rsa -in rsa_key.p8 -pubout -out rsa_key.pub writes";

/** The file is no public key that Snowflake takes. */
export class PublicKeyError extends Error {
  override name = "PublicKeyError";
}

/**
 * @param pem content of the file
 * @param source what to call it in an error
 * @returns the key as `RSA_PUBLIC_KEY` takes it: base64 of the SPKI, without armour
 * @throws PublicKeyError, which never holds what is in the file
 */
export function publicKeyBody(pem: string, source: string): string {
  // Node would make a public key of a private one without a word.
  if (/PRIVATE KEY-----/.test(pem)) {
    throw new PublicKeyError(`${source} holds a private key: ${EXPECTED}`);
  }
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new PublicKeyError(`${source} cannot be read as a key: ${EXPECTED}`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== "rsa") {
    throw new PublicKeyError(`${source} holds a key of type ${key.asymmetricKeyType}: ${EXPECTED}`);
  }
  if (bits < MIN_MODULUS_BITS) {
    throw new PublicKeyError(
      `${source} holds a key of ${bits} bits: Snowflake expects at least ${MIN_MODULUS_BITS}`,
    );
  }
  return Buffer.from(key.export({ type: "spki", format: "der" })).toString("base64");
}
