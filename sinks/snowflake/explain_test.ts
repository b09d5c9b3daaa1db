import assert from "node:assert/strict";
import { SnowflakeError, Unanswered } from "./driver/connection.ts";
import { PrivateKeyError, readPrivateKey } from "./driver/private_key.ts";
import { PASSPHRASE, writeKey } from "./driver/testing/keys.ts";
import { explain, isDataError } from "./explain.ts";

const SETTINGS = {
  account: "MYORG-MYACCOUNT",
  user: "ACTIVITY_SINK",
  role: "ACTIVITY_LOADER",
  warehouse: "ACTIVITY_WH",
  privateKeyPath: "/nowhere/rsa_key.p8",
  passphrase: null,
  url: null,
};
const refused = (code: number, sqlState: string | null = null, message = "Said by Snowflake.") =>
  new SnowflakeError(message, code, sqlState, "01b2-query");

const CASES: [name: string, error: Error, retry: "soon" | "later", expected: RegExp][] = [
  ["disabled user", refused(390101), "later", /ALTER USER ACTIVITY_SINK SET DISABLED = FALSE/],
  ["locked user", refused(390102), "later", /MINS_TO_UNLOCK = 0/],
  ["role", refused(390189), "later", /GRANT ROLE ACTIVITY_LOADER TO USER ACTIVITY_SINK/],
  ["object at login", refused(390201), "later", /SNOWFLAKE_WAREHOUSE.*ACTIVITY_WH/],
  ["network policy", refused(390420), "later", /network policy/],
  ["no warehouse", refused(606), "later", /GRANT USAGE ON WAREHOUSE ACTIVITY_WH TO ROLE ACTIVITY_LOADER/],
  ["missing object", refused(2003), "later", /deno task snowflake:ddl/],
  ["missing object of another kind", refused(2043), "later", /deno task snowflake:ddl/],
  ["missing right", refused(3001), "later", /ACTIVITY_LOADER lacks a right.*snowflake:ddl/],
  ["foreign columns", refused(904), "later", /has not our columns/],
  ["quota", refused(90073), "later", /ALTER RESOURCE MONITOR/],
  ["suspended account", refused(666), "later", /Billing/],
  ["end of the free trial", refused(390913), "later", /Billing/],
  [
    "ended session",
    refused(390114),
    "soon",
    /^Snowflake refused \(390114: Said by Snowflake\.; query 01b2-query\)$/,
  ],
  ["lock", refused(625), "soon", /SHOW LOCKS IN ACCOUNT/],
  ["timeout", refused(630), "soon", /STATEMENT_TIMEOUT_IN_SECONDS/],
  ["unknown", refused(300002), "soon", /300002: Said by Snowflake/],
  ["name", new Unanswered("no connection", "ENOTFOUND"), "later", /MYORG-MYACCOUNT\.snow.*SNOWFLAKE_ACCOUNT/],
  ["page", new Unanswered("HTTP 404", "HTTP 404"), "later", /not the address of a Snowflake account/],
  ["certificate", new Unanswered("TLS", "CERT_HAS_EXPIRED"), "later", /certificate is not trusted/],
  ["size", new Unanswered("HTTP 413", "HTTP 413"), "later", /lower SNOWFLAKE_BUFFER_SIZE_BYTES/],
  ["outage", new Unanswered("HTTP 503", "HTTP 503"), "soon", /tried again/],
  ["silence", new Unanswered("no answer within 60 s"), "soon", /no answer within 60 s/],
  ["key file", new PrivateKeyError("the key is not there"), "later", /^the key is not there$/],
];

for (const [name, error, retry, expected] of CASES) {
  Deno.test(`what to do is said: ${name}`, () => {
    const explanation = explain(error, SETTINGS);
    assert.match(explanation.message, expected);
    assert.equal(explanation.retry, retry);
  });
}

Deno.test("Snowflake's own words, number and query are kept, in one line", () => {
  const { message } = explain(
    refused(2003, "02000", "SQL compilation error:\nObject does not exist."),
    SETTINGS,
  );
  assert.match(
    message,
    /^Snowflake refused \(002003: SQL compilation error: Object does not exist\.; query 01b2-query\): /,
  );
});

Deno.test("the address that does not answer is named as it is set", () => {
  const settings = { ...SETTINGS, url: "http://127.0.0.1:8085" };
  assert.match(
    explain(new Unanswered("no connection", "ECONNREFUSED"), settings).message,
    /\(127\.0\.0\.1:8085\)/,
  );
});

Deno.test("a key that is not the user's: its fingerprint, and the statement with the public key", async () => {
  const privateKeyPath = await Deno.makeTempFile();
  try {
    writeKey(privateKeyPath);
    const settings = { ...SETTINGS, privateKeyPath, passphrase: PASSPHRASE };
    const { publicKey, fingerprint, pem } = readPrivateKey(settings);
    const { message, retry } = explain(refused(390144, "08004", "JWT token is invalid."), settings);
    assert.equal(retry, "later");
    assert.ok(message.includes(fingerprint));
    assert.ok(message.includes(`ALTER USER ACTIVITY_SINK SET RSA_PUBLIC_KEY='${publicKey}'`));
    assert.ok(!message.includes(pem.split("\n")[1]), "no private key");
    assert.ok(!message.includes(PASSPHRASE));
  } finally {
    await Deno.remove(privateKeyPath);
  }
});

Deno.test("a refused key whose file has gone since is said to have gone, whatever was wrong with the token", () => {
  for (const code of [390100, 390144, 394300, 394304, 394305, 394306, 394307]) {
    assert.match(explain(refused(code), SETTINGS).message, /rsa_key\.p8 is not there/, `${code}`);
  }
});

Deno.test("refused values are told from refused statements", () => {
  assert.ok(isDataError(refused(100038, "22018")), "number");
  assert.ok(isDataError(refused(100069)), "JSON, without SQLSTATE");
  assert.ok(isDataError(refused(999, "22000")), "any data exception");
  assert.ok(!isDataError(refused(2003, "02000")), "missing table");
  assert.ok(!isDataError(refused(1003, "42000")), "syntax");
  assert.ok(!isDataError(new Unanswered("silence")));
  assert.ok(!isDataError(new Error("22018")));
});
