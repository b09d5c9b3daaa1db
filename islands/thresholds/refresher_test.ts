import assert from "node:assert/strict";
import { ManualTimers } from "../../web/testing/manual_timers.ts";
import { Refresher } from "./refresher.ts";

const WAIT_MS = 150;

function setup() {
  const asked: { question: string; signal: AbortSignal; answer: PromiseWithResolvers<string> }[] = [];
  const refresher = new Refresher<string, string>((question, signal) => {
    const answer = Promise.withResolvers<string>();
    asked.push({ question, signal, answer });
    return answer.promise;
  }, WAIT_MS);
  const settle = async (i: number, text: string) => {
    asked[i].answer.resolve(text);
    await asked[i].answer.promise;
  };
  return { asked, refresher, settle };
}

Deno.test("the first question is asked at once, the next when it has stood for a while", async () => {
  using timers = new ManualTimers();
  const { asked, refresher, settle } = setup();
  refresher.want("a");
  timers.advance(0);
  await settle(0, "A");
  assert.deepEqual([refresher.answer.value, refresher.isBusy.value], ["A", false]);
  for (const question of ["b", "c", "d"]) {
    refresher.want(question);
    timers.advance(WAIT_MS - 1);
  }
  assert.deepEqual([asked.length, refresher.isBusy.value, refresher.answer.value], [1, true, "A"]);
  timers.advance(1);
  assert.deepEqual(asked.map(({ question }) => question), ["a", "d"]);
});

Deno.test("the answer to an older question is never shown, and its request is taken back", async () => {
  using timers = new ManualTimers();
  const { asked, refresher, settle } = setup();
  refresher.want("a");
  timers.advance(0);
  refresher.want("b");
  assert.ok(asked[0].signal.aborted);
  timers.advance(0);
  await settle(1, "B");
  await settle(0, "A");
  assert.deepEqual([refresher.answer.value, refresher.isBusy.value], ["B", false]);
});

Deno.test("a failure is told beside the old answer, and can be tried again", async () => {
  using timers = new ManualTimers();
  const { asked, refresher, settle } = setup();
  refresher.want("a");
  timers.advance(0);
  await settle(0, "A");
  refresher.want("b");
  timers.advance(WAIT_MS);
  asked[1].answer.reject(new Error("busy"));
  await asked[1].answer.promise.catch(() => {});
  assert.deepEqual([refresher.failure.value?.message, refresher.answer.value], ["busy", "A"]);
  refresher.retry();
  timers.advance(WAIT_MS);
  await settle(2, "B");
  assert.deepEqual([asked[2].question, refresher.failure.value, refresher.answer.value], ["b", null, "B"]);
});

Deno.test("one that was stopped asks nothing", () => {
  using timers = new ManualTimers();
  const { asked, refresher } = setup();
  refresher.want("a");
  refresher.stop();
  refresher.retry();
  timers.advance(1000);
  assert.deepEqual([asked.length, refresher.isBusy.value, timers.size], [0, false, 0]);
});
