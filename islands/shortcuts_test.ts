import assert from "node:assert/strict";
import { Sequence, type Shortcut } from "./shortcuts.ts";

const shortcut = (keys: string): Shortcut => ({ keys, what: keys, run: () => {} });
const SHORTCUTS = ["g l", "l", "s"].map(shortcut);

Deno.test("two keys in time are the shortcut of both, the second alone another", () => {
  const sequence = new Sequence();
  assert.equal(sequence.press("g", SHORTCUTS, 0), undefined);
  assert.equal(sequence.press("l", SHORTCUTS, 1000)?.keys, "g l");
  assert.equal(sequence.press("l", SHORTCUTS, 1100)?.keys, "l");
});

Deno.test("a second key that comes too late stands for itself", () => {
  const sequence = new Sequence();
  sequence.press("g", SHORTCUTS, 0);
  assert.equal(sequence.press("l", SHORTCUTS, 1501)?.keys, "l");
  assert.equal(sequence.press("x", SHORTCUTS, 1600), undefined);
});
