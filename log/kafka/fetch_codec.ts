/**
 * What a broker answers to a fetch, decoded: record batches of the current format (magic 2), without records of aborted
 * transactions. kafkajs has a decoder too, but it makes an object with a dozen fields of every record, takes aborted
 * transactions to be sorted by their first offset, and cannot tell where to go on after a batch that compaction has emptied.
 *
 * Source of the layout: https://kafka.apache.org/documentation/#messageformat and the Fetch API, version 11.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { gunzipSync, zstdDecompressSync } from "node:zlib";

export interface FetchedRecord {
  offset: number;
  /** As the topic's message.timestamp.type says: set by the producer or by the broker, ms since the Unix epoch. */
  timestampMs: number;
  /** Views of the answer's bytes: to be copied by whoever keeps them. */
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers: [string, Uint8Array | null][];
  /** Why the record, or the whole batch that starts with it, cannot be read; `value` then has all its bytes. */
  unreadable?: string;
}

export interface FetchedPartition {
  partition: number;
  /** 0 when all is well: https://kafka.apache.org/protocol#protocol_error_codes */
  errorCode: number;
  /** Records before this offset are of finished transactions. */
  stableEnd: number;
  records: FetchedRecord[];
  /** Where to read on. */
  next: number;
}

const MAGIC = 2;
/** Base offset and length come before what the length counts. */
const BATCH_PREFIX_BYTES = 12;
const BATCH_HEADER_BYTES = 61;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
/** Type of a control record: the end of an aborted transaction. */
const ABORT_MARKER = 0;
const COMPRESSIONS = ["none", "gzip", "snappy", "lz4", "zstd"];
/** A batch that says it unpacks to more than any topic of ours takes is not worth the memory, bytes. */
const MAX_UNPACKED_BYTES = 256 << 20;
const NO_HEADERS: FetchedRecord["headers"] = [];
const utf8 = new TextDecoder();

/**
 * Decodes the body of a fetch answer of one topic.
 *
 * @param answer after the correlation id
 * @param from the offset that was asked for, per partition
 * @throws Error when the answer as a whole was refused or is cut short
 */
export function decodeFetch(answer: Buffer, from: ReadonlyMap<number, number>): FetchedPartition[] {
  // Throttle time, error code and session id come first.
  const errorCode = answer.readInt16BE(4);
  if (errorCode !== 0) throw new Error(`the broker refused to be read from (error code ${errorCode})`);
  const fetched: FetchedPartition[] = [];
  const topics = answer.readInt32BE(10);
  let at = 14;
  for (let topic = 0; topic < topics; topic++) {
    at += 2 + answer.readInt16BE(at);
    const partitions = answer.readInt32BE(at);
    at += 4;
    for (let i = 0; i < partitions; i++) at = decodePartition(answer, at, from, fetched);
  }
  return fetched;
}

/** @returns where the next partition begins */
function decodePartition(
  answer: Buffer,
  start: number,
  from: ReadonlyMap<number, number>,
  into: FetchedPartition[],
): number {
  const partition = answer.readInt32BE(start);
  const errorCode = answer.readInt16BE(start + 4);
  const stableEnd = readOffset(answer, start + 14);
  const abortedCount = answer.readInt32BE(start + 30);
  let at = start + 34;
  const aborted: Aborted[] = [];
  for (let i = 0; i < abortedCount; i++, at += 16) {
    aborted.push({ producerId: readOffset(answer, at), first: readOffset(answer, at + 8) });
  }
  // Before the batches: the preferred replica, and their length.
  const batchesAt = at + 8;
  const end = batchesAt + Math.max(0, answer.readInt32BE(at + 4));
  const { records, next } = decodeBatches(answer.subarray(batchesAt, end), from.get(partition) ?? 0, aborted);
  into.push({ partition, errorCode, stableEnd, records, next });
  return end;
}

/** An aborted transaction: whose, and its first offset. */
export interface Aborted {
  producerId: number;
  first: number;
}

/**
 * Decodes batches; the last may be cut short.
 *
 * @param from records before it are left out
 */
export function decodeBatches(
  bytes: Buffer,
  from: number,
  aborted: readonly Aborted[],
): { records: FetchedRecord[]; next: number } {
  const records: FetchedRecord[] = [];
  // By their ends in the broker's index, so they come in any order of their beginnings.
  const toCome = aborted.toSorted((a, b) => a.first - b.first);
  const aborting = new Set<number>();
  let next = from;
  for (let at = 0; at + BATCH_HEADER_BYTES <= bytes.length;) {
    const end = at + BATCH_PREFIX_BYTES + bytes.readInt32BE(at + 8);
    if (end < at + BATCH_HEADER_BYTES) throw new Error("a record batch is shorter than its head");
    if (end > bytes.length) break;
    if (bytes[at + 16] !== MAGIC) {
      throw new Error(`a record batch of format ${bytes[at + 16]}: expected ${MAGIC}`);
    }
    const batch = bytes.subarray(at, end);
    at = end;
    const base = readOffset(batch, 0);
    const lastOffset = base + batch.readInt32BE(23);
    const attributes = batch.readInt16BE(21);
    const producerId = readOffset(batch, 43);
    next = Math.max(next, lastOffset + 1);
    while (toCome.length > 0 && toCome[0].first <= lastOffset) aborting.add(toCome.shift()!.producerId);
    if (attributes & CONTROL) {
      if (isAbortMarker(batch)) aborting.delete(producerId);
    } else if (!(attributes & TRANSACTIONAL && aborting.has(producerId))) {
      addRecords(batch, base, attributes, from, records);
    }
  }
  return { records, next };
}

/** Offsets and producer ids are 64 bits on the wire; none reaches 2^53 in our lifetime. */
function readOffset(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

function isAbortMarker(batch: Buffer): boolean {
  const [marker] = readRecords(batch.subarray(BATCH_HEADER_BYTES), batch.readInt32BE(57), 0, 0, 0);
  return marker?.key != null &&
    new DataView(marker.key.buffer, marker.key.byteOffset).getInt16(2) === ABORT_MARKER;
}

function addRecords(
  batch: Buffer,
  base: number,
  attributes: number,
  from: number,
  into: FetchedRecord[],
): void {
  const timestampMs = readOffset(batch, 27);
  const logAppendTime = attributes & 0x08 ? readOffset(batch, 35) : null;
  const count = batch.readInt32BE(57);
  const compression = attributes & 0x07;
  let read: FetchedRecord[];
  try {
    const body = unpacked(batch.subarray(BATCH_HEADER_BYTES), compression);
    read = readRecords(body, count, base, timestampMs, from);
  } catch (error) {
    const unreadable =
      `the batch of ${count} records cannot be read (${(error as Error).message}): expected records that ` +
      `are not compressed or by gzip or zstd, for example with the producer's compression.type=gzip`;
    const value = Buffer.from(batch);
    read = [{ offset: Math.max(base, from), timestampMs, key: null, value, headers: NO_HEADERS, unreadable }];
  }
  for (const record of read) {
    if (logAppendTime !== null) record.timestampMs = logAppendTime;
    into.push(record);
  }
}

function unpacked(body: Buffer, compression: number): Buffer {
  switch (COMPRESSIONS[compression]) {
    case "none":
      return body;
    case "gzip":
      return gunzipSync(body, { maxOutputLength: MAX_UNPACKED_BYTES });
    case "zstd":
      return zstdDecompressSync(body, { maxOutputLength: MAX_UNPACKED_BYTES });
    default:
      throw new Error(`compressed by ${COMPRESSIONS[compression] ?? `method ${compression}`}`);
  }
}

function readRecords(
  body: Buffer,
  count: number,
  base: number,
  timestampMs: number,
  from: number,
): FetchedRecord[] {
  const records: FetchedRecord[] = [];
  const cursor = new Cursor(body);
  for (let i = 0; i < count; i++) {
    const end = cursor.varint() + cursor.at;
    if (end > body.length) throw new Error("a record is cut short");
    // Attributes: none are defined.
    cursor.at++;
    const recordMs = timestampMs + cursor.varint();
    const offset = base + cursor.varint();
    if (offset >= from) {
      const key = cursor.bytes();
      const value = cursor.bytes();
      records.push({ offset, timestampMs: recordMs, key, value, headers: cursor.headers() });
    }
    cursor.at = end;
  }
  return records;
}

/** Reads numbers and byte strings as records hold them. */
class Cursor {
  at = 0;
  constructor(readonly body: Buffer) {}

  /** A zigzag number of up to 53 bits, as timestamps may be. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      if (this.at >= this.body.length) throw new Error("a number is cut short");
      const byte = this.body[this.at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bytes(): Uint8Array | null {
    const length = this.varint();
    if (length < 0) return null;
    this.at += length;
    return this.body.subarray(this.at - length, this.at);
  }

  headers(): FetchedRecord["headers"] {
    const count = this.varint();
    if (count === 0) return NO_HEADERS;
    const headers: FetchedRecord["headers"] = [];
    for (let i = 0; i < count; i++) {
      const name = this.bytes();
      if (name === null) throw new Error("a header has no name");
      headers.push([utf8.decode(name), this.bytes()]);
    }
    return headers;
  }
}
