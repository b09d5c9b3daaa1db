import assert from "node:assert/strict";
import type { SetAside } from "../port.ts";
import { CountingTask } from "../testing/counting_task.ts";
import { Unavailable } from "../unavailable.ts";
import { MAX_DEAD_LETTERS } from "./dead_letters.ts";
import { EmbeddedHarness } from "./testing.ts";

const DAY_MS = 24 * 3_600_000;

const letterAt = (offset: number, more: Partial<SetAside> = {}): SetAside => ({
  topic: "processed_activity",
  partition: 0,
  offset,
  key: "phone-1",
  value: `{"n":${offset}}`,
  reason: "refused",
  ...more,
});

Deno.test("a record that is set aside again is kept once, as it was the first time", async () => {
  await using harness = new EmbeddedHarness();
  const log = await harness.open();
  await log.setAside([letterAt(1), letterAt(1, { reason: "later" }), letterAt(2)]);
  await log.setAside([letterAt(1), letterAt(1, { topic: "raw_sensor_data" }), letterAt(1, { partition: 1 })]);
  const letters = await log.readDeadLetters(10);
  assert.deepEqual(letters.map(({ topic, partition, offset }) => `${topic}/${partition}/${offset}`), [
    "processed_activity/1/1",
    "raw_sensor_data/0/1",
    "processed_activity/0/2",
    "processed_activity/0/1",
  ]);
  assert.equal(letters.at(-1)!.reason, "refused");
  assert.equal(letters[0].atMs, harness.nowMs);
  assert.equal(log.status().deadLetters, 4);
});

Deno.test("the oldest dead letters go beyond the limit, also after a restart", async () => {
  await using harness = new EmbeddedHarness();
  let log = await harness.open();
  const all = Array.from({ length: MAX_DEAD_LETTERS + 5 }, (_, offset) => letterAt(offset));
  await log.setAside(all.slice(0, MAX_DEAD_LETTERS - 1));
  await log.setAside(all.slice(MAX_DEAD_LETTERS - 1, MAX_DEAD_LETTERS + 2));
  assert.equal(log.status().deadLetters, MAX_DEAD_LETTERS);
  await log.close();
  log = await harness.reopen(log);
  assert.equal(log.status().deadLetters, MAX_DEAD_LETTERS);
  await log.setAside(all.slice(MAX_DEAD_LETTERS + 2));
  assert.equal(log.status().deadLetters, MAX_DEAD_LETTERS);
  const kept = await log.readDeadLetters(MAX_DEAD_LETTERS + 10);
  assert.deepEqual([kept.length, kept[0].offset, kept.at(-1)!.offset], [
    MAX_DEAD_LETTERS,
    MAX_DEAD_LETTERS + 4,
    5,
  ]);
});

Deno.test("dead letters are deleted at the age at which records are", async () => {
  await using harness = new EmbeddedHarness({ retentionMs: DAY_MS });
  const log = await harness.open();
  await log.run((context) => new CountingTask(context));
  await log.setAside([letterAt(1)]);
  harness.nowMs += DAY_MS / 2;
  await log.setAside([letterAt(2)]);
  harness.nowMs += DAY_MS / 2 + 1;
  log.advance();
  assert.deepEqual((await log.readDeadLetters(10)).map(({ offset }) => offset), [2]);
  assert.equal(log.status().deadLetters, 1);
});

Deno.test("a full disk refuses dead letters as unavailable and stores none of them", async () => {
  await using harness = new EmbeddedHarness({ maxPages: 30 });
  const log = await harness.open();
  const many = Array.from({ length: 5000 }, (_, offset) => letterAt(offset, { reason: "r".repeat(1000) }));
  await assert.rejects(
    log.setAside(many),
    (error) => error instanceof Unavailable && /full/.test(error.detail),
  );
  assert.equal(log.status().deadLetters, 0);
  await log.setAside(many.slice(0, 3));
  assert.equal((await log.readDeadLetters(10)).length, 3);
});
