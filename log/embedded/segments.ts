/**
 * A topic at rest: segments in a table, one blob each, found by bisection.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { Extent } from "../port.ts";

/** Segments deleted at once: keeps the stall of retention under a few ms. */
export const DELETE_SEGMENTS = 64;

export interface Segment {
  id: number;
  base: Float64Array;
  body: Uint8Array;
}

type Row = { id: number; base: Uint8Array; body: Uint8Array };

/** Appends to and reads one topic's segments. */
export class Segments {
  /** Next offset per partition. */
  readonly ends: Float64Array;
  #firstId: number;
  #lastId: number;
  #totalBytes: number;
  readonly #insert;
  readonly #base;
  readonly #get;
  readonly #head;
  readonly #delete;

  /** @param countPartitions adds a body's records to the offsets given, per partition */
  constructor(
    db: DatabaseSync,
    table: "raw_segment" | "activity_segment",
    partitions: number,
    countPartitions: (body: Uint8Array, offsets: Float64Array) => void,
  ) {
    this.#insert = db.prepare(
      `INSERT INTO ${table}(id, at_ms, total_bytes, base, body) VALUES(?, ?, ?, ?, ?)`,
    );
    this.#base = db.prepare(`SELECT base FROM ${table} WHERE id = ?`);
    this.#get = db.prepare(`SELECT id, base, body FROM ${table} WHERE id = ?`);
    this.#head = db.prepare(`SELECT at_ms, total_bytes, length(body) AS bytes FROM ${table} WHERE id = ?`);
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE id BETWEEN ? AND ?`);
    const span = db.prepare(`SELECT min(id) AS first, max(id) AS last FROM ${table}`).get() as Record<
      string,
      number
    >;
    this.#firstId = span.first ?? 1;
    this.#lastId = span.last ?? 0;
    this.ends = new Float64Array(partitions);
    this.#totalBytes = 0;
    const last = this.segment(this.#lastId);
    if (last) {
      this.ends.set(last.base);
      countPartitions(last.body, this.ends);
      this.#totalBytes = (this.#head.get(last.id) as { total_bytes: number }).total_bytes;
    }
  }

  get firstId(): number {
    return this.#firstId;
  }
  get lastId(): number {
    return this.#lastId;
  }
  /** When the newest segment was written, ms since the Unix epoch; -Infinity when there is none. */
  get lastAtMs(): number {
    return (this.#head.get(this.#lastId) as { at_ms: number } | undefined)?.at_ms ?? -Infinity;
  }

  /**
   * Appends a segment; inside a transaction.
   *
   * @param counts the body's records per partition
   * @returns a function to call once it is committed
   */
  append(body: Uint8Array, atMs: number, counts: Float64Array): () => void {
    const id = this.#lastId + 1;
    const total = this.#totalBytes + body.length;
    this.#insert.run(id, atMs, total, new Uint8Array(this.ends.buffer.slice(0)), body);
    return () => {
      this.#lastId = id;
      this.#totalBytes = total;
      for (let partition = 0; partition < counts.length; partition++) {
        this.ends[partition] += counts[partition];
      }
    };
  }

  segment(id: number): Segment | null {
    const row = this.#get.get(id) as Row | undefined;
    return row ? { id, base: asOffsets(row.base), body: row.body } : null;
  }

  /** The segment in which the partition's record `offset` is; the oldest or newest when it is not kept or not there yet. */
  locate(partition: number, offset: number): number {
    let low = this.#firstId;
    let high = this.#lastId + 1;
    // The last segment that begins at or before the offset; several may begin at it, all but the last without its partition.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#baseOf(middle)[partition] <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(low - 1, this.#firstId);
  }

  extents(): Extent[] {
    const begins = this.#lastId >= this.#firstId ? this.#baseOf(this.#firstId) : this.ends;
    return Array.from(this.ends, (end, partition) => ({ begin: begins[partition], end }));
  }

  /**
   * Deletes the oldest segments past the limits, a few at a time; inside a transaction. The last segment stays: it carries
   * the offsets.
   *
   * @param keepFromId segments from here on are still needed
   * @returns a function to call once it is committed
   */
  expire(beforeMs: number, maxBytes: number, keepFromId: number): () => void {
    const limit = Math.min(this.#firstId + DELETE_SEGMENTS, keepFromId, this.#lastId);
    let id = this.#firstId;
    for (; id < limit; id++) {
      const head = this.#head.get(id) as { at_ms: number; total_bytes: number; bytes: number };
      const held = this.#totalBytes - head.total_bytes + head.bytes;
      if (head.at_ms >= beforeMs && held <= maxBytes) break;
    }
    if (id === this.#firstId) return () => {};
    this.#delete.run(this.#firstId, id - 1);
    return () => {
      this.#firstId = id;
    };
  }

  #baseOf(id: number): Float64Array {
    const row = this.#base.get(id) as { base: Uint8Array } | undefined;
    if (!row) {
      throw new Error(
        `segment ${id} is missing between ${this.#firstId} and ${this.#lastId}: the database is damaged`,
      );
    }
    return asOffsets(row.base);
  }
}

function asOffsets(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.slice().buffer);
}
