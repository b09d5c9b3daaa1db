import assert from "node:assert/strict";
import { formatDuration, formatTime, isTimeZone } from "./format_time.ts";

const NOW = Date.UTC(2026, 10, 28, 15, 0, 0);
const BERLIN = { zone: "Europe/Berlin", nowMs: NOW };

Deno.test("formatTime() leaves the date out today, the year out this year", () => {
  assert.equal(formatTime(Date.UTC(2026, 10, 28, 13, 3, 21), BERLIN), "14:03:21");
  assert.equal(formatTime(Date.UTC(2026, 10, 27, 13, 3, 21), BERLIN), "27 Nov 14:03:21");
  assert.equal(formatTime(Date.UTC(2025, 0, 2, 13, 3, 21), BERLIN), "2 Jan 2025 14:03:21");
  assert.equal(formatTime(Date.UTC(2026, 10, 28, 13, 3, 21), { ...BERLIN, precision: "minute" }), "14:03");
});

Deno.test("formatTime() takes today from the reader's zone and names UTC", () => {
  const lateMs = Date.UTC(2026, 10, 28, 23, 30);
  assert.equal(
    formatTime(lateMs, { zone: "Europe/Berlin", nowMs: Date.UTC(2026, 10, 28, 22, 0) }),
    "29 Nov 00:30:00",
  );
  assert.equal(formatTime(lateMs, { zone: "UTC", nowMs: NOW }), "23:30:00 UTC");
});

Deno.test("formatDuration() uses the unit that fits and never 60 of one", () => {
  assert.deepEqual([0, 45_400, 59_700, 125_000, 3_600_000, 7_500_000, 3_599_000].map(formatDuration), [
    "0 s",
    "45 s",
    "1 min",
    "2 min",
    "1 h",
    "2 h 5 min",
    "1 h",
  ]);
});

Deno.test("isTimeZone() knows names from others", () => {
  assert(isTimeZone("America/New_York"));
  assert(!isTimeZone("Mars/Olympus"));
  assert(!isTimeZone("'; drop"));
});
