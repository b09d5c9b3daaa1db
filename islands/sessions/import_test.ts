import assert from "node:assert/strict";
import { describeImport } from "./import.ts";

const IMPORTED = {
  deviceId: "d",
  sessionId: "s",
  sensor: "Accelerometer",
  from: 0,
  to: 1,
  accepted: 12_345,
  rejected: 0,
  duplicate: 0,
  labels: 0,
  errors: [],
};

Deno.test("what was imported is said in a sentence", () => {
  assert.equal(describeImport({ ...IMPORTED, labels: 1 }), "12,345 readings, 1 label");
  assert.equal(
    describeImport({ ...IMPORTED, rejected: 2, errors: ["line 7: x is missing"] }),
    "12,345 readings, 2 readings could not be used (line 7: x is missing)",
  );
});

Deno.test("a file that was here already says so", () => {
  assert.equal(
    describeImport({ ...IMPORTED, accepted: 0, duplicate: 9 }),
    "all 9 readings were here already",
  );
});
