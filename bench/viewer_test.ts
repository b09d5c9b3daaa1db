import assert from "node:assert/strict";
import { Viewer } from "./viewer.ts";

Deno.test("Viewer takes how old each window of its own run is, alone or in arrays, and stops", async () => {
  const encoder = new TextEncoder();
  const event = (value: unknown) => `event: activity\ndata: ${JSON.stringify(value)}\n\n`;
  const record = (sessionId: string, timestamp: number) => ({ sessionId, timestamp });
  const text = ": hello\n\n" + event([record("s-run-1", 900), record("s-run-2", 800)]) +
    event(record("s-run-1", 700)) +
    event(record("someone else's", 0));
  const taken = Promise.withResolvers<void>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        // Cut within a line: a chunk of the network is no line.
        controller.enqueue(encoder.encode(text.slice(0, 50)));
        controller.enqueue(encoder.encode(text.slice(50)));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  let windows = 0;
  const viewer = new Viewer(`http://127.0.0.1:${server.addr.port}/api/live`, "run-", () => {
    if (++windows === 3) taken.resolve();
    return 1000;
  });
  await viewer.open();
  await taken.promise;
  const result = await viewer.stop();
  assert.deepEqual(result, {
    windows: 3,
    sessions: 2,
    lagP50Ms: 200,
    lagP95Ms: 300,
    lagP99Ms: 300,
    lagP50FirstThirdMs: 100,
    lagP99FirstThirdMs: 100,
    lagP50LastThirdMs: 300,
    lagP99LastThirdMs: 300,
  });
});

Deno.test("Viewer says so when there is no live stream", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("", { status: 404 }),
  );
  const viewer = new Viewer(`http://127.0.0.1:${server.addr.port}/api/live`, "run");
  await assert.rejects(viewer.open(), /answered 404, expected a live stream/);
});
