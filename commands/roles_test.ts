import assert from "node:assert/strict";
import { loadSettings } from "../config.ts";
import { parseRoles } from "./roles.ts";
import { UsageError } from "./usage.ts";

const kafka = { KAFKA_BROKERS: "localhost:9092" };
const snowflake = { SNOWFLAKE_ACCOUNT: "A-B", SNOWFLAKE_PRIVATE_KEY_PATH: "key.p8" };
const alone = loadSettings({});
const withKafka = loadSettings(kafka);
const withBoth = loadSettings({ ...kafka, ...snowflake });

Deno.test("without --roles a process does everything that is set up", () => {
  assert.deepEqual([...parseRoles(undefined, alone)], ["web", "stream"]);
  assert.deepEqual([...parseRoles(undefined, withBoth)], ["web", "stream", "snowflake"]);
});

Deno.test("parseRoles() takes parts in any order, with Kafka only some of them", () => {
  assert.deepEqual(parseRoles("stream, web", alone), new Set(["stream", "web"]));
  assert.deepEqual(parseRoles("web,web", withKafka), new Set(["web"]));
  assert.deepEqual(parseRoles("stream", withKafka), new Set(["stream"]));
  assert.deepEqual(parseRoles("snowflake", withBoth), new Set(["snowflake"]));
});

Deno.test("parseRoles() says that a part alone needs Kafka, and which setting turns it on", () => {
  const settings = loadSettings(snowflake);
  for (const role of ["web", "stream", "snowflake", "web,snowflake"]) {
    assert.throws(() => parseRoles(role, settings), (error) => {
      return error instanceof UsageError && /set KAFKA_BROKERS, for example/.test(error.message);
    });
  }
  assert.deepEqual(parseRoles("web,stream,snowflake", settings).size, 3);
});

Deno.test("parseRoles() says which settings the role snowflake needs", () => {
  assert.throws(
    () => parseRoles("web,stream,snowflake", withKafka),
    /without Snowflake: set SNOWFLAKE_ACCOUNT and SNOWFLAKE_PRIVATE_KEY_PATH/,
  );
});

Deno.test("parseRoles() refuses what is no role", () => {
  for (const text of ["", "web,", "api", "Web"]) {
    assert.throws(() => parseRoles(text, withBoth), /expected web, stream, snowflake or several of them/);
  }
});
