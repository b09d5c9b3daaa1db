/**
 * Where a task goes on: states that expire while their session comes back, and offsets that someone has set.
 */
import assert from "node:assert/strict";
import { Connection } from "../../log/kafka/connection.ts";
import type { KafkaLog } from "../../log/kafka/log.ts";
import { KafkaHarness } from "../../log/kafka/testing.ts";
import { batchOf, readAllActivity } from "../../log/testing/batches.ts";
import { CLOSING, CountingTask } from "../../log/testing/counting_task.ts";
import { until } from "../client.ts";
import { kafkaTest } from "./testing.ts";

const DEVICE = "phone-1";
const SEEN_MS = 60_000;

const newHarness = (brokers: string[]) =>
  new KafkaHarness(() => Promise.resolve(brokers), { partitions: 1, seenMs: SEEN_MS });

/** Runs a counting task; resolves when it has started. */
async function runCounting(log: KafkaLog): Promise<void> {
  let started = false;
  await log.run((context) => {
    started = true;
    return new CountingTask(context);
  });
  await until(() => started, (isStarted) => isStarted);
}

/** How many batches each window of the device was the result of. */
async function countsOf(log: KafkaLog): Promise<number[]> {
  return (await readAllActivity(log)).flat().map(({ record }) => record.timestamp / 1000);
}

/** As kafka-consumer-groups does, but in a transaction, which need not wait until a killed member is missed. */
async function setOffset(harness: KafkaHarness, log: KafkaLog, offset: number): Promise<void> {
  const settings = harness.settingsOf(log);
  const connection = new Connection(settings);
  const consumerGroupId = connection.name("activity-tracker");
  const topic = connection.name("raw_sensor_data");
  const producer = connection.kafka.producer({ transactionalId: connection.name("set") });
  await producer.connect();
  const transaction = await producer.transaction();
  const partitions = [{ partition: 0, offset: String(offset) }];
  await transaction.sendOffsets({ consumerGroupId, topics: [{ topic, partitions }] });
  await transaction.commit();
  await producer.disconnect();
}

kafkaTest("A session that comes back while its state expires keeps the new state", async (brokers) => {
  await using harness = newHarness(brokers);
  let log = await harness.open();
  await runCounting(log);
  await log.append(batchOf(DEVICE, `${CLOSING}1`));
  await harness.settle(log);
  harness.nowMs += SEEN_MS + 1;
  await log.append(batchOf(DEVICE, `${CLOSING}2`));
  await harness.settle(log);
  log = await harness.crash(log);
  await runCounting(log);
  await log.append(batchOf(DEVICE, `${CLOSING}3`));
  await harness.settle(log);
  assert.deepEqual(await countsOf(log), [1, 2, 3]);
});

for (
  const [direction, offset, expected] of [
    ["back to where states are newer", 1, [1, 2, 3, 4, 5, 6, 7]],
    ["back to between the states and the results", 4, [1, 2, 3, 4, 5, 6, 7]],
  ] as const
) {
  kafkaTest(`Offsets set ${direction}, after a crash, repeat no window and lose none`, async (brokers) => {
    await using harness = newHarness(brokers);
    let log = await harness.open();
    await runCounting(log);
    const append = async (from: number, to: number) => {
      for (let i = from; i <= to; i++) await log.append(batchOf(DEVICE, `${i}`));
      await harness.settle(log);
    };
    await append(1, 2);
    await harness.snapshot(log);
    await append(3, 6);
    log = await harness.crash(log);
    await setOffset(harness, log, offset);
    await runCounting(log);
    await append(7, 7);
    assert.deepEqual(await countsOf(log), expected);
  });
}

for (const end of ["crash", "stop"] as const) {
  kafkaTest(
    `Offsets set forward, after a ${end}, pass records over and repeat no window`,
    async (brokers) => {
      await using harness = newHarness(brokers);
      let log = await harness.open();
      await runCounting(log);
      for (let i = 1; i <= 6; i++) await log.append(batchOf(DEVICE, `${i}`));
      await harness.settle(log);
      if (end === "stop") await log.close();
      log = await (end === "crash" ? harness.crash(log) : harness.reopen(log));
      for (let i = 7; i <= 9; i++) await log.append(batchOf(DEVICE, `${i}`));
      await setOffset(harness, log, 9);
      await runCounting(log);
      await log.append(batchOf(DEVICE, "10"));
      await harness.settle(log);
      log = await harness.crash(log);
      await runCounting(log);
      await log.append(batchOf(DEVICE, "11"));
      await harness.settle(log);
      assert.deepEqual(await countsOf(log), [1, 2, 3, 4, 5, 6, 7, 8]);
    },
  );
}
