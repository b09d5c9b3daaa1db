import assert from "node:assert/strict";
import { inOrder, isInOrder } from "./in_order.ts";

Deno.test("isInOrder() refuses equal and falling times within the count", () => {
  assert.equal(isInOrder(Float64Array.of(1, 2, 3), 3), true);
  assert.equal(isInOrder(Float64Array.of(1, 2, 2), 3), false);
  assert.equal(isInOrder(Float64Array.of(1, 2, 1), 3), false);
  assert.equal(isInOrder(Float64Array.of(1, 2, 1), 2), true);
});

Deno.test("inOrder() sorts readings with their axes and keeps the first of equal times", () => {
  const sorted = inOrder(
    Float64Array.of(3, 1, 3, 2, 0),
    Float64Array.of(31, 32, 33, 11, 12, 13, 0, 0, 0, 21, 22, 23),
    4,
  );
  assert.deepEqual(sorted, {
    tMs: Float64Array.of(1, 2, 3),
    xyz: Float64Array.of(11, 12, 13, 21, 22, 23, 31, 32, 33),
    count: 3,
  });
});
