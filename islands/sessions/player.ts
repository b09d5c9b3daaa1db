/**
 * Plays a session: a time that moves on with the clock, faster when wanted.
 *
 * @module
 */
import type { Span } from "./span.ts";

/** How many times faster than it was. */
export const SPEEDS = [1, 10, 60] as const;
export type Speed = (typeof SPEEDS)[number];

/** After a longer pause between two frames the page was asleep, and playing did not go on, ms. */
const LONGEST_FRAME_MS = 1000;

/**
 * @param atMs where it is, ms since the Unix epoch
 * @param passedMs since the last step
 * @returns where it is now, and whether that is the end
 */
export function advance(
  atMs: number,
  passedMs: number,
  speed: Speed,
  bounds: Span,
): { atMs: number; isOver: boolean } {
  const nextMs = atMs + Math.min(Math.max(passedMs, 0), LONGEST_FRAME_MS) * speed;
  return { atMs: Math.min(nextMs, bounds.to), isOver: nextMs >= bounds.to };
}
