import assert from "node:assert/strict";
import { linearFit } from "./linear_fit.ts";

Deno.test("linearFit() goes through points on a line, and between those that are not", () => {
  assert.equal(linearFit([[0, 10], [10, 20]])(30), 40);
  assert.equal(linearFit([[0, 1], [1, 3], [2, 2], [3, 4]])(1.5), 2.5);
  assert.equal(linearFit([[5, 7]])(1000), 7);
});
