import assert from "node:assert/strict";
import { MAX_AGE_MS } from "./outbox.ts";
import { type Outcome, Sender, type SenderState } from "./sender.ts";
import { MemoryOutbox } from "./testing.ts";

const NOW = 1_700_000_000_000;
const TAKEN: Outcome = { kind: "taken" };
const AWAY: Outcome = { kind: "later", why: "no connection", afterMs: null };

/** A sender whose posts are answered by a function; it stops when nothing is left, or when told to. */
async function run(
  ids: string[],
  answer: (bodies: string[], post: number) => Outcome,
  more: { atMs?: number; onState?: (state: SenderState, sender: Sender) => void } = {},
) {
  const outbox = new MemoryOutbox();
  for (const messageId of ids) {
    const message = { messageId, sessionId: "s", deviceId: "d", sensorReadings: [] };
    await outbox.add(message, { sessionId: "s", nextMessage: 0 }, more.atMs ?? NOW);
  }
  const posts: string[][] = [], pausesMs: number[] = [], states: SenderState[] = [], refused: string[] = [];
  let tooOld = 0;
  const sender = new Sender({
    outbox,
    post: (bodies) => {
      posts.push(bodies.map((body) => JSON.parse(body).messageId));
      return Promise.resolve(answer(posts.at(-1)!, posts.length));
    },
    sleep: (ms) => {
      pausesMs.push(ms);
      return Promise.resolve();
    },
    nowMs: () => NOW,
    onState: (state) => {
      states.push(state);
      if (more.onState) more.onState(state, sender);
      else if (state.kind === "idle") sender.stop();
    },
    onRefused: (why) => refused.push(why),
    onTooOld: (messages) => tooOld += messages,
  });
  await sender.run();
  return { posts, pausesMs, states, refused, tooOld, left: outbox.entries.length };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

Deno.test("what waits goes oldest first, several in a request", async () => {
  const { posts, left } = await run(numbers(120), () => TAKEN);
  assert.deepEqual(posts.map(({ length }) => length), [40, 40, 40]);
  assert.deepEqual(posts.flat(), numbers(120));
  assert.equal(left, 0);
});

Deno.test("while the server is away the same messages are tried again, ever less often", async () => {
  const { posts, pausesMs, states } = await run(["a", "b"], (_, post) => post < 9 ? AWAY : TAKEN);
  assert.equal(posts.length, 9);
  assert(posts.every((post) => post.join() === "a,b"));
  assert.deepEqual(pausesMs, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  assert.deepEqual(states.find(({ kind }) => kind === "waiting"), {
    kind: "waiting",
    sinceMs: NOW,
    why: "no connection",
  });
});

Deno.test("a server that says when to come back is not asked sooner", async () => {
  const busy: Outcome = { kind: "later", why: "busy", afterMs: 12_000 };
  const { pausesMs } = await run(["a"], (_, post) => post === 1 ? busy : TAKEN);
  assert.deepEqual(pausesMs, [12_000]);
});

Deno.test("one message that the server never takes does not keep the others back, and is told of", async () => {
  const answer = (ids: string[]): Outcome =>
    ids.includes("2") ? { kind: "refused", why: "too large" } : TAKEN;
  const { posts, refused, left } = await run(numbers(5), answer);
  assert.deepEqual(refused, ["too large"]);
  assert.deepEqual(posts, [["0", "1", "2", "3", "4"], ["0"], ["1"], ["2"], ["3"], ["4"]]);
  assert.equal(left, 0);
});

Deno.test("without a key in force everything is kept and nothing is tried until there is one", async () => {
  let isPaired = false;
  const { posts, left } = await run(["a"], () => isPaired ? TAKEN : { kind: "locked", why: "revoked" }, {
    onState: ({ kind }, sender) => {
      if (kind === "idle") return sender.stop();
      if (kind !== "locked") return;
      sender.notify();
      queueMicrotask(() => {
        isPaired = true;
        sender.retry();
      });
    },
  });
  assert.deepEqual([posts.length, left], [2, 0]);
});

Deno.test("what has grown too old for the server is dropped and told of", async () => {
  const { posts, tooOld } = await run(["a", "b"], () => TAKEN, { atMs: NOW - MAX_AGE_MS - 1 });
  assert.deepEqual([posts.length, tooOld], [0, 2]);
});
