/**
 * Which rows of a long table are in the page: those in the window, some around them, and the one that has the focus.
 *
 * @module
 */

/** Of each row, px: a finger's height and the line above; the style sheet has the same. */
export const ROW_PX = 45;
/** Rows above and below the window, so that neither a flick nor the Tab key meets an empty place. */
const AROUND = 12;
/** The range moves by so many rows: fewer, larger changes of the page. */
const STEP = 6;
/** Rows that the server renders: a high window's. */
const FIRST_ROWS = 30;

/** Rows from `begin` up to, not with, `end`. */
export interface Range {
  begin: number;
  end: number;
}

export const FIRST_RANGE: Range = { begin: 0, end: FIRST_ROWS };

/**
 * The rows for a place of the window.
 *
 * @param topPx How far the table's first row begins above the window's upper edge, px; negative below it
 * @param heightPx Of the window, px
 */
export function rangeAt(topPx: number, heightPx: number): Range {
  const begin = Math.floor((topPx / ROW_PX - AROUND) / STEP) * STEP;
  const end = Math.ceil(((topPx + heightPx) / ROW_PX + AROUND) / STEP) * STEP;
  return { begin: Math.max(0, begin), end: Math.max(0, end) };
}

/** The row that the Tab key leads to: at the window's upper edge. */
export const firstInWindow = ({ begin }: Range): number => begin === 0 ? 0 : begin + AROUND + STEP - 1;

/** A row, or an empty place as high as so many rows. */
export type Piece = { row: number } | { gap: number };

/**
 * The table from top to bottom.
 *
 * @param count Rows in all
 * @param kept A row that is there wherever the window is; -1 for none
 */
export function piecesOf(count: number, { begin, end }: Range, kept: number): Piece[] {
  const rows: number[] = [];
  const last = Math.min(end, count);
  if (kept >= 0 && kept < Math.min(begin, count)) rows.push(kept);
  for (let row = begin; row < last; row++) rows.push(row);
  if (kept >= end && kept < count) rows.push(kept);
  const pieces: Piece[] = [];
  let next = 0;
  for (const row of rows) {
    if (row > next) pieces.push({ gap: row - next });
    pieces.push({ row });
    next = row + 1;
  }
  if (next < count) pieces.push({ gap: count - next });
  return pieces;
}
