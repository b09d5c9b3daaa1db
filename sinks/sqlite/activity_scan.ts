/**
 * Pages through windows by time, across sessions or within one, chunk by chunk.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { ACTIVITY_BYTES, readActivity, readTimestamp } from "../../log/activity_codec.ts";
import type { ActivityRecord } from "../../log/records.ts";
import type { ActivityFilter, Page } from "./answers.ts";
import { parseCursor } from "./cursor.ts";
import { MINUTE_MS, minuteOf } from "./writer.ts";

/** Minutes looked through for one page: a filter that matches little gives short pages with a cursor instead of a stall. */
const MAX_MINUTES = 240;

type ChunkRow = { session: number; device_id: string; session_id: string; body: Uint8Array };
type Found = { timestamp: number; session: number; record: ActivityRecord };

export class ActivityScan {
  readonly #nextMinute;
  readonly #previousMinute;
  readonly #chunks;
  readonly #isHidden;

  /** @param isHidden Whether a session is not to be shown */
  constructor(db: DatabaseSync, isHidden: (deviceId: string, sessionId: string) => boolean) {
    this.#isHidden = isHidden;
    const where = "(? IS NULL OR session IN (SELECT id FROM session WHERE session_id = ?))";
    this.#nextMinute = db.prepare(`SELECT min(minute) AS minute FROM chunk WHERE minute >= ? AND ${where}`);
    this.#previousMinute = db.prepare(
      `SELECT max(minute) AS minute FROM chunk WHERE minute <= ? AND ${where}`,
    );
    this.#chunks = db.prepare(
      "SELECT chunk.session, device_id, session_id, body FROM chunk JOIN session ON session.id = chunk.session " +
        "WHERE minute = ? AND (? IS NULL OR session_id = ?) AND (? IS NULL OR device_id = ?)",
    );
  }

  /** One page in order of (window end, session). */
  page(filter: ActivityFilter): Page<ActivityRecord> {
    const { from = 0, to = Number.MAX_SAFE_INTEGER, limit } = filter;
    const sign = filter.order === "desc" ? -1 : 1;
    const start: [number, number] = sign > 0 ? [from, -1] : [to, -1];
    const after = filter.cursor ? parseCursor(filter.cursor, 2) as [number, number] : start;
    const items: Found[] = [];
    let minute = minuteOf(after[0]);
    for (let minutes = 0; minutes < MAX_MINUTES; minutes++) {
      const next = this.#minute(minute, sign, filter.sessionId);
      if (next === null || (sign > 0 ? next > minuteOf(to) : next < minuteOf(from))) {
        return { items: items.map((found) => found.record), nextCursor: null };
      }
      const found = this.#minuteWindows(next, filter, after, sign, from, to);
      found.sort((a, b) => sign * (a.timestamp - b.timestamp || a.session - b.session));
      for (const window of found) {
        if (items.length === limit) {
          const last = items[limit - 1];
          return { items: items.map((f) => f.record), nextCursor: `${last.timestamp}.${last.session}` };
        }
        items.push(window);
      }
      minute = next + sign;
    }
    const edge = sign > 0
      ? `${minute * MINUTE_MS - 1}.${Number.MAX_SAFE_INTEGER}`
      : `${(minute + 1) * MINUTE_MS}.-1`;
    return { items: items.map((found) => found.record), nextCursor: edge };
  }

  #minute(minute: number, sign: number, sessionId?: string): number | null {
    const statement = sign > 0 ? this.#nextMinute : this.#previousMinute;
    const id = sessionId ?? null;
    return (statement.get(minute, id, id) as { minute: number | null }).minute;
  }

  #minuteWindows(
    minute: number,
    { sessionId = null, deviceId = null, activity }: {
      sessionId?: string | null;
      deviceId?: string | null;
      activity?: string;
    },
    [afterMs, afterSession]: [number, number],
    sign: number,
    from: number,
    to: number,
  ): Found[] {
    const found: Found[] = [];
    const rows = this.#chunks.all(minute, sessionId, sessionId, deviceId, deviceId) as unknown as ChunkRow[];
    for (const { session, device_id, session_id, body } of rows) {
      if (this.#isHidden(device_id, session_id)) continue;
      const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
      const ref = { sid: session, deviceId: device_id, sessionId: session_id };
      for (let at = 0; at < body.length; at += ACTIVITY_BYTES) {
        const timestamp = readTimestamp(view, at);
        if (timestamp < from || timestamp >= to) continue;
        const ahead = sign * (timestamp - afterMs || session - afterSession);
        if (ahead <= 0) continue;
        const record = readActivity(view, at, ref);
        if (activity && record.activity !== activity) continue;
        found.push({ timestamp, session, record });
      }
    }
    return found;
  }
}
