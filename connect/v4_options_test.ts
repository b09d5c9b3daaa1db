import assert from "node:assert/strict";
import { V4_DROPPED, V4_OPTIONS, v4Option } from "./v4_options.ts";

Deno.test("a name is found before what a * stands for", () => {
  assert.equal(v4Option("value.converter")?.source, "kafka");
  assert.equal(v4Option("value.converter.schemas.enable")?.source, "plugin");
  assert.equal(v4Option("snowflake.url.name")?.constant, "SNOWFLAKE_URL_NAME");
  assert.equal(v4Option("snowflake.nonsense"), null);
});

Deno.test("each of the connector's own options has the name of its constant", () => {
  const own = V4_OPTIONS.filter(({ name }) => /^(snowflake|jvm|behavior|enable)\./.test(name));
  const constants = own.map(({ constant }) => constant);
  assert(own.length > 40);
  assert(!constants.includes(undefined));
  assert.equal(new Set(constants).size, own.length);
});

Deno.test("no option is listed twice, nor listed and dropped", () => {
  const names = V4_OPTIONS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of V4_DROPPED) assert.equal(v4Option(name), null, name);
});
