/**
 * A session's windows as the points of a chart.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import {
  ACTIVITY_BYTES,
  readActivityCode,
  readCoverage,
  readMagnitude,
  readTimestamp,
} from "../../log/activity_codec.ts";
import { ACTIVITIES } from "../../log/records.ts";
import type { Series, SeriesPoint } from "./answers.ts";
import { minuteOf } from "./writer.ts";

/** A week, read in 70 ms. Of more than that only every second minute is looked at, or every third, and so on. */
const MAX_MINUTES = 10_080;

interface Bucket {
  windows: number;
  sumMs2: number;
  minMs2: number;
  maxMs2: number;
  coverageSum: number;
  /** Windows of each activity. */
  counts: number[];
}

const emptyBucket = (): Bucket => ({
  windows: 0,
  sumMs2: 0,
  minMs2: Infinity,
  maxMs2: 0,
  coverageSum: 0,
  counts: ACTIVITIES.map(() => 0),
});

export class SeriesReader {
  readonly #chunks;
  readonly #slideMs: number;

  constructor(db: DatabaseSync, slideMs: number) {
    this.#slideMs = slideMs;
    this.#chunks = db.prepare(
      "SELECT body FROM chunk WHERE session = ? AND minute BETWEEN ? AND ? AND minute % ? = 0 ORDER BY minute",
    );
  }

  /**
   * Every window stands for its last slide.
   *
   * @param id the session's row
   * @param from ms since the Unix epoch, within the session
   * @param to ms since the Unix epoch, after `from`
   * @param points buckets at most
   */
  read(id: number, from: number, to: number, points: number): Series {
    const slideMs = this.#slideMs;
    const bucketMs = slideMs * Math.max(1, Math.ceil((to - from) / (points * slideMs)));
    const buckets = new Map<number, Bucket>();
    const first = minuteOf(from), last = minuteOf(to);
    const every = Math.ceil((last - first + 1) / MAX_MINUTES);
    for (const { body } of this.#chunks.iterate(id, first, last, every) as Iterable<{ body: Uint8Array }>) {
      const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
      for (let at = 0; at < body.length; at += ACTIVITY_BYTES) {
        const middle = readTimestamp(view, at) - slideMs / 2;
        if (middle < from || middle >= to) continue;
        const index = Math.floor((middle - from) / bucketMs);
        let bucket = buckets.get(index);
        if (bucket === undefined) buckets.set(index, bucket = emptyBucket());
        take(bucket, view, at);
      }
    }
    const middleMs = (index: number) => from + (index + 0.5) * bucketMs;
    return { from, to, bucketMs, points: [...buckets].map(([i, bucket]) => toPoint(middleMs(i), bucket)) };
  }
}

function take(bucket: Bucket, view: DataView, at: number): void {
  const magnitudeMs2 = readMagnitude(view, at);
  bucket.windows++;
  bucket.sumMs2 += magnitudeMs2;
  bucket.minMs2 = Math.min(bucket.minMs2, magnitudeMs2);
  bucket.maxMs2 = Math.max(bucket.maxMs2, magnitudeMs2);
  bucket.coverageSum += readCoverage(view, at);
  bucket.counts[readActivityCode(view, at)]++;
}

function toPoint(tMs: number, { windows, sumMs2, minMs2, maxMs2, coverageSum, counts }: Bucket): SeriesPoint {
  const activity = ACTIVITIES[counts.indexOf(Math.max(...counts))];
  return [tMs, round4(sumMs2 / windows), minMs2, maxMs2, activity, round4(coverageSum / windows)];
}

const round4 = (x: number) => Math.round(x * 1e4) / 1e4;
