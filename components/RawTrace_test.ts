import assert from "node:assert/strict";
import { describeState, type TraceState } from "./RawTrace.tsx";

const NOW_MS = 1_764_000_000_000;
const OPEN: TraceState = {
  openedAtMs: NOW_MS - 60_000,
  heardAtMs: NOW_MS - 900,
  resultAtMs: NOW_MS - 500,
  every: 1,
};

Deno.test("describeState() says nothing while readings come", () => {
  assert.equal(describeState(OPEN, NOW_MS), "");
});

const states: [when: string, change: Partial<TraceState>, text: RegExp][] = [
  ["there is no connection", { openedAtMs: null }, /^Connecting/],
  ["none has come since the page was opened", { openedAtMs: NOW_MS - 4000, heardAtMs: null }, /^Waiting/],
  ["they are thinned", { every: 3 }, /one reading in 3 is shown/],
  ["results come without readings", { heardAtMs: NOW_MS - 5000 }, /another process/],
  ["results come, readings never did", { heardAtMs: null }, /another process/],
  ["nothing comes", { heardAtMs: NOW_MS - 9000, resultAtMs: NOW_MS - 9000 }, /^No readings come in/],
];
for (const [when, change, text] of states) {
  Deno.test(`describeState() says what is so when ${when}`, () => {
    assert.match(describeState({ ...OPEN, ...change }, NOW_MS), text);
  });
}
