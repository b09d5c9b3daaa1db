/**
 * Decrypts keys that are encrypted with Triple DES: what Snowflake's guide has people make (`openssl pkcs8 -topk8 -v2 des3`), and
 * what Deno's createPrivateKey does not know.
 *
 * @module
 */
import { createDecipheriv, pbkdf2Sync } from "node:crypto";

/** Object identifiers as they are in the file, hexadecimal: RFC 8018, appendix C. */
const PBES2 = "2a864886f70d01050d";
const PBKDF2 = "2a864886f70d01050c";
const DES_EDE3_CBC = "2a864886f70d0307";
/** Pseudo-random functions of PBKDF2; without one it is SHA-1. */
const DIGESTS: Record<string, string> = {
  "2a864886f70d0207": "sha1",
  "2a864886f70d0209": "sha256",
  "2a864886f70d020a": "sha384",
  "2a864886f70d020b": "sha512",
};
const DES_EDE3_KEY_BYTES = 24;
/** OpenSSL writes 2048; a file that asks for more than this would only keep the processor busy. */
const MAX_ITERATIONS = 10_000_000;

/**
 * @param der an EncryptedPrivateKeyInfo (RFC 5958)
 * @returns the PKCS#8 within; null when it is encrypted in another way
 * @throws Error when the passphrase is wrong or the file is damaged
 */
export function decryptTripleDes(der: Uint8Array, passphrase: string): Uint8Array | null {
  const [info] = read(der);
  const [algorithm, encrypted] = read(info.content);
  const [scheme, parameters] = read(algorithm.content);
  if (hex(scheme.content) !== PBES2) return null;
  const [derivation, cipher] = read(parameters.content);
  const [cipherId, iv] = read(cipher.content);
  const [derivationId, derivationParameters] = read(derivation.content);
  if (hex(cipherId.content) !== DES_EDE3_CBC || hex(derivationId.content) !== PBKDF2) return null;
  const [salt, iterations, ...rest] = read(derivationParameters.content);
  const prf = rest.find(({ tag }) => tag === SEQUENCE);
  const digest = prf ? DIGESTS[hex(read(prf.content)[0].content)] : "sha1";
  const count = parseInt(hex(iterations.content), 16);
  if (digest === undefined || !(count <= MAX_ITERATIONS)) return null;
  const key = pbkdf2Sync(passphrase, salt.content, count, DES_EDE3_KEY_BYTES, digest);
  const decipher = createDecipheriv("des-ede3-cbc", key, iv.content);
  return new Uint8Array([...decipher.update(encrypted.content), ...decipher.final()]);
}

const SEQUENCE = 0x30;

interface Element {
  tag: number;
  content: Uint8Array;
}

/** The elements that follow one another in the content of a SEQUENCE (DER, X.690). */
function read(bytes: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at++];
    let length = bytes[at++];
    if (length > 0x80) {
      const size = length & 0x7f;
      length = parseInt(hex(bytes.subarray(at, at + size)), 16);
      at += size;
    }
    if (!(at + length <= bytes.length)) throw new Error("an element is longer than the file");
    elements.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return elements;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
