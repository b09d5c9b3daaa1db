import assert from "node:assert/strict";
import { EXCERPT_BYTES, excerptOf } from "./dead_letter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("an excerpt is the value when it is short, whatever it is", () => {
  assert.equal(excerptOf(bytes("")), "");
  assert.equal(excerptOf(bytes("走る 🏃")), "走る 🏃");
  assert.equal(excerptOf(Uint8Array.of(0x61, 0xff)), "a\ufffd");
});

Deno.test("an excerpt never ends with half a character", () => {
  for (let lead = 0; lead < 4; lead++) {
    const text = "x".repeat(lead) + "🏃".repeat(EXCERPT_BYTES);
    const excerpt = excerptOf(bytes(text));
    assert.ok(text.startsWith(excerpt), excerpt);
    assert.ok(bytes(excerpt).length > EXCERPT_BYTES - 4);
  }
});
