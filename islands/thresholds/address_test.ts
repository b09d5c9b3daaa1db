import assert from "node:assert/strict";
import { type Choice, choiceOf, MAX_CHOSEN, pathOf } from "./address.ts";

const read = (path: string) => choiceOf(new URL(path, "http://localhost").searchParams);

Deno.test("the address keeps a choice, whatever characters ids have", () => {
  const odd = "a/b %2F?&=#é";
  const choices: Choice[] = [
    { deviceId: null, sessions: null },
    { deviceId: odd, sessions: null },
    { deviceId: null, sessions: [{ deviceId: odd, sessionId: odd }, { deviceId: "p", sessionId: "s" }] },
  ];
  for (const choice of choices) assert.deepEqual(read(pathOf(choice)), choice);
  assert.equal(pathOf(choices[0]), "/thresholds");
});

Deno.test("an address that is wrong is refused with what is expected", () => {
  for (const session of ["x", "a/", "/b", "a/b/c"]) {
    assert.throws(() => read(`/thresholds?session=${session}`), /expected device\/session/);
  }
  assert.throws(() => read("/thresholds?session=%25/b"), /not encoded/);
  const many = Array(MAX_CHOSEN + 1).fill("session=a/b").join("&");
  assert.throws(() => read(`/thresholds?${many}`), /expected at most 100/);
});
