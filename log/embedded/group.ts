/**
 * A group: the batches that are committed together, back to back in one buffer. The HTTP thread writes it, the database keeps
 * it as one blob, and the partition tasks read the same bytes. Measured: one blob of columns a group costs a fifth of one
 * JSON row a batch.
 *
 * A batch, little-endian, 8-byte aligned:
 *
 * | at | what |
 * |---|---|
 * | 0 | u32 bytes in all |
 * | 4 | u32 session: the writer's slot until the engine has put in the session's row id |
 * | 8 | u32 readings |
 * | 12 | u8 partition, u8 flags, u8 source, u8 gravity |
 * | 16 | f64 receivedAtMs |
 * | 24 | f64 time of the first reading, ms |
 * | 32 | u32 bytes of the message id, then the id (UTF-8) from 36 on |
 * | aligned | times: i32 ms after the first (flag 1) or f64 |
 * | aligned | axes: i32 millionths (flag 2) or f64, three a reading |
 *
 * Integers are used only where they give back the very number the phone sent; both cases are chosen per batch.
 *
 * @module
 */
import type { Gravity, ReadingBatch, Source } from "../records.ts";

const HEADER_BYTES = 36;
const FLAG_TIMES_I32 = 1;
const FLAG_AXES_I32 = 2;
/** Set by the engine: the message was already there; readers pass over it. */
const FLAG_DUPLICATE = 4;
/** Six decimals: what phones that print fixed decimals send; values up to 2,147 fit (ingest refuses over 400). */
const AXIS_SCALE = 1e6;
const I32_MAX = 0x7fffffff;

const SOURCES: readonly Source[] = ["seed", "sensor-logger", "phyphox", "phone", "replay", "mqtt"];
const GRAVITIES: readonly Gravity[] = ["unknown", "included", "removed"];
const encoder = new TextEncoder();
/** Keeps a byte order mark: it is part of the id. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const align8 = (n: number) => (n + 7) & ~7;

/** Bytes a batch may take at most: what `GroupWriter.add` needs to have free. */
export function maxBatchBytes(count: number, messageIdLength: number): number {
  return align8(HEADER_BYTES + messageIdLength * 3) + count * 32 + 16;
}

/** Appends batches to a buffer of fixed size. */
export class GroupWriter {
  length = 0;
  count = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #i32: Int32Array;
  readonly #f64: Float64Array;

  constructor(readonly buffer: ArrayBuffer) {
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.#i32 = new Int32Array(buffer);
    this.#f64 = new Float64Array(buffer);
  }

  /** Adds a batch; returns false when it may not fit. */
  add(slot: number, partition: number, batch: ReadingBatch): boolean {
    const { count, tMs, xyz, messageId } = batch;
    const at = this.length;
    if (at + maxBatchBytes(count, messageId.length) > this.buffer.byteLength) return false;
    const idBytes = this.#writeId(messageId, at + HEADER_BYTES);
    let end = align8(at + HEADER_BYTES + idBytes);
    let flags = 0;
    if (this.#writeTimesI32(tMs, count, end)) {
      flags |= FLAG_TIMES_I32;
      end = align8(end + 4 * count);
    } else {
      const from = end >> 3;
      for (let i = 0; i < count; i++) this.#f64[from + i] = tMs[i];
      end += 8 * count;
    }
    const axes = 3 * count;
    if (this.#writeAxesI32(xyz, axes, end)) {
      flags |= FLAG_AXES_I32;
      end = align8(end + 4 * axes);
    } else {
      const from = end >> 3;
      for (let i = 0; i < axes; i++) this.#f64[from + i] = xyz[i];
      end += 8 * axes;
    }
    const view = this.#view;
    view.setUint32(at, end - at, true);
    view.setUint32(at + 4, slot, true);
    view.setUint32(at + 8, count, true);
    this.#bytes[at + 12] = partition;
    this.#bytes[at + 13] = flags;
    this.#bytes[at + 14] = SOURCES.indexOf(batch.source);
    this.#bytes[at + 15] = GRAVITIES.indexOf(batch.gravity);
    view.setFloat64(at + 16, batch.receivedAtMs, true);
    view.setFloat64(at + 24, count === 0 ? 0 : tMs[0], true);
    view.setUint32(at + 32, idBytes, true);
    this.length = end;
    this.count++;
    return true;
  }

  #writeId(id: string, at: number): number {
    const bytes = this.#bytes;
    for (let i = 0; i < id.length; i++) {
      const code = id.charCodeAt(i);
      if (code > 127) return encoder.encodeInto(id, bytes.subarray(at)).written;
      bytes[at + i] = code;
    }
    return id.length;
  }

  #writeTimesI32(tMs: Float64Array, count: number, at: number): boolean {
    const out = this.#i32;
    const from = at >> 2;
    const first = tMs[0];
    for (let i = 0; i < count; i++) {
      const delta = tMs[i] - first;
      if (delta !== (delta | 0) || first + delta !== tMs[i]) return false;
      out[from + i] = delta;
    }
    return true;
  }

  #writeAxesI32(xyz: Float64Array, axes: number, at: number): boolean {
    const out = this.#i32;
    const from = at >> 2;
    for (let i = 0; i < axes; i++) {
      const value = xyz[i];
      const scaled = Math.round(value * AXIS_SCALE);
      // The last test keeps -0, which an integer cannot.
      if (
        scaled / AXIS_SCALE !== value || scaled > I32_MAX || scaled < -I32_MAX ||
        (scaled === 0 && 1 / value < 0)
      ) {
        return false;
      }
      out[from + i] = scaled;
    }
    return true;
  }
}

/** Walks over the batches of a group; its accessors speak of the current one. */
export class GroupReader {
  /** Start of the current batch. */
  at = 0;
  #next = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** @param bytes the group; must start at a multiple of 8 in its buffer */
  constructor(bytes: Uint8Array, readonly length: number = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves to the next batch; false at the end. */
  advance(): boolean {
    if (this.#next >= this.length) return false;
    this.at = this.#next;
    this.#next = this.at + this.#view.getUint32(this.at, true);
    return true;
  }

  /** Back to before the first batch. */
  rewind(): void {
    this.at = this.#next = 0;
  }

  get end(): number {
    return this.#next;
  }
  get session(): number {
    return this.#view.getUint32(this.at + 4, true);
  }
  set session(id: number) {
    this.#view.setUint32(this.at + 4, id, true);
  }
  get partition(): number {
    return this.#bytes[this.at + 12];
  }
  get receivedAtMs(): number {
    return this.#view.getFloat64(this.at + 16, true);
  }
  get isDuplicate(): boolean {
    return (this.#bytes[this.at + 13] & FLAG_DUPLICATE) !== 0;
  }
  markDuplicate(): void {
    this.#bytes[this.at + 13] |= FLAG_DUPLICATE;
  }

  get messageId(): string {
    const bytes = this.#view.getUint32(this.at + 32, true);
    const from = this.at + HEADER_BYTES;
    if (bytes > 40) return decoder.decode(this.#bytes.subarray(from, from + bytes));
    let id = "";
    for (let i = from; i < from + bytes; i++) {
      const code = this.#bytes[i];
      if (code > 127) return decoder.decode(this.#bytes.subarray(from, from + bytes));
      id += String.fromCharCode(code);
    }
    return id;
  }

  /** Reads the current batch's columns and header into `batch` (not its device and session). */
  readInto(batch: ScratchBatch): void {
    const { at } = this;
    const view = this.#view;
    const base = this.#bytes.byteOffset;
    const count = view.getUint32(at + 8, true);
    const flags = this.#bytes[at + 13];
    batch.count = count;
    batch.source = SOURCES[this.#bytes[at + 14]];
    batch.gravity = GRAVITIES[this.#bytes[at + 15]];
    batch.receivedAtMs = view.getFloat64(at + 16, true);
    if (batch.tMs.length < count) {
      batch.tMs = new Float64Array(count * 2);
      batch.xyz = new Float64Array(count * 6);
    }
    let from = align8(at + HEADER_BYTES + view.getUint32(at + 32, true));
    const buffer = this.#bytes.buffer;
    if (flags & FLAG_TIMES_I32) {
      const first = view.getFloat64(at + 24, true);
      const deltas = new Int32Array(buffer, base + from, count);
      for (let i = 0; i < count; i++) batch.tMs[i] = first + deltas[i];
      from = align8(from + 4 * count);
    } else {
      batch.tMs.set(new Float64Array(buffer, base + from, count));
      from += 8 * count;
    }
    const axes = 3 * count;
    if (flags & FLAG_AXES_I32) {
      const scaled = new Int32Array(buffer, base + from, axes);
      for (let i = 0; i < axes; i++) batch.xyz[i] = scaled[i] / AXIS_SCALE;
    } else {
      batch.xyz.set(new Float64Array(buffer, base + from, axes));
    }
  }
}

/** A batch to read into again and again: its columns are reused, and the message id is only decoded when asked for. */
export class ScratchBatch implements ReadingBatch {
  deviceId = "";
  sessionId = "";
  receivedAtMs = 0;
  source: Source = "seed";
  gravity: Gravity = "unknown";
  count = 0;
  tMs = new Float64Array(1024);
  xyz = new Float64Array(3072);

  constructor(public reader: GroupReader) {}

  get messageId(): string {
    return this.reader.messageId;
  }
}

/** The group without its duplicates. */
export function withoutDuplicates(bytes: Uint8Array): Uint8Array {
  const reader = new GroupReader(bytes);
  const out = new Uint8Array(bytes.length);
  let length = 0;
  while (reader.advance()) {
    if (reader.isDuplicate) continue;
    out.set(bytes.subarray(reader.at, reader.end), length);
    length += reader.end - reader.at;
  }
  return out.subarray(0, length);
}
