/**
 * Processes that share a work's partitions: each has an owner that knows of it, whoever comes, leaves or dies.
 */
import assert from "node:assert/strict";
import { KafkaHarness } from "../../log/kafka/testing.ts";
import type { Log } from "../../log/port.ts";
import { batchOf } from "../../log/testing/batches.ts";
import { CountingTask } from "../../log/testing/counting_task.ts";
import { until } from "../client.ts";
import { kafkaTest, testBrokers } from "./testing.ts";

/** What a process was told, the last of it at the end. */
async function join(log: Log, name = "sink") {
  const told: number[][] = [];
  const share = await log.share(name, (partitions) => told.push([...partitions].sort((a, b) => a - b)));
  return { share, told, now: () => told.at(-1) ?? [] };
}

kafkaTest(
  "Partitions are shared anew when a process comes, leaves or dies, and each has one owner",
  async () => {
    await using harness = new KafkaHarness(testBrokers);
    const first = await harness.open();
    const all = Array.from({ length: first.partitions }, (_, partition) => partition);
    const one = await join(first);
    // Who has joined may still be waiting for its part.
    await until(() => one.now(), ({ length }) => length === all.length);
    assert.deepEqual(one.now(), all);

    const second = await harness.reopen(first);
    const two = await join(second);
    const shared = (counts: number[], parts: { now(): number[] }[]) =>
      until(
        () => parts.map((part) => part.now()),
        (owned) =>
          owned.every(({ length }, i) => length === counts[i]) && new Set(owned.flat()).size === all.length,
      );
    await shared([2, 2], [one, two]);

    await two.share.close();
    await shared([4], [one]);
    const last = two.told.length;
    const again = await join(second);
    await shared([2, 2], [one, again]);
    assert.equal(two.told.length, last, "who has left is told no more");

    // To the group, the first is dead; it is not told, and its partitions are the second's.
    await harness.crash(first);
    await shared([4], [again]);
    await second.close();
  },
);

kafkaTest("A shared work and the tasks, or two works, know nothing of each other", async () => {
  await using harness = new KafkaHarness(testBrokers);
  const log = await harness.open();
  await log.run((context) => new CountingTask(context));
  const other = await harness.reopen(log);
  const works = [await join(other, "sink"), await join(other, "other")];
  for (const { now } of works) await until(now, ({ length }) => length === log.partitions);
  await log.append(batchOf("phone-1", "1"));
  await harness.settle(log);
  for (const { share } of works) await share.close();
  assert.equal(log.status().trouble, null);
  assert.equal(other.status().trouble, null);
});
