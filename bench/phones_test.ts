import assert from "node:assert/strict";
import { type Load, sendLoad } from "./phones.ts";

/** Sends a small load to a server in this process. */
async function sent(load: Partial<Load>, answer: (n: number) => Response) {
  const bodies: { deviceId: string; messageId: string }[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    bodies.push(await request.json());
    return answer(bodies.length);
  });
  // Time passes by being looked at and by being waited for, so nothing really waits.
  let nowMs = 1_700_000_000_000;
  const clock = {
    nowMs: () => nowMs += 1,
    sleep: (ms: number) => Promise.resolve(void (nowMs += Math.max(0, ms))),
  };
  const result = await sendLoad({
    url: `http://127.0.0.1:${server.addr.port}`,
    run: "t",
    phones: 6,
    keys: [],
    conns: 2,
    secs: 1,
    pace: "realTime",
    clock,
    signal: new AbortController().signal,
    ...load,
  });
  return { result, bodies };
}

Deno.test("sendLoad() in real time sends one batch a second of each phone", async () => {
  const { result, bodies } = await sent({}, () => Response.json({ accepted: 50 }));
  assert.equal(result.ok, 6);
  assert.equal(result.accepted, 300);
  assert.equal(new Set(bodies.map(({ deviceId }) => deviceId)).size, 6);
  assert.ok(result.httpP99Ms >= result.httpP50Ms);
});

Deno.test("sendLoad() sends a refused batch again and counts the refusal", async () => {
  const busy = () => new Response("busy", { status: 503 });
  const { result, bodies } = await sent({}, (n) => n === 1 ? busy() : Response.json({ accepted: 50 }));
  assert.equal(result.refused, 1);
  assert.equal(result.ok, 6);
  assert.equal(bodies.length, 7);
});

Deno.test("sendLoad() sends other phones' batches while a refused one waits for Retry-After", async () => {
  const busy = () => new Response("busy", { status: 503, headers: { "retry-after": "2" } });
  const { result, bodies } = await sent(
    { conns: 1 },
    (n) => n === 1 ? busy() : Response.json({ accepted: 50 }),
  );
  assert.equal(result.ok, 6);
  assert.deepEqual(bodies.at(-1), bodies[0], "the same message, with the same readings, comes last");
});

Deno.test("sendLoad() drops a batch that is refused for longer than a phone keeps it", async () => {
  const busy = () => new Response("busy", { status: 503, headers: { "retry-after": "2" } });
  const { result, bodies } = await sent({ phones: 1 }, busy);
  assert.deepEqual([result.ok, result.dropped, result.failed], [0, 1, 0]);
  // At 0, 2, 4, 6 and 8 s; at 10 s it is too old.
  assert.equal(bodies.length, 5);
  assert.equal(result.refused, 5);
});

Deno.test("sendLoad() takes the time of accepted requests only", async () => {
  const { result } = await sent({}, () => new Response("busy", { status: 503 }));
  assert.deepEqual([result.httpP50Ms, result.httpP99Ms], [NaN, NaN]);
});

Deno.test("sendLoad() gives up a batch that the server calls wrong", async () => {
  const { result } = await sent({}, () => new Response("no", { status: 400 }));
  assert.equal(result.failed, 6);
  assert.equal(result.ok, 0);
});

Deno.test("sendLoad() that saturates sends until its time is over", async () => {
  const { result, bodies } = await sent({ pace: "saturate" }, () => Response.json({ accepted: 50 }));
  assert.ok(result.ok > 6);
  assert.equal(new Set(bodies.map(({ deviceId, messageId }) => deviceId + messageId)).size, bodies.length);
});
