import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { crc32c } from "./crc32c.ts";
import { decodeBatches } from "./fetch_codec.ts";
import { initProducerId, nextSequence, produce, RecordBatch } from "./produce_codec.ts";

const NOW_MS = 1_767_225_600_123;
const producer = { id: 2 ** 40 + 7, epoch: 3 };

Deno.test("a batch is read as it was written", () => {
  const record = fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 20_000 }));
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 80 }), (records) => {
      const batch = new RecordBatch(4 << 20);
      for (const [key, value] of records) assert.ok(batch.add(key, value));
      batch.seal(NOW_MS);
      const read = decodeBatches(Buffer.from(batch.stamp(producer, 9)), 0, []);
      assert.equal(read.next, records.length);
      assert.deepEqual(
        read.records.map((
          { offset, timestampMs, key, value },
        ) => [offset, timestampMs, [...key!], [...value!]]),
        records.map(([key, value], i) => [i, NOW_MS, [...key], [...value]]),
      );
    }),
    { numRuns: 30 },
  );
});

Deno.test("a record's headers are read as they were written, and count for the limit", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const header = fc.tuple(fc.string({ unit: "grapheme", maxLength: 30 }), bytes);
  const record = fc.tuple(bytes, bytes, fc.array(header, { maxLength: 5 }));
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
      const batch = new RecordBatch(4 << 20);
      for (const [key, value, headers] of records) {
        assert.ok(batch.add(key, value, headers.map(([name, value]) => [Buffer.from(name), value])));
      }
      batch.seal(NOW_MS);
      const read = decodeBatches(Buffer.from(batch.stamp(producer, 0)), 0, []);
      assert.deepEqual(
        read.records.map(({ key, value, headers }) => [
          [...key!],
          [...value!],
          headers.map(([name, value]) => [name, [...value!]]),
        ]),
        records.map(([key, value, headers]) => [
          [...key],
          [...value],
          headers.map(([name, value]) => [name, [...value]]),
        ]),
      );
    }),
    { numRuns: 30 },
  );
  const full = new RecordBatch(1000);
  full.add(Uint8Array.of(1), Uint8Array.of(2));
  assert.ok(!full.add(Uint8Array.of(1), Uint8Array.of(2), [[Uint8Array.of(3), new Uint8Array(950)]]));
});

Deno.test("a batch says whose it is, and its checksum fits after each stamp", () => {
  const batch = new RecordBatch(1000);
  batch.add(Buffer.from("key"), Buffer.from("value"));
  batch.seal(NOW_MS);
  for (const sequence of [5, 6]) {
    const bytes = Buffer.from(batch.stamp(producer, sequence));
    assert.equal(Number(bytes.readBigInt64BE(43)), producer.id);
    assert.equal(bytes.readInt16BE(51), producer.epoch);
    assert.equal(bytes.readInt32BE(53), sequence);
    assert.equal(bytes.readUInt32BE(17), crc32c(bytes.subarray(21)));
  }
});

Deno.test("a batch never grows past its limit, unless one record does", () => {
  const value = new Uint8Array(400);
  const batch = new RecordBatch(1000);
  assert.deepEqual([1, 2, 3].map(() => batch.add(new Uint8Array(3), value)), [true, true, false]);
  assert.ok(batch.byteLength <= 1000);
  assert.equal(batch.count, 2);
  const large = new RecordBatch(1000);
  assert.ok(large.add(new Uint8Array(3), new Uint8Array(5000)));
  assert.ok(!large.add(new Uint8Array(3), new Uint8Array(1)));
});

Deno.test("nothing can be added to a sealed batch", () => {
  const batch = new RecordBatch(1000);
  batch.add(Uint8Array.of(1), Uint8Array.of(2));
  batch.seal(NOW_MS);
  assert.ok(!batch.add(Uint8Array.of(1), Uint8Array.of(2)));
});

Deno.test("a sequence goes on at 0 after the largest", () => {
  assert.equal(nextSequence(2 ** 31 - 3, 2), 2 ** 31 - 1);
  assert.equal(nextSequence(2 ** 31 - 3, 3), 0);
  assert.equal(nextSequence(2 ** 31 - 1, 5), 4);
});

Deno.test("the answer to a produce request tells the outcome of every partition", async () => {
  const { request, response } = produce(
    "t",
    new Map([[3, Uint8Array.of(9)], [5, Uint8Array.of(8, 7)]]),
    5000,
  );
  const { buffer } = await request.encode();
  assert.equal(
    buffer.toString("hex"),
    "ffffffff00001388" + "00000001" + "000174" + "00000002" + "000000030000000109" + "00000005000000020807",
  );
  const partition = (index: number, code: number) => {
    const bytes = Buffer.alloc(30);
    bytes.writeInt32BE(index, 0);
    bytes.writeInt16BE(code, 4);
    return bytes;
  };
  const head = Buffer.from("00000001" + "000174" + "00000002", "hex");
  const throttle = Buffer.from("0000000c", "hex");
  const decoded = response.decode(Buffer.concat([head, partition(3, 0), partition(5, 19), throttle]));
  assert.equal(decoded.clientSideThrottleTime, 12);
  assert.deepEqual([...response.parse(decoded)], [[3, 0], [5, 19]]);
});

Deno.test("a producer id of 64 bits is read", () => {
  const answer = Buffer.alloc(16);
  answer.writeBigInt64BE(BigInt(producer.id), 6);
  answer.writeInt16BE(producer.epoch, 14);
  const { response } = initProducerId();
  assert.deepEqual(response.parse(response.decode(answer)), { errorCode: 0, ...producer });
});
