/**
 * Spans of time on a session's page: what is in view, and what is selected.
 *
 * @module
 */

/** Times in ms since the Unix epoch. */
export interface Span {
  from: number;
  to: number;
}

/** Two windows' worth: closer there is nothing more to see, ms. */
export const MIN_SPAN_MS = 10_000;

export const lengthOf = ({ from, to }: Span): number => to - from;

/** Where a time lies in a span, 0 at its beginning and 1 at its end. */
export const fractionOf = (ms: number, { from, to }: Span): number => (ms - from) / (to - from);

/** The time at a fraction of a span. */
export const timeAt = (fraction: number, { from, to }: Span): number => from + fraction * (to - from);

/**
 * The span of nearly the same length that lies within the bounds and is not too short.
 *
 * @param bounds the session's beginning and end
 */
export function fit(span: Span, bounds: Span): Span {
  const lengthMs = Math.min(Math.max(lengthOf(span), MIN_SPAN_MS), lengthOf(bounds));
  const middleMs = (span.from + span.to) / 2;
  const from = Math.round(Math.min(Math.max(middleMs - lengthMs / 2, bounds.from), bounds.to - lengthMs));
  return { from, to: Math.round(from + lengthMs) };
}

/**
 * Zooms.
 *
 * @param factor of the length: below 1 shows less
 * @param aboutMs stays where it is on the screen
 */
export function zoom(span: Span, bounds: Span, factor: number, aboutMs: number): Span {
  const wantedMs = Math.min(Math.max(lengthOf(span) * factor, MIN_SPAN_MS), lengthOf(bounds));
  const from = aboutMs - fractionOf(aboutMs, span) * wantedMs;
  return fit({ from, to: from + wantedMs }, bounds);
}

/** Moves by so many ms, as far as the bounds allow. */
export const move = ({ from, to }: Span, bounds: Span, byMs: number): Span =>
  fit({ from: from + byMs, to: to + byMs }, bounds);

/** Whether all of the bounds is in the span. */
export const isWhole = (span: Span, bounds: Span): boolean =>
  span.from <= bounds.from && span.to >= bounds.to;

/** What a session that has grown should show: all when all was shown, its end when that was. */
export function follow(span: Span, before: Span, bounds: Span): Span {
  if (isWhole(span, before)) return bounds;
  return span.to >= before.to ? move(span, bounds, bounds.to - span.to) : fit(span, bounds);
}

/** A selection while it is made: one end stays, the other moves. */
export interface Selection {
  anchorMs: number;
  headMs: number;
}

/** In order of time. */
export const spanOf = ({ anchorMs, headMs }: Selection): Span => ({
  from: Math.min(anchorMs, headMs),
  to: Math.max(anchorMs, headMs),
});

/** Whether something is selected that has a length. */
export const isSpan = (selection: Selection | null): selection is Selection =>
  selection !== null && selection.anchorMs !== selection.headMs;

/** To the second, since windows end at full seconds; within the bounds. */
export const snap = (ms: number, { from, to }: Span): number =>
  Math.min(Math.max(Math.round(ms / 1000) * 1000, from), to);

/**
 * Begins a selection with the pointer: near one end of what is selected, that end moves on.
 *
 * @param reachMs how near, ms
 */
export function grab(selection: Selection | null, atMs: number, reachMs: number): Selection {
  if (selection !== null) {
    const { from, to } = spanOf(selection);
    const toEnd = Math.abs(atMs - to), toStart = Math.abs(atMs - from);
    if (Math.min(toEnd, toStart) <= reachMs) {
      return toEnd <= toStart ? { anchorMs: from, headMs: to } : { anchorMs: to, headMs: from };
    }
  }
  return { anchorMs: atMs, headMs: atMs };
}

/** Steps of a key, in hundredths of what is in view: an arrow one, a page ten. */
const KEY_STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10 };

/**
 * Moves a selection by a key.
 *
 * @param selection null: from the middle of what is in view
 * @param isGrowing with the shift key: only the head moves
 * @returns null when the key moves nothing
 */
export function moveSelection(
  selection: Selection | null,
  key: string,
  isGrowing: boolean,
  view: Span,
  bounds: Span,
): Selection | null {
  const middleMs = snap(timeAt(0.5, view), bounds);
  const { anchorMs, headMs } = selection ?? { anchorMs: middleMs, headMs: middleMs };
  const stepMs = Math.max(1000, Math.round(lengthOf(view) / 100_000) * 1000);
  let toMs: number;
  if (key === "Home") toMs = bounds.from;
  else if (key === "End") toMs = bounds.to;
  else if (key in KEY_STEPS) toMs = snap(headMs + KEY_STEPS[key] * stepMs, bounds);
  else return null;
  return { anchorMs: isGrowing ? anchorMs : toMs, headMs: toMs };
}
