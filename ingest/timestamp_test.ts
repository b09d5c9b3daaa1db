import assert from "node:assert/strict";
import { timestampMs } from "./timestamp.ts";

const MS = 1_764_000_000_123;

for (
  const [raw, ms] of [
    [MS / 1000, MS],
    [MS, MS],
    [MS + 0.25, MS + 0.25],
    [MS * 1000, MS],
    [`${MS}456000`, MS + 0.456],
    [String(MS), MS],
    ["1764000000.123", MS],
    ["2025-11-24T16:00:00.123Z", MS],
    ["2025-11-24T17:00:00.123+01:00", MS],
    ["2025-11-24T16:00Z", MS - 123],
    [0, 0],
    [-5, -5000],
  ] as const
) {
  Deno.test(`timestampMs() reads ${raw} as ${ms}`, () => {
    // ns exceed 2^53, so they are exact to 256 ns only.
    assert.ok(Math.abs(timestampMs(raw) - ms) < 0.001, String(timestampMs(raw)));
  });
}

for (
  const raw of [
    "",
    " ",
    "soon",
    "2025-11-24",
    "2025-11-24T16:00:00",
    "2025-13-24T16:00:00Z",
    "1e12",
    "0x10",
    null,
    {},
    true,
  ]
) {
  Deno.test(`timestampMs() finds no time in ${JSON.stringify(raw)}`, () => {
    assert.ok(Number.isNaN(timestampMs(raw)));
  });
}
