/**
 * Sessions in short, for lists: made from their segments, for a whole page at once.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { ACTIVITIES, type Activity } from "../../log/records.ts";
import { append, GAP, MAX_STRIP_PIECES, type Piece, shortened } from "../../stream/strip.ts";
import type { StripPiece } from "./answers.ts";
import type { SessionRow } from "./writer.ts";

/**
 * Segments of a session that are all looked at: a page of 200 such sessions takes 100 ms. One with more is looked at at as many
 * moments as a strip has pieces.
 */
const MAX_EXACT_SEGMENTS = 1000;

interface SegmentOf {
  session: number;
  from_ms: number;
  to_ms: number;
  activity: Activity;
}
interface Moment {
  session: number;
  activity: Activity | null;
}

export class StripReader {
  readonly #segments;
  readonly #moments;

  constructor(db: DatabaseSync) {
    this.#segments = db.prepare(
      "SELECT session, from_ms, to_ms, activity FROM segment WHERE session IN (SELECT value FROM json_each(?)) " +
        "ORDER BY session, from_ms",
    );
    this.#moments = db.prepare(
      `WITH RECURSIVE part(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM part WHERE n < ${
        MAX_STRIP_PIECES - 1
      }), ` +
        "moment AS (SELECT id, n, started_at + (ended_at - started_at) * (n + 0.5) / " +
        `${MAX_STRIP_PIECES} AS at FROM session, part WHERE id IN (SELECT value FROM json_each(?))) ` +
        "SELECT moment.id AS session, CASE WHEN at < to_ms THEN activity END AS activity FROM moment " +
        "JOIN segment ON session = moment.id AND from_ms = " +
        "(SELECT max(from_ms) FROM segment WHERE session = moment.id AND from_ms <= at) ORDER BY moment.id, n",
    );
  }

  /** @returns strips by the sessions' rows; none for a session without windows */
  read(rows: readonly SessionRow[]): Map<number, StripPiece[]> {
    const isLong = ({ segments }: SessionRow) => segments > MAX_EXACT_SEGMENTS;
    const pieces = new Map(rows.map(({ id }): [number, Piece[]] => [id, []]));
    this.#readExact(rows.filter((row) => !isLong(row)), pieces);
    this.#readMoments(rows.filter(isLong), pieces);
    return new Map([...pieces].map(([id, pieces]) => [id, pieces.length === 0 ? [] : shortened(pieces)]));
  }

  #readExact(rows: readonly SessionRow[], pieces: Map<number, Piece[]>): void {
    if (rows.length === 0) return;
    const found = this.#segments.all(idsOf(rows)) as unknown as SegmentOf[];
    let before: SegmentOf | undefined;
    for (const segment of found) {
      const own = pieces.get(segment.session)!;
      if (before?.session === segment.session && segment.from_ms > before.to_ms) {
        append(own, GAP, segment.from_ms - before.to_ms);
      }
      append(own, ACTIVITIES.indexOf(segment.activity), segment.to_ms - segment.from_ms);
      before = segment;
    }
  }

  #readMoments(rows: readonly SessionRow[], pieces: Map<number, Piece[]>): void {
    if (rows.length === 0) return;
    const partMs = new Map(rows.map((row) => [row.id, (row.ended_at - row.started_at) / MAX_STRIP_PIECES]));
    for (const { session, activity } of this.#moments.all(idsOf(rows)) as unknown as Moment[]) {
      append(
        pieces.get(session)!,
        activity === null ? GAP : ACTIVITIES.indexOf(activity),
        partMs.get(session)!,
      );
    }
  }
}

const idsOf = (rows: readonly SessionRow[]) => JSON.stringify(rows.map(({ id }) => id));
