/**
 * The newest results, kept for live viewers that come back: joining a channel and what was missed are one step, so that no
 * result is lost in between, and there is no time to read the log in it.
 *
 * @module
 */
import type { Extent } from "../../log/port.ts";
import type { ActivityRecord } from "../../log/records.ts";
import { formatActivity, type LiveQuery, parsePosition } from "../../web/live_channels.ts";

/** About 2 MB: half of what may wait for one viewer. One that missed more loads its snapshot again. */
const MAX_RECORDS = 5_000;
/** Tells the viewer to load its snapshot again. */
const RESET = "event: reset\ndata: {}\n\n";

interface Kept {
  partition: number;
  offset: number;
  record: ActivityRecord;
}

export class RecentActivity {
  /** Where to tail `processed_activity` from, so that viewers can come back after a restart too. */
  readonly from: readonly number[];
  /** A ring: the oldest is at `#oldest` once it is full. */
  readonly #kept: Kept[] = [];
  #oldest = 0;
  /** Every record from these offsets on is kept. */
  readonly #begins: number[];
  /** Where the log stands. */
  readonly #ends: number[];

  /** @param extents of `processed_activity` */
  constructor(extents: readonly Extent[]) {
    const share = Math.floor(MAX_RECORDS / extents.length);
    this.from = extents.map(({ begin, end }) => Math.max(begin, end - share));
    this.#begins = [...this.from];
    this.#ends = extents.map(({ end }) => end);
  }

  /** The position after the newest record. */
  get ends(): readonly number[] {
    return this.#ends;
  }

  /** Takes records of one partition; `ends` is the position after them. */
  add(records: readonly ActivityRecord[], partition: number, ends: readonly number[]): void {
    let offset = ends[partition] - records.length;
    for (const record of records) this.#keep({ partition, offset: offset++, record });
    this.#ends[partition] = Math.max(this.#ends[partition], offset);
  }

  /**
   * What a viewer that comes back has missed.
   *
   * @param lastEventId the position after the last event it got; null for a first visit
   * @returns frames to send before those of its channel
   */
  missed(query: LiveQuery, lastEventId: string | null): Uint8Array {
    return new TextEncoder().encode(this.#frames(query, lastEventId));
  }

  #keep(kept: Kept): void {
    if (this.#kept.length < MAX_RECORDS) {
      this.#kept.push(kept);
      return;
    }
    const { partition, offset } = this.#kept[this.#oldest];
    this.#begins[partition] = offset + 1;
    this.#kept[this.#oldest] = kept;
    this.#oldest = (this.#oldest + 1) % MAX_RECORDS;
  }

  #frames({ deviceId, batchMs }: LiveQuery, lastEventId: string | null): string {
    if (lastEventId === null) return "";
    const from = parsePosition(lastEventId, this.#ends.length);
    const isKept = from?.every((offset, partition) =>
      offset >= this.#begins[partition] && offset <= this.#ends[partition]
    );
    if (!from || !isKept) return RESET;
    const records: ActivityRecord[] = [];
    let events = "";
    for (let i = 0; i < this.#kept.length; i++) {
      const { partition, offset, record } = this.#kept[(this.#oldest + i) % this.#kept.length];
      if (offset < from[partition]) continue;
      from[partition] = offset + 1;
      if (deviceId !== null && record.deviceId !== deviceId) continue;
      if (batchMs > 0) records.push(record);
      else events += formatActivity(JSON.stringify(record), from);
    }
    if (records.length === 0) return events;
    records.sort((a, b) => a.timestamp - b.timestamp);
    return formatActivity(JSON.stringify(records), from);
  }
}
