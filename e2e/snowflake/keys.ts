/**
 * Key pairs as an account's users have them.
 *
 * @module
 */
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";

export interface KeyFile {
  /** The private key, PEM, PKCS#8. */
  path: string;
  /** As `ALTER USER … SET RSA_PUBLIC_KEY` takes it: base64 of the SPKI, without armour. */
  publicKey: string;
}

/**
 * Writes a new private key, unless there is one.
 *
 * @param passphrase encrypts it; null leaves it as it is, which is how a key that is there has to be
 */
export async function keepKey(path: string, passphrase: string | null): Promise<KeyFile> {
  if (passphrase === null) {
    try {
      return { path, publicKey: bodyOf(createPublicKey(await Deno.readTextFile(path))) };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const encryption = passphrase === null ? {} : { cipher: "aes-256-cbc", passphrase };
  const pem = privateKey.export({ type: "pkcs8", format: "pem", ...encryption }) as string;
  await Deno.writeTextFile(path, pem, { mode: 0o600 });
  return { path, publicKey: bodyOf(publicKey) };
}

function bodyOf(key: KeyObject): string {
  return key.export({ type: "spki", format: "der" }).toString("base64");
}
