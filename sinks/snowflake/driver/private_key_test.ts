import assert from "node:assert/strict";
import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { PrivateKeyError, readPrivateKey } from "./private_key.ts";
import { PASSPHRASE, writeKey } from "./testing/keys.ts";

const TESTING = new URL("testing/", import.meta.url).pathname;

async function inFolder(test: (path: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    test(`${folder}/rsa_key.p8`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @returns the message */
function complaint(privateKeyPath: string, passphrase: string | null): string {
  try {
    readPrivateKey({ privateKeyPath, passphrase });
  } catch (error) {
    assert.ok(error instanceof PrivateKeyError, String(error));
    assert.ok(error.message.includes(privateKeyPath), "names the file");
    return error.message;
  }
  throw new Error("the key was accepted");
}

Deno.test("an encrypted key is decrypted and its fingerprint is that of its public key", () =>
  inFolder((path) => {
    const spki = createPublicKey(writeKey(path)).export({ type: "spki", format: "der" });
    const key = readPrivateKey({ privateKeyPath: path, passphrase: PASSPHRASE });
    assert.match(key.pem, /^-----BEGIN PRIVATE KEY-----\n/);
    assert.equal(key.publicKey, spki.toString("base64"));
    assert.equal(key.fingerprint, `SHA256:${createHash("sha256").update(spki).digest("base64")}`);
  }));

for (const file of ["des3_key.p8", "des3_sha1_key.p8"]) {
  Deno.test(`a key that OpenSSL encrypted with Triple DES is decrypted: ${file}`, () => {
    const { fingerprint } = readPrivateKey({ privateKeyPath: TESTING + file, passphrase: PASSPHRASE });
    // openssl rsa -pubout -outform DER | openssl dgst -sha256 -binary | base64
    assert.equal(fingerprint, "SHA256:KN0yGDBvDHxoF06BpWf1e2x184c4ilJwHiNQ7E0MWMI=");
    assert.match(complaint(TESTING + file, "wrong"), /SNOWFLAKE_PRIVATE_KEY_PASSPHRASE is wrong/);
  });
}

Deno.test("a key that was replaced is taken the next time", () =>
  inFolder((path) => {
    writeKey(path, null);
    const before = readPrivateKey({ privateKeyPath: path, passphrase: null });
    writeKey(path, null);
    assert.notEqual(
      readPrivateKey({ privateKeyPath: path, passphrase: null }).fingerprint,
      before.fingerprint,
    );
  }));

Deno.test("neither a wrong passphrase nor the right one is in a complaint", () =>
  inFolder((path) => {
    writeKey(path);
    const message = complaint(path, "open sesame");
    assert.match(message, /SNOWFLAKE_PRIVATE_KEY_PASSPHRASE is wrong/);
    assert.doesNotMatch(message, /open sesame/);
    assert.ok(!message.includes(PASSPHRASE));
  }));

Deno.test("an encrypted key without passphrase is told from an open key with one", () =>
  inFolder((path) => {
    writeKey(path);
    assert.match(complaint(path, null), /is encrypted: expected its passphrase/);
    writeKey(path, null);
    assert.match(
      complaint(path, PASSPHRASE),
      /is not encrypted, yet SNOWFLAKE_PRIVATE_KEY_PASSPHRASE is set/,
    );
  }));

Deno.test("a key of fewer bits than Snowflake takes is refused", () =>
  inFolder((path) => {
    writeKey(path, null, 1024);
    assert.match(complaint(path, null), /1024 bits: Snowflake expects at least 2048/);
  }));

Deno.test("files that hold something else are told by what they hold, and never quoted", () =>
  inFolder((path) => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const files: [content: string, expected: RegExp][] = [
      [rsa.publicKey.export({ type: "spki", format: "pem" }) as string, /holds the public key/],
      [rsa.privateKey.export({ type: "pkcs1", format: "pem" }) as string, /RSA PRIVATE KEY: expected PKCS#8/],
      [ec.privateKey.export({ type: "pkcs8", format: "pem" }) as string, /key of type ec: expected RSA/],
      ["-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n", /is damaged/],
      ["hunter2", /is no PEM file/],
    ];
    for (const [content, expected] of files) {
      Deno.writeTextFileSync(path, content);
      const message = complaint(path, null);
      assert.match(message, expected);
      const lines = content.split("\n").filter((line) => line && !line.startsWith("-----"));
      for (const line of lines) assert.ok(!message.includes(line), `quotes ${line}`);
    }
  }));

Deno.test("a file that is not there or cannot be read is said to be so", () =>
  inFolder((path) => {
    assert.match(complaint(path, null), /is not there: expected the file/);
    Deno.mkdirSync(path);
    assert.match(complaint(path, null), /cannot be read \(EISDIR\)/);
  }));
