/**
 * What is loaded in one transaction, and how it is cut.
 *
 * @module
 */
import type { Topic } from "./statements.ts";

/** One record, as it is sent. */
export interface Row {
  offset: number;
  key: string;
  /** The record as JSON. */
  json: string;
  /** UTF-8 size of `json`. */
  bytes: number;
  /** Tells this record from any other one that could stand at the same offset of a topic made anew. */
  mark: string;
}

/** Rows of one partition that follow one another. */
export interface Part {
  topic: Topic;
  partition: number;
  /** Where loading stood before these rows. */
  from: number;
  /** Where it stands after them. */
  next: number;
  rows: Row[];
}

/**
 * Bytes of records in one statement. Snowflake takes 16 MB with everything; inside the request a record is a text in a text, which
 * at most doubles it.
 */
export const MAX_STATEMENT_BYTES = 5_000_000;

/** The rows as JSON texts `[[partition, offset, record], …]`, none too large for a statement. */
export function* statementTexts(parts: readonly Part[]): Generator<{ json: string; count: number }> {
  let texts: string[] = [];
  let bytes = 0;
  for (const { partition, rows } of parts) {
    for (const row of rows) {
      if (bytes > 0 && bytes + row.bytes > MAX_STATEMENT_BYTES) {
        yield { json: `[${texts.join(",")}]`, count: texts.length };
        texts = [];
        bytes = 0;
      }
      texts.push(`[${partition},${row.offset},${row.json}]`);
      bytes += row.bytes;
    }
  }
  if (texts.length > 0) yield { json: `[${texts.join(",")}]`, count: texts.length };
}

export const rowCount = (parts: readonly Part[]): number =>
  parts.reduce((sum, { rows }) => sum + rows.length, 0);

/**
 * Cuts parts with several rows into two halves that can be loaded one after the other.
 *
 * @param parts with two rows at least
 */
export function halve(parts: readonly Part[]): [Part[], Part[]] {
  let left = Math.ceil(rowCount(parts) / 2);
  const first: Part[] = [], second: Part[] = [];
  for (const part of parts) {
    const { rows } = part;
    if (rows.length <= left) first.push(part);
    else if (left === 0) second.push(part);
    else {
      const middle = rows[left].offset;
      first.push({ ...part, next: middle, rows: rows.slice(0, left) });
      second.push({ ...part, from: middle, rows: rows.slice(left) });
    }
    left -= Math.min(left, rows.length);
  }
  return [first, second];
}
