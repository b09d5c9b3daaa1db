import assert from "node:assert/strict";
import type { Message } from "./playback.ts";
import { VirtualClock } from "./testing/virtual_clock.ts";
import { Uploader, UploadError } from "./upload.ts";

const MESSAGE: Message = {
  messageId: "7",
  sessionId: "s",
  deviceId: "d",
  sensorReadings: [{ name: "accelerometer", timestamp: 1, values: [1, 2, 3] }],
};
const OK = () => Response.json({ status: "ok", accepted: 1, rejected: 0, ignored: 0, duplicate: 0 });
type Answer = () => Response;

/** An uploader against a server that gives these answers, one after the other, then only the last. */
function against(answers: Answer[], key?: string) {
  const clock = new VirtualClock(0);
  const requests: { atMs: number; body: string; authorization: string | null }[] = [];
  const stop = new AbortController();
  const uploader = new Uploader({
    url: "http://server/",
    key,
    clock,
    signal: stop.signal,
    random: () => 0.5,
    fetch: async (request) => {
      assert.equal(request.url, "http://server/sensor-data");
      const authorization = request.headers.get("authorization");
      requests.push({ atMs: clock.nowMs(), body: await request.text(), authorization });
      return answers[Math.min(requests.length, answers.length) - 1]();
    },
  });
  return { uploader, clock, requests, stop, send: () => clock.run(uploader.send(MESSAGE)) };
}

Deno.test("An uploader counts what the server says became of the readings", async () => {
  const { uploader, send } = against([() => Response.json({ accepted: 3, rejected: 2, duplicate: 1 })]);
  await send();
  await send();
  assert.deepEqual(uploader.counts, {
    messages: 2,
    accepted: 6,
    rejected: 4,
    duplicate: 2,
    retries: 0,
    firstRefusal: null,
  });
});

Deno.test("An uploader waits as long as a busy server asks, then sends the same message again", async () => {
  for (const status of [429, 503]) {
    const busy = () => new Response("busy", { status, headers: { "retry-after": "7" } });
    const { uploader, requests, send } = against([busy, OK]);
    await send();
    assert.equal(requests[0].body, requests[1].body);
    const waitedMs = requests[1].atMs - requests[0].atMs;
    assert.ok(waitedMs >= 7000 && waitedMs < 7250, `${waitedMs}`);
    assert.equal(uploader.counts.retries, 1);
    assert.equal(uploader.counts.accepted, 1);
  }
});

Deno.test("An uploader backs off longer with each failure of the network and gives up in the end", async () => {
  const down = () => {
    throw new TypeError("connection refused");
  };
  const { requests, send } = against([down]);
  await assert.rejects(
    send(),
    (error) =>
      error instanceof UploadError && /gave up after 10 tries: connection refused/.test(error.message),
  );
  const waits = requests.slice(1).map(({ atMs }, i) => atMs - requests[i].atMs);
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

Deno.test("An uploader goes on after a server's restart", async () => {
  const down = () => {
    throw new TypeError("connection reset");
  };
  const { uploader, send } = against([down, down, () => new Response("", { status: 502 }), OK]);
  await send();
  assert.equal(uploader.counts.accepted, 1);
  assert.equal(uploader.counts.retries, 3);
});

Deno.test("An uploader sends a message again when its answer is cut short", async () => {
  const cut = () => new Response(new ReadableStream({ start: (body) => body.error(new TypeError("reset")) }));
  const { uploader, send } = against([cut, OK]);
  await send();
  assert.equal(uploader.counts.accepted, 1);
  assert.equal(uploader.counts.retries, 1);
});

Deno.test("An uploader remembers the first refusal and goes on with the next message", async () => {
  const { uploader, send } = against([() => new Response("too old", { status: 400 }), OK]);
  await send();
  await send();
  assert.equal(uploader.counts.rejected, 1);
  assert.equal(uploader.counts.firstRefusal, "400 too old");
  assert.equal(uploader.counts.accepted, 1);
});

Deno.test("An uploader stops at once when the key or the address is wrong", async () => {
  for (const [status, hint] of [[401, /--key/], [403, /--key/], [404, /--url/], [405, /--url/]] as const) {
    const { requests, send } = against([() => new Response("", { status })]);
    await assert.rejects(send(), (error) => error instanceof UploadError && hint.test(error.message));
    assert.equal(requests.length, 1);
  }
});

Deno.test("An uploader tells a stranger's 200 from an Activity Tracker's", async () => {
  for (const text of ["<html>", "null", '{"status":"ok"}']) {
    const { send } = against([() => new Response(text)]);
    await assert.rejects(send(), /is this an Activity Tracker server\?/);
  }
});

Deno.test("An uploader sends its key", async () => {
  const { requests, send } = against([OK], "k1");
  await send();
  assert.equal(requests[0].authorization, "Bearer k1");
});

Deno.test("An uploader ends without an error when it is stopped while it waits", async () => {
  const { uploader, stop, requests, clock } = against([() => new Response("", { status: 503 })]);
  const sending = uploader.send(MESSAGE);
  await clock.runUntil(() => requests.length === 2);
  stop.abort();
  await sending;
  assert.equal(uploader.counts.messages, 0);
});

Deno.test("An uploader does not take a mistake in the program for a failing network", async () => {
  const { send } = against([() => {
    throw new RangeError("a mistake");
  }]);
  await assert.rejects(send(), RangeError);
});
