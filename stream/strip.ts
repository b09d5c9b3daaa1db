/**
 * A session in short, as a band of pieces.
 *
 * @module
 */
import { ACTIVITIES } from "../log/records.ts";
import type { StripPiece } from "./tuning_answers.ts";

/** Pieces of a strip: more could not be told apart at the width of a phone. */
export const MAX_STRIP_PIECES = 120;

/** Code of time without windows, after those of the activities. */
export const GAP = ACTIVITIES.length;
const NAMES = [...ACTIVITIES, "gap"] as const;

/**
 * Every window stands for its last slide.
 *
 * @param endMs ends of the windows in order, ms since the Unix epoch
 * @param codes their activities, places in ACTIVITIES
 * @param slideMs distance of windows that follow one another, ms
 * @returns at most {@link MAX_STRIP_PIECES} pieces that are as long as the session; if there are more changes, the session is cut
 * into so many equal parts and each shows what most of it is
 */
export function stripOf(endMs: Float64Array, codes: Uint8Array, slideMs: number): StripPiece[] {
  return shortened(exactPieces(endMs, codes, slideMs));
}

/** A piece by its code: a place in ACTIVITIES, or {@link GAP}. */
export type Piece = [code: number, ms: number];

/** The same of pieces, none of which is followed by one of the same code. */
export function shortened(pieces: readonly Piece[]): StripPiece[] {
  const shown = pieces.length > MAX_STRIP_PIECES ? summary(pieces) : pieces;
  return shown.map(([code, ms]): StripPiece => [NAMES[code], ms]);
}

function exactPieces(endMs: Float64Array, codes: Uint8Array, slideMs: number): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i < codes.length; i++) {
    const gapMs = i === 0 ? 0 : endMs[i] - endMs[i - 1] - slideMs;
    if (gapMs > 0) append(pieces, GAP, gapMs);
    append(pieces, codes[i], slideMs);
  }
  return pieces;
}

/** Adds time at the end. */
export function append(pieces: Piece[], code: number, ms: number): void {
  const last = pieces.at(-1);
  if (last?.[0] === code) last[1] += ms;
  else pieces.push([code, ms]);
}

function summary(pieces: readonly Piece[]): Piece[] {
  const totalMs = pieces.reduce((sum, [, ms]) => sum + ms, 0), partMs = totalMs / MAX_STRIP_PIECES;
  const parts: Piece[] = [];
  let at = 0, leftMs = pieces[0][1];
  for (let part = 0; part < MAX_STRIP_PIECES; part++) {
    const inPart = new Float64Array(NAMES.length);
    for (let missingMs = partMs; missingMs > 0 && at < pieces.length;) {
      const ms = Math.min(leftMs, missingMs);
      inPart[pieces[at][0]] += ms;
      missingMs -= ms;
      leftMs -= ms;
      if (leftMs === 0 && ++at < pieces.length) leftMs = pieces[at][1];
    }
    append(parts, inPart.indexOf(Math.max(...inPart)), partMs);
  }
  return parts;
}
