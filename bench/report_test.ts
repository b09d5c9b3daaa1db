import assert from "node:assert/strict";
import { percentiles } from "./percentiles.ts";
import { report } from "./report.ts";

Deno.test("percentiles() takes the nearest rank", () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.deepEqual(percentiles(values, [0, 50, 99, 100]), [1, 50, 99, 100]);
  assert.deepEqual(percentiles([7], [1, 99]), [7, 7]);
  assert.deepEqual(percentiles([], [50]), [NaN]);
});

Deno.test("report() prints one column a row, then every row as JSON", () => {
  const lines = report([{ suite: "a", readingsPerS: 1234567.8 }, { suite: "b", p99Ms: 0.01234 }]).split("\n");
  assert.deepEqual(lines.slice(0, 4), [
    "suite                 a       b",
    "readingsPerS  1,234,568        ",
    "p99Ms                    0.0123",
    "",
  ]);
  assert.deepEqual(JSON.parse(lines[4]), { suite: "a", readingsPerS: 1234567.8 });
});
