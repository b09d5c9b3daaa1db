import assert from "node:assert/strict";
import { untilOut } from "./until_out.ts";

/** A stream that the test fills, and what became of it. */
function source() {
  const end = Promise.withResolvers<void>();
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (it) => void (controller = it),
    cancel: () => end.resolve(),
  });
  const response = new Response(body, { status: 200, headers: { "content-type": "text/event-stream" } });
  return { response, controller, cancelled: end.promise };
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("untilOut() passes the stream and its headers on until it ends", async () => {
  const { response, controller } = source();
  const wrapped = untilOut(response, () => true, 1);
  controller.enqueue(bytes("a"));
  controller.enqueue(bytes("b"));
  controller.close();
  assert.equal(wrapped.headers.get("content-type"), "text/event-stream");
  assert.equal(await wrapped.text(), "ab");
});

Deno.test("untilOut() ends the stream, and its source, once the reader is out", async () => {
  const { response, controller, cancelled } = source();
  let isIn = true;
  const reader = untilOut(response, () => isIn, 1).body!.getReader();
  controller.enqueue(bytes("a"));
  assert.equal((await reader.read()).done, false);
  isIn = false;
  assert.equal((await reader.read()).done, true);
  await cancelled;
});

Deno.test("untilOut() tells the source when the reader goes, and asks no more", async () => {
  const { response, cancelled } = source();
  let asked = 0;
  await untilOut(response, () => ++asked > 0, 1).body!.cancel();
  await cancelled;
  assert.equal(asked, 0);
});

Deno.test("untilOut() passes on that the source failed", async () => {
  const { response, controller } = source();
  const reading = untilOut(response, () => true, 1).text();
  controller.error(new Error("the viewer did not keep up"));
  await assert.rejects(reading, /did not keep up/);
});
