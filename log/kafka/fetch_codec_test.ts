import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { type Aborted, decodeBatches, decodeFetch } from "./fetch_codec.ts";

const utf8 = new TextDecoder();

/** A number as records hold it: zigzag, seven bits a byte. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >= 0 ? BigInt(value) * 2n : BigInt(-value) * 2n - 1n;
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const varintBytes = (bytes: Uint8Array | null) => bytes ? [...varint(bytes.length), ...bytes] : varint(-1);

interface TestRecord {
  key: Uint8Array | null;
  value: Uint8Array | null;
  timestampDelta?: number;
  headers?: [string, Uint8Array | null][];
}

interface TestBatch {
  base: number;
  records: TestRecord[];
  /** Offsets of the records after the base; one after another unless given. */
  deltas?: number[];
  lastDelta?: number;
  producerId?: number;
  transactional?: boolean;
  control?: boolean;
  compression?: 0 | 1 | 2 | 3 | 4;
  firstTimestamp?: number;
  logAppendTime?: number;
}

/** As https://kafka.apache.org/documentation/#recordbatch says; the checksum is left out, since it is not looked at. */
function encodeBatch(batch: TestBatch): Buffer {
  const { base, records, deltas = records.map((_, i) => i), producerId = -1, compression = 0 } = batch;
  const bodies = records.flatMap(({ key, value, timestampDelta = 0, headers = [] }, i) => {
    const record = [
      0,
      ...varint(timestampDelta),
      ...varint(deltas[i]),
      ...varintBytes(key),
      ...varintBytes(value),
    ];
    record.push(...varint(headers.length));
    for (const [name, text] of headers) {
      record.push(...varintBytes(new TextEncoder().encode(name)), ...varintBytes(text));
    }
    return [...varint(record.length), ...record];
  });
  let body: Uint8Array = Buffer.from(bodies);
  if (compression === 1) body = gzipSync(body);
  if (compression === 4) body = zstdCompressSync(body);
  const head = Buffer.alloc(61);
  head.writeBigInt64BE(BigInt(base), 0);
  head.writeInt32BE(49 + body.length, 8);
  head[16] = 2;
  head.writeInt16BE(
    compression | (batch.logAppendTime === undefined ? 0 : 8) | (batch.transactional ? 16 : 0) |
      (batch.control ? 32 : 0),
    21,
  );
  head.writeInt32BE(batch.lastDelta ?? Math.max(0, records.length - 1), 23);
  head.writeBigInt64BE(BigInt(batch.firstTimestamp ?? 1_767_225_600_000), 27);
  head.writeBigInt64BE(BigInt(batch.logAppendTime ?? 0), 35);
  head.writeBigInt64BE(BigInt(producerId), 43);
  head.writeInt32BE(records.length, 57);
  return Buffer.concat([head, body]);
}

const text = (value: string): TestRecord => ({ key: null, value: new TextEncoder().encode(value) });
const marker = (base: number, producerId: number, type: "abort" | "commit"): Buffer =>
  encodeBatch({
    base,
    records: [{
      key: Uint8Array.of(0, 0, 0, type === "commit" ? 1 : 0),
      value: Uint8Array.of(0, 0, 0, 0, 0, 0),
    }],
    producerId,
    transactional: true,
    control: true,
  });
const valuesOf = (bytes: Buffer, from = 0, aborted: Aborted[] = []) => {
  const { records, next } = decodeBatches(bytes, from, aborted);
  return { values: records.map(({ value }) => utf8.decode(value!)), next };
};

Deno.test("decodeBatches() gives back what any batch holds, whatever its compression", () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 40 }));
  const record = fc.record({
    key: bytes,
    value: bytes,
    timestampDelta: fc.integer({ min: -1e6, max: 1e12 }),
    headers: fc.array(fc.tuple(fc.string({ unit: "grapheme" }), bytes), { maxLength: 3 }),
  });
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 2 ** 45 }),
    fc.array(record, { minLength: 1, maxLength: 6 }),
    fc.constantFrom(0 as const, 1 as const, 4 as const),
    (base, records, compression) => {
      const decoded = decodeBatches(encodeBatch({ base, records, compression }), 0, []);
      assert.equal(decoded.next, base + records.length);
      assert.deepEqual(
        decoded.records.map(({ offset, timestampMs, key, value, headers }) => ({
          offset,
          timestampMs,
          key: key && Uint8Array.from(key),
          value: value && Uint8Array.from(value),
          headers: headers.map(([name, text]) => [name, text && Uint8Array.from(text)]),
        })),
        records.map(({ key, value, timestampDelta, headers }, i) => ({
          offset: base + i,
          timestampMs: 1_767_225_600_000 + timestampDelta,
          key,
          value,
          headers,
        })),
      );
    },
  ));
});

Deno.test("decodeBatches() leaves out records before the offset asked for, and a batch that is cut short", () => {
  const first = encodeBatch({ base: 5, records: [text("a"), text("b"), text("c")] });
  const second = encodeBatch({ base: 8, records: [text("d")] });
  const both = Buffer.concat([first, second]);
  assert.deepEqual(valuesOf(both, 7), { values: ["c", "d"], next: 9 });
  for (let length = 0; length < second.length; length++) {
    assert.deepEqual(valuesOf(both.subarray(0, first.length + length)), { values: ["a", "b", "c"], next: 8 });
  }
});

Deno.test("decodeBatches() goes on after batches that compaction has thinned or emptied", () => {
  const thinned = encodeBatch({ base: 0, records: [text("c")], deltas: [2], lastDelta: 4 });
  const emptied = encodeBatch({ base: 5, records: [], lastDelta: 3 });
  assert.deepEqual(valuesOf(Buffer.concat([thinned, emptied])), { values: ["c"], next: 9 });
  assert.equal(decodeBatches(Buffer.concat([thinned, emptied]), 0, []).records[0].offset, 2);
});

Deno.test("decodeBatches() leaves out aborted transactions, however those of several producers are interleaved", () => {
  const batch = (base: number, producerId: number, value: string, transactional = true) =>
    encodeBatch({ base, records: [text(value)], producerId, transactional });
  const bytes = Buffer.concat([
    batch(0, 7, "aborted by 7"),
    batch(1, 8, "aborted by 8, later"),
    batch(2, 9, "committed by 9"),
    batch(3, 8, "aborted by 8, again"),
    marker(4, 8, "abort"),
    batch(5, 8, "committed by 8"),
    batch(6, 7, "aborted by 7, again"),
    batch(7, -1, "in no transaction", false),
    marker(8, 7, "abort"),
    marker(9, 9, "commit"),
    batch(10, 7, "committed by 7"),
    marker(11, 8, "commit"),
    marker(12, 7, "commit"),
  ]);
  // The broker lists them by their ends.
  const aborted = [{ producerId: 8, first: 1 }, { producerId: 7, first: 0 }];
  assert.deepEqual(valuesOf(bytes, 0, aborted), {
    values: ["committed by 9", "committed by 8", "in no transaction", "committed by 7"],
    next: 13,
  });
});

Deno.test("decodeBatches() gives a batch that it cannot unpack as one unreadable record with all its bytes", () => {
  const packed = encodeBatch({ base: 3, records: [text("a"), text("b")], compression: 3 });
  const broken = encodeBatch({ base: 5, records: [text("c")], compression: 1 });
  broken[61] ^= 0xff;
  const after = encodeBatch({ base: 6, records: [text("d")] });
  const { records, next } = decodeBatches(Buffer.concat([packed, broken, after]), 0, []);
  assert.equal(next, 7);
  assert.deepEqual(records.map(({ offset }) => offset), [3, 5, 6]);
  assert.match(records[0].unreadable!, /compressed by lz4.*gzip or zstd/);
  assert.match(records[1].unreadable!, /cannot be read/);
  assert.equal(records[2].unreadable, undefined);
  assert.deepEqual(records[0].value, packed);
});

Deno.test("decodeBatches() never fails otherwise than with an error, whatever the bytes", () => {
  const good = encodeBatch({ base: 0, records: [text("abc"), text("def")] });
  fc.assert(
    fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
      const bytes = Buffer.from(good);
      bytes[at] = byte;
      try {
        decodeBatches(bytes, 0, []);
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("records have the broker's time where the topic says so", () => {
  const batch = encodeBatch({ base: 0, records: [{ ...text("a"), timestampDelta: 5 }], logAppendTime: 1234 });
  assert.equal(decodeBatches(batch, 0, []).records[0].timestampMs, 1234);
});

Deno.test("decodeFetch() reads every partition of an answer", () => {
  const partition = (id: number, errorCode: number, aborted: Aborted[], batches: Buffer) => {
    const head = Buffer.alloc(34 + 16 * aborted.length + 8);
    head.writeInt32BE(id, 0);
    head.writeInt16BE(errorCode, 4);
    head.writeBigInt64BE(50n, 6);
    head.writeBigInt64BE(40n, 14);
    head.writeInt32BE(aborted.length, 30);
    aborted.forEach(({ producerId, first }, i) => {
      head.writeBigInt64BE(BigInt(producerId), 34 + 16 * i);
      head.writeBigInt64BE(BigInt(first), 42 + 16 * i);
    });
    head.writeInt32BE(batches.length, head.length - 4);
    return Buffer.concat([head, batches]);
  };
  const gone = encodeBatch({ base: 10, records: [text("gone")], producerId: 1, transactional: true });
  const kept = encodeBatch({ base: 12, records: [text("kept")] });
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0x74, 0, 0, 0, 2]);
  const answer = Buffer.concat([
    head,
    partition(3, 0, [{ producerId: 1, first: 10 }], Buffer.concat([gone, marker(11, 1, "abort"), kept])),
    partition(1, 6, [], Buffer.alloc(0)),
  ]);
  const fetched = decodeFetch(answer, new Map([[3, 10], [1, 4]]));
  assert.deepEqual(
    fetched.map(({ partition, errorCode, stableEnd, records, next }) => [
      partition,
      errorCode,
      stableEnd,
      records.map(({ value }) => utf8.decode(value!)),
      next,
    ]),
    [[3, 0, 40, ["kept"], 13], [1, 6, 40, [], 4]],
  );
});
