import assert from "node:assert/strict";
import type { LiveQuery } from "./live_channels.ts";
import { LiveHub, type LiveSource } from "./live_feed.ts";
import { HttpProblem } from "./problem.ts";
import { ManualTimers } from "./testing/manual_timers.ts";

const HELLO = "retry: 1000\n\n";
const encode = (text: string) => new TextEncoder().encode(text);

/** The engine's part, answered when the test says so. */
class Source implements LiveSource {
  readonly asked: { query: LiveQuery; lastEventId: string | null }[] = [];
  readonly open: string[] = [];
  missed = "";
  gate: Promise<void> = Promise.resolve();

  async subscribe(query: LiveQuery, lastEventId: string | null) {
    this.asked.push({ query, lastEventId });
    await this.gate;
    const channel = query.deviceId ?? "all";
    this.open.push(channel);
    return { channel, missed: encode(this.missed) };
  }

  unsubscribe(channel: string): Promise<void> {
    const at = this.open.indexOf(channel);
    assert.notEqual(at, -1, `${channel} was left more often than joined`);
    this.open.splice(at, 1);
    return Promise.resolve();
  }
}

class Bench implements Disposable {
  readonly timers = new ManualTimers();
  readonly source = new Source();
  readonly hub = new LiveHub(this.source);

  open(query = "", headers: Record<string, string> = {}): Promise<Response> {
    return this.hub.open(new Request(`http://localhost/api/live${query}`, { headers }));
  }

  [Symbol.dispose](): void {
    this.hub.close();
    this.timers[Symbol.dispose]();
    assert.deepEqual([this.hub.viewers, this.source.open, this.timers.size], [0, [], 0]);
  }
}

/** What a viewer has been sent until it has `text`. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<string> {
  let all = "";
  while (!all.includes(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream ended after ${JSON.stringify(all)}`);
    all += new TextDecoder().decode(value);
  }
  return all;
}

Deno.test("a viewer gets the retry time, what it missed, then its channel's frames", async () => {
  using bench = new Bench();
  bench.source.missed = "id: 7\nevent: activity\ndata: []\n\n";
  const response = await bench.open("?deviceId=a&batchMs=250", { "last-event-id": "5" });
  assert.match(response.headers.get("content-type")!, /^text\/event-stream/);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.deepEqual(bench.source.asked, [{ query: { deviceId: "a", batchMs: 250 }, lastEventId: "5" }]);
  bench.hub.send("a", encode("frame"));
  bench.hub.send("all", encode("not for it"));
  const reader = response.body!.getReader();
  assert.equal(await readUntil(reader, "frame"), HELLO + bench.source.missed + "frame");
});

Deno.test("a first connection can say in its query where to go on; the header of a later one goes before", async () => {
  using bench = new Bench();
  const first = await bench.open("?lastEventId=7");
  const later = await bench.open("?lastEventId=7", { "last-event-id": "9" });
  assert.deepEqual(bench.source.asked.map(({ lastEventId }) => lastEventId), ["7", "9"]);
  await first.body?.cancel();
  await later.body?.cancel();
});

Deno.test("a wrong query is a 400, and a source that fails is no viewer", async () => {
  using bench = new Bench();
  await assert.rejects(
    bench.open("?batchMs=-1"),
    (error) => error instanceof HttpProblem && error.status === 400,
  );
  bench.source.gate = Promise.reject(new Error("the engine stopped"));
  await assert.rejects(bench.open(), /the engine stopped/);
  assert.equal(bench.hub.viewers, 0);
});

Deno.test("a viewer that leaves is forgotten, also when another one of its channel is just joining", async () => {
  using bench = new Bench();
  const first = await bench.open();
  const joined = Promise.withResolvers<void>();
  bench.source.gate = joined.promise;
  const opening = bench.open();
  await first.body!.cancel();
  assert.deepEqual(bench.source.open, []);
  joined.resolve();
  const second = await opening;
  assert.deepEqual([bench.hub.viewers, bench.source.open], [1, ["all"]]);
  bench.hub.send("all", encode("frame"));
  assert.equal(await readUntil(second.body!.getReader(), "frame"), `${HELLO}frame`);
});

Deno.test("a viewer that does not read is cut off at 4 MB and counted, the others go on", async () => {
  using bench = new Bench();
  const slow = (await bench.open()).body!.getReader();
  const quick = (await bench.open()).body!.getReader();
  await readUntil(quick, HELLO);
  const frame = encode(`${"x".repeat(1 << 20)}\n`);
  for (let i = 0; i < 5; i++) {
    bench.hub.send("all", frame);
    await readUntil(quick, "\n");
  }
  assert.deepEqual([bench.hub.dropped, bench.hub.viewers], [1, 1]);
  await assert.rejects(async () => {
    for (;;) await slow.read();
  }, /did not keep up/);
  assert.deepEqual(bench.source.open, ["all"]);
});

Deno.test("a quiet stream carries a comment every 15 s", async () => {
  using bench = new Bench();
  const reader = (await bench.open()).body!.getReader();
  await readUntil(reader, HELLO);
  bench.timers.advance(14_999);
  bench.hub.send("all", encode("before\n"));
  bench.timers.advance(1);
  assert.equal(await readUntil(reader, "here"), "before\n: still here\n\n");
});

Deno.test("past 500 viewers there is a 503 with Retry-After until one leaves", async () => {
  using bench = new Bench();
  const open = await Promise.all(Array.from({ length: 500 }, () => bench.open()));
  await assert.rejects(bench.open(), (error) => {
    assert.ok(error instanceof HttpProblem);
    assert.deepEqual([error.status, error.headers["retry-after"]], [503, "30"]);
    return true;
  });
  await open[3].body!.cancel();
  await bench.open();
});

Deno.test("closing ends every stream, also one that is just opening", async () => {
  using bench = new Bench();
  const first = await bench.open();
  const joined = Promise.withResolvers<void>();
  bench.source.gate = joined.promise;
  const opening = bench.open();
  bench.hub.close();
  joined.resolve();
  for (const response of [first, await opening]) assert.equal(await response.text(), HELLO);
});
