import assert from "node:assert/strict";
import { Toast, TOAST_MS } from "./Toast.tsx";

Deno.test("a message goes after ten seconds, but not while the pointer is on it", () => {
  const toast = new Toast();
  toast.show({ text: "Deleted" });
  toast.tick(TOAST_MS - 1);
  toast.isHeld = true;
  toast.tick(TOAST_MS);
  assert.equal(toast.message.value?.text, "Deleted");
  toast.isHeld = false;
  toast.tick(1);
  assert.equal(toast.message.value, null);
});

Deno.test("undo runs once and says what became of it", async () => {
  const toast = new Toast();
  const done = Promise.withResolvers<string>();
  let calls = 0;
  toast.show({ text: "Deleted", undo: () => (calls++, done.promise) });
  const first = toast.undo(), second = toast.undo();
  toast.tick(TOAST_MS * 2);
  assert.equal(toast.message.value?.text, "Deleted");
  done.resolve("It is back");
  await Promise.all([first, second]);
  assert.equal(calls, 1);
  assert.equal(toast.message.value?.text, "It is back");
  assert.equal(toast.message.value?.undo, undefined);
});

Deno.test("an undo that fails says why", async () => {
  const toast = new Toast();
  toast.show({ text: "Deleted", undo: () => Promise.reject(new Error("the server does not answer")) });
  await toast.undo();
  assert.equal(toast.message.value?.text, "Not undone: the server does not answer");
});
