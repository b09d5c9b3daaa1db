import assert from "node:assert/strict";
import { advance } from "./player.ts";

const BOUNDS = { from: 0, to: 60_000 };

Deno.test("playing moves on as fast as was chosen and ends at the session's end", () => {
  assert.deepEqual(advance(1000, 16, 1, BOUNDS), { atMs: 1016, isOver: false });
  assert.deepEqual(advance(1000, 16, 60, BOUNDS), { atMs: 1960, isOver: false });
  assert.deepEqual(advance(59_990, 16, 10, BOUNDS), { atMs: 60_000, isOver: true });
});

Deno.test("a page that was asleep goes on where it was", () => {
  assert.deepEqual(advance(1000, 3_600_000, 10, BOUNDS), { atMs: 11_000, isOver: false });
  assert.deepEqual(advance(1000, -5, 10, BOUNDS), { atMs: 1000, isOver: false });
});
