import assert from "node:assert/strict";
import { numberOption, UsageError } from "./usage.ts";

Deno.test("numberOption() reads a number within its bounds, or takes the standard", () => {
  assert.equal(numberOption("--n", "3", 1, { min: 1, max: 9 }), 3);
  assert.equal(numberOption("--n", undefined, 1, { min: 1, max: 9 }), 1);
  assert.equal(numberOption("--n", "1.5", 1, { min: 1, max: 9, integer: false }), 1.5);
});

Deno.test("numberOption() refuses everything else and shows how it is written", () => {
  for (const value of ["", " ", "x", "0", "10", "1.5", "NaN", "Infinity"]) {
    assert.throws(() => numberOption("--n", value, 4, { min: 1, max: 9 }), (error) => {
      return error instanceof UsageError &&
        error.message.endsWith("expected a whole number from 1 to 9, for example --n 4");
    }, value);
  }
});
