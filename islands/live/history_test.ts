import assert from "node:assert/strict";
import { fakeSession } from "../../web/testing/fake_services.ts";
import { ManualTimers } from "../../web/testing/manual_timers.ts";
import type { LiveSession } from "../../web/services.ts";
import { HistoryLoader } from "./history.ts";

/** A loader whose questions the test answers. */
function setup() {
  const asked: string[] = [], loaded: string[] = [];
  const answers: PromiseWithResolvers<LiveSession | null>[] = [];
  const loader = new HistoryLoader(
    (deviceId, session) => loaded.push(`${deviceId} ${session?.sessionId ?? "gone"}`),
    (deviceId) => {
      asked.push(deviceId);
      const answer = Promise.withResolvers<LiveSession | null>();
      answers.push(answer);
      return answer.promise;
    },
  );
  return { loader, asked, loaded, answers };
}
const settled = () =>
  new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(() => queueMicrotask(resolve))));

Deno.test("want() asks for rows that stay on screen, a few at a time", async () => {
  using timers = new ManualTimers();
  const { loader, asked, loaded, answers } = setup();
  const leave = loader.want("passed");
  timers.advance(100);
  leave();
  for (const id of ["a", "b", "c", "d"]) loader.want(id);
  timers.advance(149);
  assert.deepEqual(asked, []);
  timers.advance(1);
  assert.deepEqual(asked, ["a", "b", "c"]);
  answers[1].resolve(fakeSession("b", 0, []));
  await settled();
  assert.deepEqual([asked, loaded], [["a", "b", "c", "d"], ["b b-session"]]);
  loader.stop();
});

Deno.test("want() is done with when the row has left before the answer, and asks the next", async () => {
  using timers = new ManualTimers();
  const { loader, asked, loaded, answers } = setup();
  const leave = loader.want("a");
  timers.advance(150);
  leave();
  loader.want("b");
  answers[0].resolve(null);
  await settled();
  assert.deepEqual([asked, loaded], [["a", "b"], []]);
  answers[1].resolve(null);
  await settled();
  assert.deepEqual(loaded, ["b gone"]);
  loader.stop();
});

Deno.test("a question that got no answer is asked again later, while anyone waits", async () => {
  using timers = new ManualTimers();
  const { loader, asked, answers } = setup();
  loader.want("a");
  timers.advance(150);
  answers[0].reject(new Error("offline"));
  await settled();
  timers.advance(4999);
  assert.deepEqual(asked, ["a"]);
  timers.advance(1);
  assert.deepEqual(asked, ["a", "a"]);
  loader.stop();
  answers[1].reject(new Error("offline"));
  await settled();
  assert.equal(timers.size, 0);
});
