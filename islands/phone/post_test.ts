import assert from "node:assert/strict";
import { outcomeOf } from "./post.ts";

Deno.test("answers are taken, refused for good, locked or to be tried later", () => {
  assert.deepEqual(outcomeOf(200, null, ""), { kind: "taken" });
  assert.deepEqual(outcomeOf(401, null, "no key"), { kind: "locked", why: "no key" });
  assert.deepEqual(outcomeOf(403, null, "revoked"), { kind: "locked", why: "revoked" });
  for (const status of [400, 413, 415]) {
    assert.deepEqual(outcomeOf(status, null, "wrong"), { kind: "refused", why: "wrong" });
  }
  for (const status of [404, 408, 429, 500, 502, 503]) {
    assert.equal(outcomeOf(status, null, "").kind, "later");
  }
});

Deno.test("Retry-After is kept, and one that is no number is not", () => {
  assert.deepEqual(outcomeOf(503, "7", "full"), { kind: "later", why: "full", afterMs: 7000 });
  assert.deepEqual(outcomeOf(503, "Wed, 21 Oct 2026 07:28:00 GMT", "full"), {
    kind: "later",
    why: "full",
    afterMs: null,
  });
});
