import assert from "node:assert/strict";
import { loadSettings } from "../config.ts";
import { connectAdvice, writeConnectors } from "./connect.ts";

const PASSPHRASE = "a-passphrase-of-the-test";

const SETTINGS = loadSettings({
  KAFKA_BROKERS: "127.0.0.1:9092",
  KAFKA_TOPIC_PREFIX: "tracker.",
  SNOWFLAKE_ACCOUNT: "MYORG-MYACCOUNT",
  SNOWFLAKE_USER: "LOADER_2",
  SNOWFLAKE_PRIVATE_KEY_PATH: "/home/me/rsa_key.p8",
  SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: PASSPHRASE,
});

Deno.test("files for the settings in force are written, without the key's passphrase or path", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const paths = await writeConnectors(`${dir}/new`, SETTINGS);
    assert.equal(paths.length, 4);
    for (const path of paths) {
      const text = await Deno.readTextFile(path);
      assert(!text.includes(PASSPHRASE) && !text.includes("/home/me"), path);
      const { config } = JSON.parse(text);
      assert.equal(config["snowflake.url.name"], "https://MYORG-MYACCOUNT.snowflakecomputing.com");
      assert.equal(config["snowflake.user.name"], "LOADER_2");
      assert.match(config.topics, /^tracker\./);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("without an account the advice names what the worker's environment has to hold", () => {
  assert.match(connectAdvice(loadSettings({})), /SNOWFLAKE_URL, SNOWFLAKE_USER, SNOWFLAKE_ROLE/);
  assert.doesNotMatch(connectAdvice(SETTINGS), /SNOWFLAKE_URL/);
});

Deno.test("the advice warns of loading everything twice", () => {
  assert.match(connectAdvice(SETTINGS), /--roles snowflake/);
});
