import assert from "node:assert/strict";
import { Playhead } from "./playhead.ts";

/** The phone's clock is ahead of the browser's, ms. */
const SKEW_MS = 90_000;

/** A phone that uploads every `pieceMs`, whose uploads take `delayMs`. */
function play(
  pieceMs: number,
  delayMs: (i: number) => number,
  pieces = 12,
): { playhead: Playhead; nowMs: number } {
  const playhead = new Playhead();
  let nowMs = 0;
  for (let i = 1; i <= pieces; i++) {
    nowMs = i * pieceMs + delayMs(i);
    playhead.arrive(i * pieceMs + SKEW_MS, nowMs);
  }
  return { playhead, nowMs };
}

Deno.test("the edge never runs past what has come, and is no further behind than the pieces are long", () => {
  for (const pieceMs of [100, 1000, 3000]) {
    const { playhead, nowMs } = play(pieceMs, () => 80);
    const beforeNextMs = nowMs + pieceMs - 1;
    assert(playhead.edgeMs(beforeNextMs)! <= playhead.newestMs!);
    assert(playhead.newestMs! - playhead.edgeMs(nowMs)! <= Math.max(pieceMs, 1000) + 1);
  }
});

Deno.test("the edge allows for the latest of the last uploads, and forgets it after a while", () => {
  const late = play(1000, (i) => i === 12 ? 700 : 50);
  assert.equal(late.playhead.newestMs! - late.playhead.edgeMs(late.nowMs)!, 1000);
  const again = play(1000, (i) => i === 2 ? 700 : 50);
  assert.equal(again.playhead.edgeMs(again.nowMs), again.playhead.newestMs! - 1000);
});

Deno.test("the edge moves as time does", () => {
  const { playhead, nowMs } = play(1000, () => 50);
  assert.equal(playhead.edgeMs(nowMs + 500)! - playhead.edgeMs(nowMs)!, 500);
  assert.equal(new Playhead().edgeMs(0), null);
});

Deno.test("after a silence or with another clock it begins anew instead of running far behind", () => {
  const { playhead, nowMs } = play(1000, () => 50);
  playhead.arrive(nowMs + SKEW_MS + 60_000, nowMs + 60_000);
  assert.equal(playhead.newestMs! - playhead.edgeMs(nowMs + 60_000)!, 1000);
  playhead.arrive(5000, nowMs + 61_000);
  assert.equal(playhead.newestMs, 5000);
});
