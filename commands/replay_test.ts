import assert from "node:assert/strict";
import type { Message } from "./playback.ts";
import { type Item, replayAll, type ReplayOptions } from "./replay.ts";
import { VirtualClock } from "./testing/virtual_clock.ts";
import { UploadError } from "./upload.ts";

const SECONDS = 10;
const READINGS = {
  count: SECONDS * 50,
  tMs: Float64Array.from({ length: SECONDS * 50 }, (_, i) => i * 20),
  xyz: new Float64Array(SECONDS * 150),
};
const OK = (message: Message) =>
  Response.json({ accepted: message.sensorReadings.length, rejected: 0, duplicate: 0 });

function items(count: number): Item[] {
  return Array.from({ length: count }, (_, i) => ({ path: `r${i}`, gravity: "included", lengthMs: 9980 }));
}

/** Replays against a server in this process. */
function replaying(options: Partial<ReplayOptions>, answer: (message: Message) => Response = OK) {
  const clock = new VirtualClock(1_700_000_000_000);
  const stop = new AbortController();
  const received: { atMs: number; message: Message }[] = [];
  const read: string[] = [];
  let lines = "";
  const result = replayAll({ items: items(1), speed: 1, devices: 1, url: "http://server", ...options }, {
    clock,
    signal: stop.signal,
    terminal: { interactive: false, columns: () => 80, write: (text) => lines += text },
    random: () => 0.5,
    read: (path) => {
      read.push(path);
      return Promise.resolve(READINGS);
    },
    fetch: async (request) => {
      const message = await request.json();
      received.push({ atMs: clock.nowMs(), message });
      return answer(message);
    },
  });
  return { clock, stop, received, read, result, lines: () => lines };
}

Deno.test("replay plays each recording once, as one session, on the devices in turn", async () => {
  const { clock, received, read, result } = replaying({ items: items(7), devices: 3 });
  const { summary, delivered } = await clock.run(result);
  assert.ok(delivered);
  assert.match(summary, /^70 messages in 30 s; readings: 3500 accepted, 0 rejected, 0 duplicate; 0 retries$/);
  assert.deepEqual(read.toSorted(), ["r0", "r1", "r2", "r3", "r4", "r5", "r6"]);
  assert.equal(new Set(received.map(({ message }) => message.sessionId)).size, 7);
  assert.deepEqual(
    new Set(received.map(({ message }) => message.deviceId)),
    new Set(["replay-1", "replay-2", "replay-3"]),
  );
});

Deno.test("replay mixes the recordings, the same way each time", async () => {
  const [first, second] = [replaying({ items: items(20) }), replaying({ items: items(20) })];
  await first.clock.run(first.result);
  await second.clock.run(second.result);
  assert.deepEqual(first.read, second.read);
  assert.notDeepEqual(first.read, items(20).map(({ path }) => path));
});

Deno.test("replay spreads the devices over the first second", async () => {
  const { clock, received, result } = replaying({ items: items(4), devices: 4 });
  await clock.run(result);
  const first = received.slice(0, 4).map(({ atMs }) => (atMs - 1_700_000_000_000) % 1000);
  assert.deepEqual(first, [0, 250, 500, 750]);
});

Deno.test("replay at ten times real time takes a tenth and stamps nothing later than it is sent", async () => {
  const { clock, received, result } = replaying({ speed: 10 });
  const { summary } = await clock.run(result);
  assert.match(summary, / in 1 s;/);
  for (const { atMs, message } of received) {
    assert.ok(message.sensorReadings.every(({ timestamp }) => timestamp <= atMs));
  }
});

Deno.test("replay says that readings were rejected, and why", async () => {
  const { clock, result } = replaying({}, () => new Response("too old", { status: 400 }));
  const { summary, delivered } = await clock.run(result);
  assert.ok(!delivered);
  assert.match(summary, /500 rejected.*\nfirst refusal: 400 too old$/);
});

Deno.test("replay stops all devices when one cannot deliver", async () => {
  const { clock, received, result } = replaying(
    { items: items(3), devices: 3 },
    () => new Response("", { status: 404 }),
  );
  await assert.rejects(clock.run(result), UploadError);
  assert.equal(received.length, 1);
});

Deno.test("replay stopped by the user tells what was sent so far", async () => {
  const { clock, stop, received, result } = replaying({});
  await clock.runUntil(() => received.length === 3);
  stop.abort();
  const { summary } = await clock.run(result);
  assert.match(summary, /^stopped: [23] messages in 3 s;/);
});

Deno.test("replay shows how far it is", async () => {
  const { clock, result, lines } = replaying({});
  await clock.run(result);
  assert.match(lines(), /^replay {2}9 % {2}9 s left {2}1 messages\n/);
  assert.match(lines(), /\nreplay {2}100 % {2}10 s {2}10 messages\n$/);
});
