import assert from "node:assert/strict";
import { parseRoles } from "./roles.ts";
import { UsageError } from "./usage.ts";

Deno.test("without --roles a process does everything", () => {
  assert.deepEqual([...parseRoles(undefined, false)], ["web", "stream"]);
});

Deno.test("parseRoles() takes parts in any order, with Kafka only some of them", () => {
  assert.deepEqual(parseRoles("stream, web", false), new Set(["stream", "web"]));
  assert.deepEqual(parseRoles("web,web", true), new Set(["web"]));
  assert.deepEqual(parseRoles("stream", true), new Set(["stream"]));
});

Deno.test("parseRoles() says that a part alone needs Kafka, and which setting turns it on", () => {
  for (const role of ["web", "stream"]) {
    assert.throws(() => parseRoles(role, false), (error) => {
      return error instanceof UsageError && /set KAFKA_BROKERS, for example/.test(error.message);
    });
  }
});

Deno.test("parseRoles() refuses what is no role, and one that is not built", () => {
  for (const text of ["", "web,", "api", "Web"]) {
    assert.throws(
      () => parseRoles(text, true),
      /expected web, stream or both, for example --roles web,stream$/,
    );
  }
  assert.throws(() => parseRoles("web,snowflake", true), /snowflake, which is not in this version yet/);
});
