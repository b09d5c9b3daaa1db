/**
 * What a broker is sent to append records: record batches of the current format (magic 2), and the two requests of an idempotent
 * producer. kafkajs has encoders too; theirs take most of a producer's time, and hide which partitions were stored.
 *
 * Source of the layout: https://kafka.apache.org/documentation/#messageformat, and the Produce API, version 7, and the
 * InitProducerId API, version 0, in https://kafka.apache.org/protocol.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { constants, zstdCompressSync } from "node:zlib";
import { crc32c } from "./crc32c.ts";

const HEADER_BYTES = 61;
/** Base offset and length come before what the length counts. */
const PREFIX_BYTES = 12;
/** The checksum covers everything from here. */
const CHECKED_FROM = 21;
const MAGIC = 2;
const ZSTD = 4;
/** The fastest: readings become a fifth to a quarter of their bytes, and level 3 makes no fewer of them. */
const ZSTD_LEVEL = 1;
/** A record's attributes, header count and the four lengths before and in it. */
const MAX_RECORD_OVERHEAD_BYTES = 1 + 1 + 4 * 5 + 1;
/** The lengths of a header's name and value. */
const MAX_HEADER_OVERHEAD_BYTES = 2 * 5;
/** About ten messages of 50 readings. */
const FIRST_BYTES = 64 << 10;
const MAX_SEQUENCE = 0x7fffffff;

/** A record's header: its name and value as UTF-8. */
export type Header = readonly [name: Uint8Array, value: Uint8Array];
const NO_HEADERS: readonly Header[] = [];

/** Who appends: the broker drops what has the same producer and sequence as a batch it has. */
export interface ProducerId {
  id: number;
  epoch: number;
}

/**
 * Buffers of batches that were sealed: each is up to a megabyte, a hundred a second are needed, and the garbage collector would
 * have to run as often for their sake.
 */
const spare: Buffer[] = [];
/** Enough for one in each partition of most topics. */
const MAX_SPARE = 16;
/** A larger one is rare: a single message of thousands of readings. */
const MAX_SPARE_BYTES = 2 << 20;

/** Records of one partition, sent and stored together. */
export class RecordBatch {
  #bytes = spare.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = HEADER_BYTES;
  #count = 0;
  #sealed = false;

  /** @param maxBytes limit before compression; a first record may be longer */
  constructor(readonly maxBytes: number) {}

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#length;
  }

  /** @returns whether there was room; false leaves the batch as it was */
  add(key: Uint8Array, value: Uint8Array, headers: readonly Header[] = NO_HEADERS): boolean {
    let needed = key.length + value.length + MAX_RECORD_OVERHEAD_BYTES;
    for (const [name, text] of headers) needed += name.length + text.length + MAX_HEADER_OVERHEAD_BYTES;
    if (this.#sealed || this.#count > 0 && this.#length + needed > this.maxBytes) return false;
    this.#reserve(needed);
    const index = this.#count++;
    // No attributes, no time of its own: a byte each.
    let bodyBytes = 2 + varintBytes(index) + sizedBytes(key) + sizedBytes(value) +
      varintBytes(headers.length);
    for (const [name, text] of headers) bodyBytes += sizedBytes(name) + sizedBytes(text);
    this.#varint(bodyBytes);
    this.#bytes[this.#length++] = 0;
    this.#bytes[this.#length++] = 0;
    this.#varint(index);
    this.#sized(key);
    this.#sized(value);
    this.#varint(headers.length);
    for (const [name, text] of headers) {
      this.#sized(name);
      this.#sized(text);
    }
    return true;
  }

  /**
   * Closes the batch and compresses its records.
   *
   * @param nowMs time of every record, ms since the Unix epoch
   */
  seal(nowMs: number): void {
    const records = this.#bytes.subarray(HEADER_BYTES, this.#length);
    const packed = zstdCompressSync(records, {
      params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
    });
    const bytes = Buffer.alloc(HEADER_BYTES + packed.length);
    bytes.set(packed, HEADER_BYTES);
    bytes.writeInt32BE(bytes.length - PREFIX_BYTES, 8);
    // Leader epoch: the broker's to know.
    bytes.writeInt32BE(-1, 12);
    bytes[16] = MAGIC;
    bytes.writeInt16BE(ZSTD, 21);
    bytes.writeInt32BE(this.#count - 1, 23);
    writeInt64(bytes, nowMs, 27);
    writeInt64(bytes, nowMs, 35);
    bytes.writeInt32BE(this.#count, 57);
    if (spare.length < MAX_SPARE && this.#bytes.length <= MAX_SPARE_BYTES) spare.push(this.#bytes);
    this.#bytes = bytes;
    this.#length = bytes.length;
    this.#sealed = true;
  }

  /**
   * The sealed batch as it is sent.
   *
   * @param sequence records this producer appended to the partition before
   */
  stamp(producer: ProducerId, sequence: number): Uint8Array {
    const bytes = this.#bytes;
    writeInt64(bytes, producer.id, 43);
    bytes.writeInt16BE(producer.epoch, 51);
    bytes.writeInt32BE(sequence, 53);
    bytes.writeUInt32BE(crc32c(bytes.subarray(CHECKED_FROM)), 17);
    return bytes;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  #sized(bytes: Uint8Array): void {
    this.#varint(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Numbers here are at least 0; the format's zigzag doubles them. */
  #varint(value: number): void {
    let rest = 2 * value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes[this.#length++] = rest % 0x80 | 0x80;
    this.#bytes[this.#length++] = rest;
  }
}

/** The sequence after `count` more records: it starts again at 0 after 2^31 - 1. */
export const nextSequence = (sequence: number, count: number): number => (sequence + count) & MAX_SEQUENCE;

const sizedBytes = (bytes: Uint8Array): number => varintBytes(bytes.length) + bytes.length;

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = 2 * value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** Times and producer ids are under 2^53. */
function writeInt64(bytes: Buffer, value: number, at: number): void {
  bytes.writeInt32BE(Math.floor(value / 2 ** 32), at);
  bytes.writeUInt32BE(value % 2 ** 32, at + 4);
}

const readInt64 = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);

/** A request and how its answer is read, as kafkajs's connections take it. */
export interface ProtocolRequest<T> {
  request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<EncodedBytes> };
  response: {
    decode(answer: Buffer): { clientSideThrottleTime: number; result: T };
    parse(decoded: { result: T }): T;
  };
}

/** Looks like kafkajs's encoder to whoever sends it. */
interface EncodedBytes {
  buf: Buffer;
  buffer: Buffer;
}

const requestOf = <T>(
  apiKey: number,
  apiVersion: number,
  apiName: string,
  body: Buffer,
  decode: (answer: Buffer) => { throttleMs: number; result: T },
): ProtocolRequest<T> => ({
  request: {
    apiKey,
    apiVersion,
    apiName,
    encode: () => Promise.resolve({ buf: body, buffer: body }),
  },
  response: {
    decode(answer) {
      const { throttleMs, result } = decode(answer);
      return { clientSideThrottleTime: throttleMs, result };
    },
    parse: ({ result }) => result,
  },
});

/** Asks for a producer id of our own. */
export function initProducerId(): ProtocolRequest<ProducerId & { errorCode: number }> {
  const body = Buffer.alloc(6);
  // No transactional id, so that the timeout after it means nothing.
  body.writeInt16BE(-1, 0);
  return requestOf(22, 0, "InitProducerId", body, (answer) => ({
    throttleMs: answer.readInt32BE(0),
    result: { errorCode: answer.readInt16BE(4), id: readInt64(answer, 6), epoch: answer.readInt16BE(14) },
  }));
}

/**
 * Appends a batch to each of some partitions, each or none of which is stored.
 *
 * @param timeoutMs how long the broker waits for its replicas
 * @returns the error code per partition, 0 where the batch is stored on all replicas that are in sync
 */
export function produce(
  topic: string,
  batches: ReadonlyMap<number, Uint8Array>,
  timeoutMs: number,
): ProtocolRequest<Map<number, number>> {
  const name = Buffer.from(topic);
  const head = Buffer.alloc(18 + name.length);
  // No transactional id; all replicas in sync are to acknowledge.
  head.writeInt16BE(-1, 0);
  head.writeInt16BE(-1, 2);
  head.writeInt32BE(timeoutMs, 4);
  head.writeInt32BE(1, 8);
  head.writeInt16BE(name.length, 12);
  head.set(name, 14);
  head.writeInt32BE(batches.size, 14 + name.length);
  const parts: Uint8Array[] = [head];
  for (const [partition, bytes] of batches) {
    const lead = Buffer.alloc(8);
    lead.writeInt32BE(partition, 0);
    lead.writeInt32BE(bytes.length, 4);
    parts.push(lead, bytes);
  }
  return requestOf(0, 7, "Produce", Buffer.concat(parts), decodeProduce);
}

function decodeProduce(answer: Buffer): { throttleMs: number; result: Map<number, number> } {
  const result = new Map<number, number>();
  let at = 4;
  for (let topics = answer.readInt32BE(0); topics > 0; topics--) {
    at += 2 + answer.readInt16BE(at);
    const partitions = answer.readInt32BE(at);
    at += 4;
    for (let i = 0; i < partitions; i++, at += 30) {
      result.set(answer.readInt32BE(at), answer.readInt16BE(at + 4));
    }
  }
  return { throttleMs: answer.readInt32BE(at), result };
}
