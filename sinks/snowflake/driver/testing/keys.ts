/**
 * Keys for tests.
 *
 * @module
 */
import { generateKeyPairSync } from "node:crypto";

export const PASSPHRASE = "correct horse battery";

/** Writes a new RSA key. @param passphrase null: not encrypted @returns the public key, PEM */
export function writeKey(path: string, passphrase: string | null = PASSPHRASE, modulusLength = 2048): string {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
  const encryption = passphrase === null ? {} : { cipher: "aes-256-cbc", passphrase };
  Deno.writeTextFileSync(
    path,
    privateKey.export({ type: "pkcs8", format: "pem", ...encryption }) as string,
    { mode: 0o600 },
  );
  return publicKey.export({ type: "spki", format: "pem" }) as string;
}
