import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { publicKeyBody, PublicKeyError } from "../sinks/snowflake/ddl/public_key.ts";
import { PASSPHRASE, writeKey } from "../sinks/snowflake/driver/testing/keys.ts";
import type { SnowflakeSettings } from "../sinks/snowflake/settings.ts";
import { ddlOptions, ddlScript } from "./snowflake_ddl.ts";
import { UsageError } from "./usage.ts";

const settings = (privateKeyPath: string): SnowflakeSettings => ({
  account: "MYORG-MYACCOUNT",
  user: "LOADER_2",
  role: "ACTIVITY_LOADER",
  warehouse: "ACTIVITY_WH",
  privateKeyPath,
  passphrase: PASSPHRASE,
  url: null,
  bufferCountRecords: 1,
  bufferSizeBytes: 1,
  bufferFlushMs: 1,
});

const printed = (args: string[], snowflake: SnowflakeSettings | null) =>
  ddlScript(ddlOptions(args, snowflake));

/** A folder with an encrypted private key and the public one. */
function withKeys(fn: (dir: string, body: string) => void): void {
  const dir = Deno.makeTempDirSync();
  try {
    const pem = writeKey(`${dir}/rsa_key.p8`);
    Deno.writeTextFileSync(`${dir}/rsa_key.pub`, pem);
    fn(dir, publicKeyBody(pem, "key"));
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

Deno.test("every line is SQL that ends in a semicolon, or a comment", () => {
  const script = ddlScript({});
  const code = script.replaceAll(/^--.*$/gm, "").trim();
  assert(code.endsWith(";"));
  for (const statement of code.split(/;\n/)) assert.match(statement.trim(), /^(USE|CREATE|GRANT|MERGE)\b/);
});

Deno.test("without keys the script says how to make them, with keys it does not", () => {
  const without = ddlScript({});
  assert.match(without, /ACTIVITY_SINK is given no key here/);
  assert.match(without, /ACTIVITY_READER is given no key here/);
  assert.match(without, /openssl pkcs8 -topk8 -v2 aes256/);
  assert.doesNotMatch(without, /RSA_PUBLIC_KEY/);
  assert.doesNotMatch(ddlScript({ publicKey: "A", readerPublicKey: "B" }), /openssl/);
});

Deno.test("the public half of the encrypted private key is taken, and nothing else of it", () => {
  withKeys((dir, body) => {
    const script = printed([], settings(`${dir}/rsa_key.p8`));
    assert(script.includes(`ALTER USER LOADER_2 SET RSA_PUBLIC_KEY = '${body}';`));
    assert(!script.includes(PASSPHRASE) && !script.includes("PRIVATE KEY"));
  });
});

Deno.test("public keys are taken from files, also before there are settings", () => {
  withKeys((dir, body) => {
    const file = `${dir}/rsa_key.pub`;
    const script = printed(["--public-key", file, "--reader-public-key", file], null);
    assert(script.includes(`ALTER USER ACTIVITY_SINK SET RSA_PUBLIC_KEY = '${body}';`));
    assert(script.includes(`ALTER USER ACTIVITY_READER SET RSA_PUBLIC_KEY = '${body}';`));
  });
});

Deno.test("a key file that is of no use is named with what was expected", () => {
  withKeys((dir) => {
    const wrong = (args: string[], snowflake: SnowflakeSettings | null, message: RegExp) =>
      assert.throws(
        () => printed(args, snowflake),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    wrong(["--public-key", `${dir}/none.pub`], null, /none\.pub: no such file/);
    wrong(["--public-key", `${dir}/rsa_key.p8`], null, /holds a private key: expected an RSA public key/);
    wrong([], { ...settings(`${dir}/rsa_key.p8`), passphrase: "wrong" }, /--public-key FILE/);
  });
});

Deno.test("only RSA public keys of at least 2048 bits are taken", () => {
  const pem = (modulusLength: number) =>
    generateKeyPairSync("rsa", { modulusLength }).publicKey.export({ type: "spki", format: "pem" }) as string;
  const refused = (text: string, message: RegExp) =>
    assert.throws(
      () => publicKeyBody(text, "file.pub"),
      (error) => error instanceof PublicKeyError && message.test(error.message),
    );
  assert.match(publicKeyBody(pem(2048), "file.pub"), /^MII[A-Za-z0-9+/=]+$/);
  refused(pem(1024), /^file\.pub holds a key of 1024 bits/);
  refused("nonsense", /^file\.pub cannot be read as a key/);
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
  refused(ec.export({ type: "spki", format: "pem" }) as string, /^file\.pub holds a key of type ec/);
});
