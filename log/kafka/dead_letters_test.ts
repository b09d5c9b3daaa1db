import assert from "node:assert/strict";
import { DeadLetterCount, deadLetterOf, wholeLetterOf } from "./dead_letters.ts";
import type { FetchedRecord } from "./fetch_codec.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function recordAt(offset: number, headers: Record<string, string> = {}): FetchedRecord {
  return {
    offset,
    timestampMs: 1_767_225_600_000,
    key: bytes("phone-1"),
    value: bytes("x".repeat(600)),
    headers: Object.entries(headers).map(([name, value]) => [name, bytes(value)]),
  };
}

/** A topic of one partition with records at these offsets; tells where it was read from. */
function topicOf(...offsets: number[]) {
  const reads: number[] = [];
  return {
    offsets,
    reads,
    async *readAll(_partition: number, from: number) {
      reads.push(from);
      const records = offsets.filter((offset) => offset >= from).map((offset) => recordAt(offset));
      await Promise.resolve();
      if (records.length > 0) yield records;
    },
  };
}

Deno.test("A dead letter shows where it stood, and the beginning of what it was", () => {
  const headers = {
    reason: "no JSON",
    topic: "t.raw_sensor_data",
    partition: "3",
    offset: "41",
    bytes: "9000000",
  };
  const { excerpt, ...rest } = deadLetterOf(recordAt(7, headers));
  assert.deepEqual(rest, {
    reason: "no JSON",
    isRefused: false,
    topic: "t.raw_sensor_data",
    partition: 3,
    offset: 41,
    atMs: 1_767_225_600_000,
    key: "phone-1",
    bytes: 9_000_000,
  });
  assert.equal(excerpt, "x".repeat(500));
});

Deno.test("A dead letter that someone else put there shows what it has", () => {
  const { reason, offset, bytes } = deadLetterOf(recordAt(7));
  assert.deepEqual({ reason, offset, bytes }, { reason: "no reason given", offset: 7, bytes: 600 });
});

Deno.test("The ends of transactions are no dead letters, and only what is new is read", async () => {
  const topic = topicOf(0, 2, 3);
  const count = new DeadLetterCount(topic, () => false);
  assert.equal(await count.update([{ begin: 0, end: 5 }]), 3);
  assert.equal(await count.update([{ begin: 0, end: 5 }]), 3);
  topic.offsets.push(5);
  assert.equal(await count.update([{ begin: 0, end: 7 }]), 4);
  assert.deepEqual(topic.reads, [0, 5]);
});

Deno.test("What retention deleted does not count any more", async () => {
  const topic = topicOf(0, 2, 4);
  const count = new DeadLetterCount(topic, () => false);
  await count.update([{ begin: 0, end: 6 }]);
  assert.equal(await count.update([{ begin: 1, end: 6 }]), 2);
  assert.equal(await count.update([{ begin: 6, end: 6 }]), 0);
});

Deno.test("A topic that was made anew is counted anew", async () => {
  const topic = topicOf(0, 2, 4);
  const count = new DeadLetterCount(topic, () => false);
  await count.update([{ begin: 0, end: 6 }]);
  topic.offsets.length = 1;
  assert.equal(await count.update([{ begin: 0, end: 2 }]), 1);
});

Deno.test("Of very many only the newest are read", async () => {
  const topic = topicOf(...Array.from({ length: 50_000 }, (_, i) => 2 * i));
  const count = new DeadLetterCount(topic, () => false);
  assert.equal(await count.update([{ begin: 0, end: 100_000 }]), 98_000 + 1000);
  assert.deepEqual(topic.reads, [98_000]);
});

Deno.test("Discarded ones are still in the topic and do not count", async () => {
  const topic = topicOf(0, 2, 4);
  const discarded = new Set([2]);
  const count = new DeadLetterCount(topic, ({ offset }) => discarded.has(offset));
  assert.equal(await count.update([{ begin: 0, end: 6 }]), 2);
  discarded.add(4);
  assert.equal(await count.update([{ begin: 0, end: 6 }]), 1);
  assert.deepEqual(topic.reads, [0]);
});

Deno.test("A whole letter tells whether its value is all there was", () => {
  assert.equal(wholeLetterOf(recordAt(7)).isWhole, true);
  assert.equal(wholeLetterOf(recordAt(7)).value.length, 600);
  assert.equal(wholeLetterOf(recordAt(7, { bytes: "9000000" })).isWhole, false);
  assert.deepEqual(wholeLetterOf({ ...recordAt(7), value: null }).value, new Uint8Array());
});
