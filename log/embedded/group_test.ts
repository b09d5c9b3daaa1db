import assert from "node:assert/strict";
import fc from "fast-check";
import { copyBatch, type ReadingBatch } from "../records.ts";
import { batchOf, columnsOf } from "../testing/batches.ts";
import { GroupReader, GroupWriter, maxBatchBytes, ScratchBatch, withoutDuplicates } from "./group.ts";

const HEADER_BYTES = 40;

function groupOf(batches: readonly ReadingBatch[], bytes = 1 << 16): Uint8Array {
  const writer = new GroupWriter(new ArrayBuffer(bytes));
  batches.forEach((batch, i) => assert.ok(writer.add(i, i % 3, batch)));
  assert.equal(writer.count, batches.length);
  return new Uint8Array(writer.buffer, 0, writer.length);
}

function readGroup(bytes: Uint8Array): ReadingBatch[] {
  const reader = new GroupReader(bytes);
  const scratch = new ScratchBatch(reader);
  const batches: ReadingBatch[] = [];
  while (reader.advance()) {
    reader.readInto(scratch);
    batches.push({ ...copyBatch(scratch), deviceId: "phone-1", sessionId: "run-1" });
  }
  return batches;
}

Deno.test("a group gives its batches back in order, each with its slot and partition", () => {
  const axis = fc.oneof(fc.double({ noNaN: true }), fc.integer().map((n) => n / 1e6), fc.constant(-0));
  const time = fc.oneof(fc.double({ min: 1, noNaN: true }), fc.integer({ min: 1 }));
  const batch = fc.tuple(
    fc.integer({ min: 0, max: 9 }),
    fc.array(time, { minLength: 1, maxLength: 5 }),
    fc.array(axis, { minLength: 1, maxLength: 5 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 50 }).filter((id) => id.isWellFormed()),
  ).map(([count, times, axes, id]) => batchOf("phone-1", id, columnsOf(count, times, axes)));
  fc.assert(fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
    const bytes = groupOf(batches);
    assert.deepEqual(readGroup(bytes), batches);
    const reader = new GroupReader(bytes);
    for (let i = 0; reader.advance(); i++) assert.deepEqual([reader.session, reader.partition], [i, i % 3]);
  }));
});

Deno.test("whole milliseconds and six decimals take half the bytes, and everything else its own", () => {
  const sizeOf = (times: number[], axes: number[]) =>
    groupOf([batchOf("phone-1", "1", columnsOf(100, times, axes))]).length;
  assert.equal(sizeOf([1e12, 1e12 + 20], [9.81, -0.000001]), HEADER_BYTES + 400 + 1200);
  assert.equal(sizeOf([1e12, 1e12 + 20.5], [9.81]), HEADER_BYTES + 800 + 1200);
  assert.equal(sizeOf([1e12, 1e12 + 2 ** 31], [9.81]), HEADER_BYTES + 800 + 1200);
  for (const wide of [Math.PI, -0, 2148, NaN, Infinity]) {
    assert.equal(sizeOf([1e12], [9.81, wide]), HEADER_BYTES + 400 + 2400, String(wide));
  }
});

Deno.test("add() returns false and changes nothing when the batch may not fit", () => {
  const batch = batchOf("phone-1", "1", columnsOf(10, [1e12], [Math.PI]));
  const writer = new GroupWriter(new ArrayBuffer(maxBatchBytes(10, 1) + 64));
  assert.ok(writer.add(0, 0, batch));
  const before = writer.buffer.slice(0);
  assert.equal(writer.add(1, 0, batch), false);
  assert.equal(writer.count, 1);
  assert.deepEqual(writer.buffer, before);
});

Deno.test("a reused buffer's old bytes do not show", () => {
  const buffer = new ArrayBuffer(4096);
  new Uint8Array(buffer).fill(0xff);
  const batch = batchOf("phone-1", "abc", columnsOf(3, [1e12], [1]));
  const writer = new GroupWriter(buffer);
  writer.add(7, 2, batch);
  const reader = new GroupReader(new Uint8Array(buffer), writer.length);
  assert.ok(reader.advance());
  assert.deepEqual([reader.session, reader.partition, reader.isDuplicate, reader.messageId], [
    7,
    2,
    false,
    "abc",
  ]);
  assert.equal(reader.advance(), false);
});

Deno.test("withoutDuplicates() drops the marked batches only", () => {
  const ids = ["a", "b", "ç", "d", "e"];
  const bytes = groupOf(ids.map((id, i) => batchOf("phone-1", id, columnsOf(i, [1e12], [i]))));
  const reader = new GroupReader(bytes);
  while (reader.advance()) if (["a", "ç", "e"].includes(reader.messageId)) reader.markDuplicate();
  assert.deepEqual(readGroup(withoutDuplicates(bytes)).map(({ messageId }) => messageId), ["b", "d"]);
});
