import assert from "node:assert/strict";
import { describe, snowflakeLocal } from "./snowflake_local.ts";
import { UsageError } from "./usage.ts";

const SNOWFLAKE = {
  url: "http://127.0.0.1:8085",
  account: "LOCAL",
  env: { SNOWFLAKE_ACCOUNT: "LOCAL", SNOWFLAKE_URL: "http://127.0.0.1:8085" },
  settings: {
    account: "LOCAL",
    user: "ACTIVITY_SINK",
    role: "ACTIVITY_LOADER",
    warehouse: "ACTIVITY_WH",
    privateKeyPath: "keys/rsa_key.p8",
    passphrase: null,
    url: "http://127.0.0.1:8085",
    bufferCountRecords: 1,
    bufferSizeBytes: 1,
    bufferFlushMs: 1,
  },
  reader: {
    user: "ACTIVITY_READER",
    role: "ACTIVITY_READER",
    privateKeyPath: "keys/reader_key.p8",
    publicKey: "MIIB",
  },
};

Deno.test("describe() prints what points the app, Kafka Connect and Grafana at the account", () => {
  const text = describe(SNOWFLAKE, "keys");
  for (
    const line of [
      "  SNOWFLAKE_ACCOUNT=LOCAL",
      "  SNOWFLAKE_URL=http://127.0.0.1:8085",
      "  snowflake.url.name=http://127.0.0.1:8085",
      "  snowflake.jdbc.map=account:LOCAL",
      "  snowflake.private.key=${directory:keys:rsa_key.p8}",
      "  Account name=127.0.0.1:8085",
      "  Extra options=account=LOCAL&protocol=http&disableTelemetry=true",
      "  Username=ACTIVITY_READER",
    ]
  ) {
    assert.ok(text.split("\n").includes(line), `${line} in\n${text}`);
  }
});

Deno.test("snowflakeLocal() refuses a port that is none", async () => {
  for (const port of ["0", "65536", "abc"]) {
    await assert.rejects(
      snowflakeLocal(["--port", port]),
      (error) => error instanceof UsageError && error.message.includes(port),
    );
  }
});
