/**
 * A session's series as it is drawn: runs of one activity, gaps, and what is to be said of them.
 *
 * @module
 */
import { ACTIVITIES, type Activity } from "../../log/records.ts";
import type { Series, SeriesPoint } from "../../web/services.ts";
import type { Span } from "./span.ts";

/** What was done in a part of a session; "gap": there are no results. */
export interface Run extends Span {
  activity: Activity | "gap";
}

/** Buckets further apart than this many times their length have a gap between them. */
const GAP_BUCKETS = 1.5;

/** Neighbouring buckets of one activity, and the gaps between them, in order of time. */
export function runsOf({ points, bucketMs }: Series): Run[] {
  const runs: Run[] = [];
  let endMs = 0;
  for (const [tMs, , , , activity] of points) {
    const from = tMs - bucketMs / 2, last = runs.at(-1);
    if (last !== undefined && from - endMs > (GAP_BUCKETS - 1) * bucketMs) {
      runs.push({ activity: "gap", from: endMs, to: from });
    }
    const before = runs.at(-1);
    endMs = tMs + bucketMs / 2;
    if (before?.activity === activity) before.to = endMs;
    else runs.push({ activity, from, to: endMs });
  }
  return runs;
}

/** The parts of runs that are in a span. */
export function cut<T extends Span>(spans: readonly T[], { from, to }: Span): T[] {
  return spans.filter((each) => each.to > from && each.from < to)
    .map((each) => ({ ...each, from: Math.max(each.from, from), to: Math.min(each.to, to) }));
}

/** Puts so many neighbouring buckets together, where there is no room to draw each; the band then shows what is between them. */
export function thinned(series: Series, every: number): Series {
  if (every <= 1) return series;
  const { from, points } = series, bucketMs = series.bucketMs * every;
  const groups = Map.groupBy(points, ([tMs]) => Math.floor((tMs - from) / bucketMs));
  const together = [...groups].map(([i, group]): SeriesPoint => {
    const mean = (column: 1 | 5) => group.reduce((sum, point) => sum + point[column], 0) / group.length;
    const minMs2 = Math.min(...group.map(([, , least]) => least));
    const maxMs2 = Math.max(...group.map(([, , , most]) => most));
    return [from + (i + 0.5) * bucketMs, mean(1), minMs2, maxMs2, group[0][4], mean(5)];
  });
  return { ...series, bucketMs, points: together };
}

/** The last bucket that has begun at a time and has not ended; null in a gap. */
export function pointAt({ points, bucketMs }: Series, atMs: number): SeriesPoint | null {
  let low = 0, high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] - bucketMs / 2 <= atMs) low = middle + 1;
    else high = middle;
  }
  const found = points[low - 1];
  return found !== undefined && atMs <= found[0] + bucketMs / 2 ? found : null;
}

/** What a part of a session is in figures. */
export interface Summary {
  /** Time of each activity, ms. */
  totals: Record<Activity, number>;
  gaps: number;
  gapMs: number;
  /** null without results. */
  magnitude: { meanMs2: number; minMs2: number; maxMs2: number } | null;
}

/** Sums up what is in a span. */
export function summarize(series: Series, span: Span): Summary {
  const totals: Record<Activity, number> = { stationary: 0, walking: 0, running: 0, unknown: 0 };
  let gaps = 0, gapMs = 0;
  for (const { activity, from, to } of cut(runsOf(series), span)) {
    if (activity === "gap") {
      gaps++;
      gapMs += to - from;
    } else totals[activity] += to - from;
  }
  const points = series.points.filter(([tMs]) => tMs >= span.from && tMs <= span.to);
  if (points.length === 0) return { totals, gaps, gapMs, magnitude: null };
  const magnitude = {
    meanMs2: points.reduce((sum, [, mean]) => sum + mean, 0) / points.length,
    minMs2: points.reduce((min, [, , least]) => Math.min(min, least), Infinity),
    maxMs2: points.reduce((max, [, , , most]) => Math.max(max, most), 0),
  };
  return { totals, gaps, gapMs, magnitude };
}

/**
 * One SVG path per activity, x from 0 to 1000 over the span and y from 0 to 1: four elements however often the activity changed.
 * Gaps are left out.
 */
export function stripPaths(runs: readonly Run[], span: Span): Partial<Record<Activity, string>> {
  const paths: Partial<Record<Activity, string>> = {};
  const scale = 1000 / (span.to - span.from);
  for (const { activity, from, to } of cut(runs, span)) {
    if (activity === "gap") continue;
    const x = (from - span.from) * scale, width = (to - from) * scale;
    paths[activity] = `${paths[activity] ?? ""}M${round(x)} 0h${round(width)}v1h${-round(width)}z`;
  }
  return paths;
}

const round = (value: number) => Math.round(value * 100) / 100;

/** Activities with time in them, the usual order. */
export const activitiesIn = (totals: Record<Activity, number>): Activity[] =>
  ACTIVITIES.filter((activity) => totals[activity] > 0);
