import assert from "node:assert/strict";
import { fakeDeadLetter } from "../../web/testing/fake_services.ts";
import { groupByReason } from "./group.ts";

Deno.test("letters are grouped by reason, the newest first, and those that Snowflake refused cannot be sent in again", () => {
  const groups = groupByReason([
    fakeDeadLetter(9, { reason: "a" }),
    fakeDeadLetter(8, { reason: "b", isRefused: true }),
    fakeDeadLetter(7, { reason: "a" }),
    fakeDeadLetter(6, { reason: "a", isRefused: true }),
  ]);
  assert.deepEqual(
    groups.map(({ reason, letters, readable }) => [reason, letters.map(({ offset }) => offset), readable]),
    [["a", [9, 7, 6], 2], ["b", [8], 0]],
  );
});
