import assert from "node:assert/strict";
import { HttpProblem } from "../../web/problem.ts";
import { deviceOfKey, headerKey } from "./keys.ts";

const basic = (text: string) => `Basic ${btoa(text)}`;

for (
  const [name, value, key] of [
    ["authorization", "Bearer at_1", "at_1"],
    ["authorization", "bearer  at_1 ", "at_1"],
    ["authorization", basic("anna:at_1"), "at_1"],
    ["authorization", basic(":at:1"), "at:1"],
    ["authorization", basic("at_1"), "at_1"],
    ["x-api-key", "at_1", "at_1"],
    ["x-other", "at_1", null],
  ] as const
) {
  Deno.test(`headerKey() finds ${key} in ${name}: ${value}`, () => {
    assert.equal(headerKey(new Headers({ [name]: value })), key);
  });
}

for (const value of ["at_1", "Digest x", "Basic ???"]) {
  Deno.test(`headerKey() refuses authorization: ${value} with what is expected`, () => {
    assert.throws(
      () => headerKey(new Headers({ authorization: value })),
      (error) => error instanceof HttpProblem && error.status === 401 && error.message.includes("expected"),
    );
  });
}

Deno.test("deviceOfKey() tells an unknown key (401) from a revoked one (403)", () => {
  const keys = {
    owner: (key: string) =>
      key === "known"
        ? { deviceId: "d", revoked: false }
        : key === "old"
        ? { deviceId: "d", revoked: true }
        : null,
  };
  assert.equal(deviceOfKey(keys, "known"), "d");
  assert.throws(() => deviceOfKey(keys, "old"), { status: 403 });
  for (const key of ["", "other", "x".repeat(100_000)]) {
    assert.throws(() => deviceOfKey(keys, key), { status: 401 });
  }
});
