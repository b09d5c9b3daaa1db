import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { keepKey } from "./keys.ts";

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("keepKey() writes an encrypted private key and gives the public one that belongs to it", () =>
  withFolder(async (folder) => {
    const { path, publicKey } = await keepKey(`${folder}/rsa_key.p8`, "correct horse");
    const pem = await Deno.readTextFile(path);
    assert.match(pem, /^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    const key = createPublicKey(createPrivateKey({ key: pem, passphrase: "correct horse" }));
    assert.equal(key.export({ type: "spki", format: "der" }).toString("base64"), publicKey);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  }));

Deno.test("keepKey() keeps the key that is there", () =>
  withFolder(async (folder) => {
    const first = await keepKey(`${folder}/rsa_key.p8`, null);
    assert.deepEqual(await keepKey(first.path, null), first);
  }));
