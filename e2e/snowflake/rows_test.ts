import assert from "node:assert/strict";
import { toRows } from "./rows.ts";

Deno.test("toRows() gives values by the names of their columns", () => {
  const columns = [
    ["N", "FIXED", "-12"],
    ["F", "REAL", "1.5e3"],
    ["B", "BOOLEAN", "1"],
    ["T", "TEXT", "1"],
    ["D", "DATE", "20454"],
    ["NTZ", "TIMESTAMP_NTZ", "1767225600.250000000"],
    ["TZ", "TIMESTAMP_TZ", "1767225600.000000000 1500"],
    ["V", "VARIANT", '{"a": [1]}'],
    ["NOTHING", "VARIANT", null],
  ] as const;
  const result = {
    columns: columns.map(([name, type]) => ({ name, type })),
    rows: [columns.map(([, , value]) => value)],
  };
  assert.deepEqual(toRows(result), [{
    N: -12,
    F: 1500,
    B: true,
    T: "1",
    D: "2026-01-01",
    NTZ: "2026-01-01T00:00:00.250Z",
    TZ: "2026-01-01T00:00:00.000Z",
    V: { a: [1] },
    NOTHING: null,
  }]);
});
