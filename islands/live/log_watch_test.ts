import assert from "node:assert/strict";
import fc from "fast-check";
import type { LogHealth } from "../../web/services.ts";
import { deadLetterWords, LogWatch, totalLag, waitingWords } from "./log_watch.ts";

const healthy: LogHealth = { partitions: [], deadLetters: 0, lostRecords: 0, trouble: null };

/** Health of a log by where each partition ends and how many records wait. */
function health(...partitions: [end: number, lagRecords: number][]): LogHealth {
  return {
    ...healthy,
    partitions: partitions.map(([end, lagRecords], partition) => ({ partition, begin: 0, end, lagRecords })),
  };
}

Deno.test("a batch that waits from one poll to the next is shown, with all that wait", () => {
  const watch = new LogWatch();
  assert.equal(watch.update(health([100, 30], [50, 0])).notice, null);
  const { notice, news } = watch.update(health([140, 41], [55, 2]));
  assert.equal(totalLag(notice!.behind!), 43);
  assert.equal(news, "43 batches of readings waiting to be classified");
});

Deno.test("what came in since the last poll may wait, however much it is", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 20 }),
    fc.float({ min: 0, max: 1, noNaN: true }),
    (arrivals, share) => {
      const watch = new LogWatch();
      let end = 0;
      for (const arrived of arrivals) {
        end += arrived;
        assert.equal(watch.update(health([end, Math.floor(arrived * share)])).notice, null);
      }
    },
  ));
});

Deno.test("one stuck partition is enough, even when nothing new comes", () => {
  const watch = new LogWatch();
  watch.update(health([100, 0], [7, 1]));
  assert.ok(watch.update(health([100, 0], [7, 1])).notice?.behind);
});

Deno.test("the notice goes at once when nothing waits, else after two calm polls", () => {
  const late = () => {
    const watch = new LogWatch();
    watch.update(health([10, 5]));
    assert.ok(watch.update(health([20, 15])).notice);
    return watch;
  };
  assert.equal(late().update(health([20, 0])).notice, null);
  const watch = late();
  assert.ok(watch.update(health([30, 3])).notice);
  assert.equal(watch.update(health([40, 3])).notice, null);
});

Deno.test("a calm poll between late ones does not count towards the end", () => {
  const watch = new LogWatch();
  for (const [end, lag] of [[10, 5], [20, 15], [30, 3], [40, 13]]) watch.update(health([end, lag]));
  assert.ok(watch.update(health([50, 3])).notice);
});

Deno.test("a log that starts again at a lower offset is not late", () => {
  const watch = new LogWatch();
  watch.update(health([1000, 0]));
  assert.equal(watch.update(health([5, 0])).notice, null);
});

Deno.test("a screen reader hears of each thing once, whatever the figures do, and of its end", () => {
  const watch = new LogWatch();
  const bad = { ...healthy, deadLetters: 1, trouble: "No broker answers: check KAFKA_BROKERS" };
  assert.equal(watch.update(healthy).news, null);
  assert.equal(
    watch.update(bad).news,
    "No broker answers: check KAFKA_BROKERS. 1 record set aside",
  );
  assert.equal(watch.update({ ...bad, deadLetters: 2, trouble: "No broker answers for 9 s" }).news, null);
  assert.equal(
    watch.update({ ...healthy, deadLetters: 2, lostRecords: 4 }).news,
    "4 batches of readings deleted by retention before being classified. Readings are classified in time again",
  );
  assert.equal(watch.update({ ...healthy, deadLetters: 2, lostRecords: 4 }).news, null);
  assert.deepEqual(watch.update(healthy), { notice: null, news: null });
});

Deno.test("figures are grouped and words agree with them", () => {
  assert.equal(waitingWords(1), "1 batch of readings waiting to be classified");
  assert.equal(waitingWords(1240), "1,240 batches of readings waiting to be classified");
  assert.equal(deadLetterWords(3), "3 records set aside");
});
