import assert from "node:assert/strict";
import { formatSpan, formatTotal, labelsText, titleOf, totalsText } from "./words.ts";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

Deno.test("spans are exact below an hour, totals are round", () => {
  assert.deepEqual([40_000, 60_000, 725_000, 3_600_000, 7_500_000].map(formatSpan).map(plain), [
    "40 s",
    "1 min",
    "12 min 5 s",
    "1 h",
    "2 h 5 min",
  ]);
  assert.deepEqual([40_400, 725_000, 7_500_000].map(formatTotal).map(plain), ["40 s", "12 min", "2 h 5 min"]);
});

Deno.test("totals name the activities that have time", () => {
  const totals = { stationary: 0, walking: 360_000, running: 1_440_000, unknown: 0 };
  assert.equal(plain(totalsText(totals)), "walking 6 min, running 24 min");
  assert.equal(totalsText({ ...totals, walking: 0, running: 0 }), "");
});

Deno.test("a session without a name is called by its time and device", () => {
  const startedAt = Date.UTC(2026, 10, 28, 13, 3, 21), nowMs = startedAt + 60_000;
  assert.equal(titleOf({ name: null, startedAt }, "Pixel 8", "Europe/Berlin", nowMs), "14:03 · Pixel 8");
  assert.equal(titleOf({ name: "Run", startedAt }, "Pixel 8", "Europe/Berlin", nowMs), "Run");
  assert.equal(titleOf({ name: null, startedAt: null }, "Pixel 8", "UTC", nowMs), "Pixel 8");
});

Deno.test("labels are told once each", () => {
  assert.equal(
    labelsText([{ activity: "running" }, { activity: "walking" }, { activity: "running" }]),
    "labelled walking, running",
  );
  assert.equal(labelsText([]), "");
});
