/**
 * The file of the private key that stands for a password.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { decryptTripleDes } from "./pbes2.ts";

/** Snowflake takes no shorter RSA keys, bits. */
const MIN_MODULUS_BITS = 2048;
/** How to make a key, from Snowflake's guide to key-pair authentication. */
const MAKE =
  "openssl genrsa 2048 | openssl pkcs8 -topk8 -v2 aes256 -inform PEM -out rsa_key.p8 makes one that is encrypted";

/** The key cannot be read or used. The message tells what to do, and nothing that is in the file. */
export class PrivateKeyError extends Error {
  override name = "PrivateKeyError";
}

export interface PrivateKey {
  /** PKCS#8, decrypted. */
  pem: string;
  /** As `ALTER USER … SET RSA_PUBLIC_KEY` takes it: base64 of the SPKI, without armour. */
  publicKey: string;
  /** As `DESCRIBE USER` shows it, for example `SHA256:2jh…=`. */
  fingerprint: string;
}

/**
 * Reads the file every time, so that a key that was replaced is taken without a restart.
 *
 * @throws PrivateKeyError
 */
export function readPrivateKey(
  { privateKeyPath, passphrase }: { privateKeyPath: string; passphrase: string | null },
): PrivateKey {
  const text = readText(privateKeyPath);
  const complain = (problem: string): never => {
    throw new PrivateKeyError(`SNOWFLAKE_PRIVATE_KEY_PATH: ${privateKeyPath} ${problem}`);
  };
  const isEncrypted = armourOf(text, complain) === "ENCRYPTED PRIVATE KEY";
  if (isEncrypted && passphrase === null) {
    return complain("is encrypted: expected its passphrase in SNOWFLAKE_PRIVATE_KEY_PASSPHRASE");
  }
  // Whoever gives a passphrase believes that the file is worthless without it.
  if (!isEncrypted && passphrase !== null) {
    return complain(
      "is not encrypted, yet SNOWFLAKE_PRIVATE_KEY_PASSPHRASE is set: unset it, or encrypt the key " +
        "(openssl pkcs8 -topk8 -v2 aes256 -in KEY -out rsa_key.p8)",
    );
  }
  let key: KeyObject;
  try {
    key = decrypt(text, passphrase);
  } catch {
    // What went wrong is not said: the library's words differ from version to version.
    return complain(
      isEncrypted
        ? "cannot be decrypted: SNOWFLAKE_PRIVATE_KEY_PASSPHRASE is wrong, the file is damaged, or it is encrypted in an unusual " +
          "way (openssl pkcs8 -topk8 -v2 aes256 -in KEY -out rsa_key.p8 encrypts it anew)"
        : `is damaged: expected a private key; ${MAKE}`,
    );
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type !== "rsa") return complain(`holds a key of type ${type}: expected RSA; ${MAKE}`);
  const bits = details?.modulusLength ?? 0;
  if (bits < MIN_MODULUS_BITS) {
    return complain(`holds a key of ${bits} bits: Snowflake expects at least ${MIN_MODULUS_BITS}; ${MAKE}`);
  }
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    pem: key.export({ type: "pkcs8", format: "pem" }) as string,
    publicKey: Buffer.from(spki).toString("base64"),
    fingerprint: `SHA256:${createHash("sha256").update(spki).digest("base64")}`,
  };
}

function decrypt(pem: string, passphrase: string | null): KeyObject {
  if (passphrase === null) return createPrivateKey(pem);
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
  const pkcs8 = decryptTripleDes(der, passphrase);
  if (pkcs8) return createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
  return createPrivateKey({ key: pem, format: "pem", passphrase });
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "is not there" : `cannot be read (${code})`;
    throw new PrivateKeyError(
      `SNOWFLAKE_PRIVATE_KEY_PATH: ${path} ${why}: expected the file of the user's private key; ${MAKE}`,
    );
  }
}

/** What the file is by its first line, if that is a key we can use. */
function armourOf(text: string, complain: (problem: string) => never): string {
  const armour = /^-----BEGIN ([A-Z0-9 ]+)-----\s*$/m.exec(text)?.[1];
  switch (armour) {
    case "PRIVATE KEY":
    case "ENCRYPTED PRIVATE KEY":
      return armour;
    case "PUBLIC KEY":
    case "RSA PUBLIC KEY":
      return complain("holds the public key: expected the private one, which often ends in .p8");
    case "RSA PRIVATE KEY":
    case "EC PRIVATE KEY":
    case "OPENSSH PRIVATE KEY":
      return complain(
        `is a ${armour}: expected PKCS#8; openssl pkcs8 -topk8 -v2 aes256 -in KEY -out rsa_key.p8`,
      );
    default:
      return complain(
        `is no PEM file of a private key: expected "-----BEGIN ENCRYPTED PRIVATE KEY-----"; ${MAKE}`,
      );
  }
}
