/**
 * Pages through sessions, newest first, with whatever filters.
 *
 * @module
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { SessionFilter } from "./answers.ts";
import { parseCursor } from "./cursor.ts";
import { ANY_LABEL, foldCase, labelBit } from "./session_metas.ts";
import type { SessionRow } from "./writer.ts";

export interface SessionRows {
  rows: SessionRow[];
  nextCursor: string | null;
}

export class SessionList {
  readonly #db: DatabaseSync;
  /** By their text: one for each set of filters that was asked with, 64 at most. */
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** @throws RangeError when the cursor is not one of ours */
  page(filter: SessionFilter): SessionRows {
    const { limit } = filter;
    const { where, values } = conditions(filter);
    const sql = "SELECT session.* FROM session LEFT JOIN meta USING(session_id, device_id) " +
      `WHERE ${where.join(" AND ")} ORDER BY started_at DESC, id DESC LIMIT ?`;
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, statement = this.#db.prepare(sql));
    const rows = statement.all(...values, limit + 1) as unknown as SessionRow[];
    const more = rows.length > limit;
    if (more) rows.pop();
    const last = rows.at(-1);
    return { rows, nextCursor: more && last ? `${last.started_at}.${last.id}` : null };
  }
}

/** A column name is never made from what a client sent: activities are checked against their list. */
function conditions(filter: SessionFilter): { where: string[]; values: SQLInputValue[] } {
  const { deviceId, from, to, activity, label, q, cursor } = filter;
  const where = ["deleted IS NOT 1"];
  const values: SQLInputValue[] = [];
  const add = (condition: string, ...its: SQLInputValue[]) => {
    where.push(condition);
    values.push(...its);
  };
  if (cursor !== undefined) add("(started_at, id) < (?, ?)", ...parseCursor(cursor, 2));
  if (deviceId !== undefined) add("device_id = ?", deviceId);
  if (from !== undefined) add("started_at >= ?", from);
  if (to !== undefined) add("started_at < ?", to);
  if (activity !== undefined) add(`${activity}_ms > 0`);
  if (label !== undefined) add("labelled & ? <> 0", label === "any" ? ANY_LABEL : labelBit(label));
  if (q !== undefined) {
    const text = foldCase(q);
    add("(instr(search, ?) > 0 OR instr(meta.name, ?) > 0)", text, text);
  }
  return { where, values };
}
