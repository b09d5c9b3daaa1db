import assert from "node:assert/strict";
import type { Message } from "./playback.ts";
import { NO_FAULTS } from "./faults.ts";
import { type Item, replay, replayAll, type ReplayOptions } from "./replay.ts";
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
  return Array.from({ length: count }, (_, i) => ({
    path: `walks/r${i}.csv.gz`,
    gravity: "included",
    lengthMs: 9980,
    label: i % 2 ? "running" : "walking",
  }));
}

/** Replays against a server in this process. */
function replaying(
  options: Partial<ReplayOptions>,
  answer: (message: Message) => Response = OK,
  answerLabel: (request: Request) => Promise<Response> = () => assert.fail("no label was asked for"),
) {
  const clock = new VirtualClock(1_700_000_000_000);
  const stop = new AbortController();
  const received: { atMs: number; message: Message }[] = [];
  const read: string[] = [];
  let lines = "";
  const result = replayAll({
    items: items(1),
    speed: 1,
    devices: 1,
    url: "http://server",
    labels: false,
    faults: null,
    disguise: null,
    ...options,
  }, {
    clock,
    signal: stop.signal,
    terminal: { interactive: false, columns: () => 80, write: (text) => lines += text },
    random: () => 0.5,
    read: (path) => {
      read.push(path);
      return Promise.resolve(READINGS);
    },
    fetch: async (request) => {
      if (!request.url.endsWith("/sensor-data")) return await answerLabel(request);
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
  assert.deepEqual(read.toSorted(), Array.from({ length: 7 }, (_, i) => `walks/r${i}.csv.gz`));
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
  assert.match(lines(), /^replay {2}10 % {2}9 s left {2}1 messages\n/);
  assert.match(lines(), /\nreplay {2}100 % {2}10 s {2}10 messages\n$/);
});

Deno.test("replay with faults does what was asked, the same each time, and says so", async () => {
  const faults = {
    ...NO_FAULTS,
    seed: 7,
    drop: 0.2,
    duplicate: 0.2,
    offline: { atMs: 3000, lengthMs: 4000 },
    clockMs: 180_000,
  };
  const run = async () => {
    const it = replaying({ items: items(5), devices: 5, faults });
    const { summary, delivered } = await it.clock.run(it.result);
    assert.ok(delivered);
    return { summary, received: it.received };
  };
  const [first, second] = [await run(), await run()];
  assert.deepEqual(first, second);
  const [, dropped, readings, duplicated] =
    /\nfaults \(seed 7\) in 50 messages: (\d+) dropped \((\d+) readings\), (\d+) sent twice, \d+ held back while offline, all by a clock that is 180 s ahead$/
      .exec(first.summary)!.map(Number);
  assert.ok(dropped > 0 && duplicated > 0);
  assert.equal(readings, 50 * dropped);
  assert.equal(first.received.length, 50 - dropped + duplicated);
  const aheadMs = first.received.map(({ atMs, message }) => message.sensorReadings.at(-1)!.timestamp - atMs);
  assert.ok(aheadMs.every((ms) => ms <= 180_000) && aheadMs.some((ms) => ms > 179_000));
  const sessions = Map.groupBy(first.received, ({ message }) => message.sessionId);
  const sent = [...sessions.values()].map((all) => all.map(({ message }) => message.messageId).join());
  assert.equal(new Set(sent).size, 5, "each session has faults of its own");
});

Deno.test("replay labels a session by its phone's clock, also one that leaps back", async () => {
  const { requests, answer } = labelServer();
  const faults = { ...NO_FAULTS, clockMs: 60_000, clockJump: { atMs: 5000, byMs: -60_000 } };
  const { clock, received, result } = replaying({ labels: true, faults }, OK, answer);
  await clock.run(result);
  const times = received.flatMap(({ message }) => message.sensorReadings.map(({ timestamp }) => timestamp));
  const span = `${Math.min(...times)}-${Math.max(...times)}`;
  assert.equal(Math.max(...times) - Math.min(...times), 4980 + 60_000 - 5000);
  assert.match(requests[0].path, new RegExp(`/labels/${span}\\?`));
});

Deno.test("replay in disguise sends what another phone would have", async () => {
  const { clock, received, result } = replaying({ disguise: { unit: "g", gravity: "removed" } });
  await clock.run(result);
  const [{ name, values }] = received[0].message.sensorReadings;
  assert.deepEqual([name, values], ["linearacceleration", [0, 0, 0]]);
});

Deno.test("replay adds no gravity to a recording that may include it", async () => {
  const walking = new URL("../stream/testdata/walking.csv", import.meta.url).pathname;
  await assert.rejects(
    replay([walking, "--gravity", "included"]),
    /--gravity included: nothing says whether .*walking\.csv includes it already/,
  );
});

/** A server for labels that takes everything and notes it, after so many answers that the session is not known. */
function labelServer(status = 200, unknown = 0) {
  const requests: { method: string; path: string; body: unknown; authorization: string | null }[] = [];
  const answer = async (request: Request) => {
    const { method, url, headers } = request;
    if (url.includes("replay-check")) return new Response("", { status: status < 400 ? 404 : status });
    if (unknown-- > 0) return new Response("not yet", { status: 404 });
    const path = url.replace("http://server/api/sessions/", "");
    requests.push({ method, path, body: await request.json(), authorization: headers.get("authorization") });
    return new Response("sorry", { status });
  };
  return { requests, answer };
}

Deno.test("replay with labels labels each session from its first to its last reading, and names it after its file", async () => {
  const { requests, answer } = labelServer();
  const { clock, received, result } = replaying(
    { items: items(3), labels: true, token: "att_1" },
    OK,
    answer,
  );
  const { summary, delivered } = await clock.run(result);
  assert.ok(delivered);
  assert.match(summary, /\nlabelled sessions: 0 stationary, 2 walking, 1 running$/);
  assert.equal(requests.length, 6);
  for (let i = 0; i < 6; i += 2) {
    const [put, patch] = requests.slice(i, i + 2);
    const [, sessionId, from, to] = /^(.+)\/labels\/(\d+)-(\d+)\?deviceId=replay-1$/.exec(put.path)!;
    const own = received.filter(({ message }) => message.sessionId === sessionId)
      .flatMap(({ message }) => message.sensorReadings);
    assert.deepEqual([Number(from), Number(to)], [own[0].timestamp, own.at(-1)!.timestamp]);
    assert.deepEqual([put.method, put.authorization], ["PUT", "Bearer att_1"]);
    assert.deepEqual(patch.path, `${sessionId}?deviceId=replay-1`);
    const { name } = patch.body as { name: string };
    const label = name === "r1" ? "running" : "walking";
    assert.deepEqual(put.body, { activity: label, source: "import" });
  }
  const names = requests.filter(({ method }) => method === "PATCH").map(({ body }) =>
    (body as { name: string }).name
  );
  assert.deepEqual(names.sort(), ["r0", "r1", "r2"]);
});

Deno.test("replay waits until the server knows a session that it labels", async () => {
  const { requests, answer } = labelServer(200, 3);
  const { clock, result } = replaying({ labels: true }, OK, answer);
  const { delivered } = await clock.run(result);
  assert.ok(delivered);
  assert.deepEqual(requests.map(({ method, authorization }) => [method, authorization]), [
    ["PUT", null],
    ["PATCH", null],
  ]);
});

for (const status of [401, 403]) {
  Deno.test(`replay that may not label (${status}) says so before it posts anything`, async () => {
    const { clock, received, result } = replaying({ labels: true }, OK, labelServer(status).answer);
    await assert.rejects(clock.run(result), /pass (one of|an API token of) the role admin/);
    assert.deepEqual(received, []);
  });
}

Deno.test("replay goes on past labels that the server refuses, and counts them", async () => {
  const { clock, result } = replaying({ items: items(3), labels: true }, OK, labelServer(422).answer);
  const { summary, delivered } = await clock.run(result);
  assert.ok(!delivered);
  assert.match(
    summary,
    /\nlabelled sessions: 0 stationary, 0 walking, 0 running\n3 sessions could not be labelled; the first: replay-\S+: 422 sorry$/,
  );
});
