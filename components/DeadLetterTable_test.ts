import assert from "node:assert/strict";
import { escapeControls } from "./DeadLetterTable.tsx";

Deno.test("escapeControls() shows what has no shape and leaves text and lines as they are", () => {
  assert.equal(escapeControls("a\u0000b\u001b[31m\r"), "a\\u{0}b\\u{1b}[31m\\u{d}");
  assert.equal(escapeControls('{\n\t"näme": "走る 🏃"\n}'), '{\n\t"näme": "走る 🏃"\n}');
});

Deno.test("escapeControls() lets no value turn the direction of what follows", () => {
  assert.equal(escapeControls("\u202etxt.exe\u2066"), "\\u{202e}txt.exe\\u{2066}");
});
