/**
 * The strip of a session's last ten minutes: neighbouring windows with the same activity as one segment.
 *
 * @module
 */
import { ACTIVITIES, type Activity } from "../../log/records.ts";
import { formatMinutes } from "./format.ts";

/** How far back a strip reaches, ms. */
export const STRIP_MS = 600_000;

/** [from, to, activity]; times in ms since the Unix epoch. */
export type StripSegment = readonly [number, number, Activity];

/** A pause this many slides long is a gap; less is a window that was lost between page and live stream. */
const GAP_SLIDES = 2.5;

/**
 * Adds a window to a strip and drops what is older than ten minutes. A window stands for its last slide only, because
 * neighbouring windows overlap.
 *
 * @param strip Segments, oldest first
 * @param endMs The window's end; not before the strip's end
 */
export function extendStrip(
  strip: readonly StripSegment[],
  endMs: number,
  activity: Activity,
  slideMs: number,
): StripSegment[] {
  const kept = strip[0]?.[1] < endMs - STRIP_MS
    ? strip.filter(([, to]) => to >= endMs - STRIP_MS)
    : strip.slice();
  const last = kept.at(-1);
  const joins = last !== undefined && endMs - last[1] < GAP_SLIDES * slideMs;
  const fromMs = joins ? last[1] : endMs - slideMs;
  if (joins && last[2] === activity) kept[kept.length - 1] = [last[0], endMs, activity];
  else kept.push([fromMs, endMs, activity]);
  return kept;
}

/** Puts what was seen of a session before what has been added since; they may overlap. */
export function joinStrips(
  older: readonly StripSegment[],
  newer: readonly StripSegment[],
): readonly StripSegment[] {
  const untilMs = older.at(-1)?.[1] ?? -Infinity;
  const joined = older.slice();
  for (const [from, to, activity] of newer) {
    if (to <= untilMs) continue;
    const last = joined.at(-1);
    if (last !== undefined && from <= untilMs && last[1] === untilMs && last[2] === activity) {
      joined[joined.length - 1] = [last[0], to, activity];
    } else joined.push([Math.max(from, untilMs), to, activity]);
  }
  return joined;
}

/**
 * One SVG path per activity, x in seconds from the strip's left edge and y from 0 to 1: four elements however often the
 * activity changed.
 *
 * @param endMs Time at the right edge
 */
export function stripPaths(strip: readonly StripSegment[], endMs: number): Partial<Record<Activity, string>> {
  const startMs = endMs - STRIP_MS;
  const paths: Partial<Record<Activity, string>> = {};
  for (const [from, to, activity] of strip) {
    const x = Math.max(from - startMs, 0) / 1000;
    const width = Math.min(to - startMs, STRIP_MS) / 1000 - x;
    if (width > 0) {
      paths[activity] = `${paths[activity] ?? ""}M${round(x)} 0h${round(width)}v1h${-round(width)}z`;
    }
  }
  return paths;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The strip in words, always in the same order, for example "stationary 40 s, walking 6 min". */
export function describeStrip(strip: readonly StripSegment[], endMs: number): string {
  const startMs = endMs - STRIP_MS;
  const totals = new Map(ACTIVITIES.map((activity) => [activity, 0]));
  for (const [from, to, activity] of strip) {
    totals.set(activity, totals.get(activity)! + Math.max(0, Math.min(to, endMs) - Math.max(from, startMs)));
  }
  return [...totals].filter(([, ms]) => ms >= 1000).map(([activity, ms]) =>
    `${activity}\u00a0${formatMinutes(ms)}`
  )
    .join(", ");
}
