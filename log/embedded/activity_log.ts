/**
 * `processed_activity` at rest: a segment per commit, records of fixed size.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { ACTIVITY_BYTES, readActivity, readPartition, readSid, writeActivity } from "../activity_codec.ts";
import type { ActivityListener, Extent, Slice } from "../port.ts";
import type { ActivityRecord } from "../records.ts";
import { Segments } from "./segments.ts";
import type { Sessions } from "./sessions.ts";

/** One partition's records to append. */
interface Outputs {
  partition: number;
  outputs: ActivityRecord[];
}

export class ActivityLog {
  readonly #segments: Segments;
  readonly #sessions: Sessions;

  constructor(db: DatabaseSync, partitions: number, sessions: Sessions) {
    this.#segments = new Segments(db, "activity_segment", partitions, countRecords);
    this.#sessions = sessions;
  }

  get ends(): Float64Array {
    return this.#segments.ends;
  }
  /** See `Segments.lastAtMs`. */
  get lastAtMs(): number {
    return this.#segments.lastAtMs;
  }

  extents(): Extent[] {
    return this.#segments.extents();
  }

  /** Appends one segment with the outputs of several partitions; inside a transaction. */
  append(tasks: readonly Outputs[], nowMs: number): () => void {
    let count = 0;
    const counts = new Float64Array(this.ends.length);
    for (const { partition, outputs } of tasks) {
      count += outputs.length;
      counts[partition] += outputs.length;
    }
    const body = new Uint8Array(count * ACTIVITY_BYTES);
    const view = new DataView(body.buffer);
    let at = 0;
    for (const { partition, outputs } of tasks) {
      for (const record of outputs) {
        const { sid } = this.#sessions.of(record.deviceId, record.sessionId);
        writeActivity(view, at, sid, partition, record);
        at += ACTIVITY_BYTES;
      }
    }
    return this.#segments.append(body, nowMs, counts);
  }

  read(partition: number, from: number, limit: number): Slice<ActivityRecord> {
    const slice: Slice<ActivityRecord> = { records: [], next: from };
    for (let id = this.#segments.locate(partition, from); slice.records.length < limit; id++) {
      const segment = this.#segments.segment(id);
      if (!segment) return slice;
      const view = viewOf(segment.body);
      let offset = segment.base[partition];
      for (let at = 0; at < segment.body.length && slice.records.length < limit; at += ACTIVITY_BYTES) {
        if (readPartition(view, at) !== partition) continue;
        if (offset >= slice.next) {
          slice.records.push({
            offset,
            record: readActivity(view, at, this.#sessions.bySid(readSid(view, at))),
          });
          slice.next = offset + 1;
        }
        offset++;
      }
    }
    return slice;
  }

  /**
   * Hands the listener the records of the next segment after the positions, and moves them past it.
   *
   * @returns false when there is none
   */
  catchUp(from: number[], listener: ActivityListener): boolean {
    let id = this.#segments.lastId + 1;
    for (let partition = 0; partition < from.length; partition++) {
      if (from[partition] < this.ends[partition]) {
        id = Math.min(id, this.#segments.locate(partition, from[partition]));
      }
    }
    const segment = this.#segments.segment(id);
    if (!segment) return false;
    const view = viewOf(segment.body);
    const offsets = segment.base.slice();
    const records: ActivityRecord[][] = from.map(() => []);
    for (let at = 0; at < segment.body.length; at += ACTIVITY_BYTES) {
      const partition = readPartition(view, at);
      if (offsets[partition]++ < from[partition]) continue;
      records[partition].push(readActivity(view, at, this.#sessions.bySid(readSid(view, at))));
    }
    for (let partition = 0; partition < from.length; partition++) {
      from[partition] = Math.max(from[partition], offsets[partition]);
      if (records[partition].length > 0) listener(records[partition], partition, from);
    }
    return true;
  }

  /** See `Segments.expire`. */
  expire(beforeMs: number, maxBytes: number): () => void {
    return this.#segments.expire(beforeMs, maxBytes, this.#segments.lastId);
  }
}

function viewOf(body: Uint8Array): DataView {
  return new DataView(body.buffer, body.byteOffset, body.byteLength);
}

function countRecords(body: Uint8Array, counts: Float64Array): void {
  const view = viewOf(body);
  for (let at = 0; at < body.length; at += ACTIVITY_BYTES) counts[readPartition(view, at)]++;
}
