import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { SetAside } from "../port.ts";
import { Unavailable } from "../unavailable.ts";
import type { BatchSender } from "./appender.ts";
import { DeadLetterWriter } from "./dead_letter_writer.ts";
import { deadLetterOf } from "./dead_letters.ts";
import { decodeBatches } from "./fetch_codec.ts";
import type { RecordBatch } from "./produce_codec.ts";
import { BatchTooLarge } from "./producer.ts";

const TOPICS = {
  raw: "t.raw",
  activity: "t.activity",
  state: "t.state",
  control: "t.control",
  deadLetters: "t.raw.dlq",
  rawMaxBytes: 4 << 20,
  deadLetterMaxBytes: 1 << 20,
};

const letterAt = (offset: number, more: Partial<SetAside> = {}): SetAside => ({
  topic: "raw_sensor_data",
  partition: 1,
  offset,
  key: "phone-1",
  value: "{}",
  reason: "refused",
  ...more,
});

/** Stores, fails or keeps silent as the test says; one batch of a partition at a time is taken, as by brokers. */
class FakeSender implements BatchSender {
  trouble: string | null = null;
  closed = 0;
  readonly batches: { partition: number; batch: RecordBatch }[] = [];
  answer: () => Promise<void> = () => Promise.resolve();
  readonly #busy = new Set<number>();

  async send(partition: number, batch: RecordBatch): Promise<void> {
    assert.ok(!this.#busy.has(partition), "one at a time");
    this.#busy.add(partition);
    await this.answer();
    this.#busy.delete(partition);
    this.batches.push({ partition, batch });
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }

  stored() {
    return this.batches.flatMap(({ batch }) => {
      const bytes = Buffer.from(batch.stamp({ id: 1, epoch: 0 }, 0));
      return decodeBatches(bytes, 0, []).records.map(deadLetterOf);
    });
  }
}

function writerTo(senders: FakeSender[], deadlineMs?: number): DeadLetterWriter {
  let opened = 0;
  return new DeadLetterWriter({ topics: TOPICS, open: () => senders[opened++], deadlineMs });
}

Deno.test("letters go to the partition of their record with its place, and one that is too large is cut", async () => {
  const sender = new FakeSender();
  const writer = writerTo([sender]);
  const large = "x".repeat(2 << 20);
  const letters = [
    letterAt(1, { key: "phöne" }),
    letterAt(2, { topic: "processed_activity", partition: 0 }),
    letterAt(3, { value: large }),
    letterAt(4),
  ];
  await Promise.all([writer.write(letters), writer.write([letterAt(5)])]);
  const stored = sender.stored().sort((a, b) => a.offset - b.offset);
  assert.deepEqual(stored.map(({ topic, partition, offset }) => `${topic}/${partition}/${offset}`), [
    "t.raw/1/1",
    "t.activity/0/2",
    "t.raw/1/3",
    "t.raw/1/4",
    "t.raw/1/5",
  ]);
  assert.deepEqual([stored[0].key, stored[0].reason, stored[2].bytes], ["phöne", "refused", large.length]);
  assert.deepEqual(new Set(sender.batches.map(({ partition }) => partition)), new Set([0, 1]));
  for (const { batch } of sender.batches) assert.ok(batch.byteLength <= TOPICS.deadLetterMaxBytes);
});

Deno.test("what is not acknowledged in time is unavailable with the cause, and the next write uses a new sender", async () => {
  const [silent, sound] = [new FakeSender(), new FakeSender()];
  silent.answer = () => new Promise(() => {});
  silent.trouble = "no broker answers";
  const writer = writerTo([silent, sound], 1);
  const late = writer.write([letterAt(1)]);
  const next = writer.write([letterAt(2)]);
  await assert.rejects(late, (error) => error instanceof Unavailable && error.detail === "no broker answers");
  await next;
  assert.deepEqual([silent.closed, sound.stored().length], [1, 1]);
});

Deno.test("a topic that takes smaller records than it did is told with what to raise", async () => {
  const sender = new FakeSender();
  sender.answer = () => Promise.reject(new BatchTooLarge("too large"));
  await assert.rejects(writerTo([sender]).write([letterAt(1)]), (error) => {
    assert.ok(error instanceof Unavailable);
    assert.match(error.detail, /t\.raw\.dlq .*max\.message\.bytes was 1048576/);
    return true;
  });
});

Deno.test("closing ends the write under way and refuses the next", async () => {
  const sender = new FakeSender();
  const asked = Promise.withResolvers<void>();
  sender.answer = () => {
    asked.resolve();
    return new Promise(() => {});
  };
  const writer = writerTo([sender]);
  const underWay = assert.rejects(writer.write([letterAt(1)]), Unavailable);
  await asked.promise;
  await Promise.all([writer.close(), writer.close()]);
  await underWay;
  await assert.rejects(writer.write([letterAt(2)]), Unavailable);
  assert.equal(sender.closed, 1);
});
