import assert from "node:assert/strict";
import fc from "fast-check";
import { numberOf } from "./message_number.ts";

Deno.test("numberOf() reads numbers that are exact, and nothing else", () => {
  fc.assert(fc.property(fc.nat({ max: 10 ** 15 - 1 }), (n) => numberOf(String(n)) === n), { seed: 1 });
  for (const id of ["", "-1", "1.5", "1e3", " 1", "one", "\u0661", "1234567890123456"]) {
    assert.equal(numberOf(id), null);
  }
});
