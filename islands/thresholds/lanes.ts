/**
 * The histogram as it is drawn: a lane for each label, and where on the axis its windows are answered right.
 *
 * @module
 */
import type { ThresholdValues } from "../../stream/thresholds.ts";
import { type Truth, TRUTHS } from "../../stream/tuning_answers.ts";
import type { Histogram } from "../../web/services.ts";
import { placeOf, TOP_MS2 } from "./scale.ts";

/** What a lane holds. */
export type LaneKind = Truth | "unlabelled";

/** The windows of one label. */
export interface Lane {
  kind: LaneKind;
  windows: number;
  /** Its bars, in a box of {@link WIDTH} by {@link HEIGHT}. */
  path: string;
}

/** A part of the axis, m/s². */
export interface Zone {
  from: number;
  to: number;
  /** Whether the step rate decides there, where it is clear. */
  byCadence: boolean;
}

export const WIDTH = 1000;
export const HEIGHT = 100;

/** One lane a label; without labels, or where some windows have none, one of those. */
export function lanesOf({ counts, binMs2, labelledSessions }: Histogram): Lane[] {
  const lane = (kind: LaneKind): Lane => ({
    kind,
    windows: sum(counts[kind]),
    path: barsOf(counts[kind], binMs2),
  });
  const unlabelled = lane("unlabelled");
  if (labelledSessions === 0) return [unlabelled];
  return [...TRUTHS.map(lane), ...(unlabelled.windows > 0 ? [unlabelled] : [])];
}

/** Bars as high as the root of their counts, so that the few windows near a threshold can be seen beside the many. */
function barsOf(counts: readonly number[], binMs2: number): string {
  const most = Math.max(...counts);
  if (most === 0) return "";
  const x = (bin: number) => fixed(WIDTH * placeOf(bin * binMs2));
  const steps = counts.map((count, bin) => `V${fixed(HEIGHT * (1 - Math.sqrt(count / most)))}H${x(bin + 1)}`);
  return `M0 ${HEIGHT}${steps.join("")}V${HEIGHT}Z`;
}

/** Where a window of a label gets that answer, or may get it; in order. */
export function zonesOf(truth: Truth, values: ThresholdValues): Zone[] {
  const { walkingMs2, runningMs2, cadence } = values;
  if (truth === "stationary") return [{ from: 0, to: walkingMs2, byCadence: false }];
  const [from, to] = truth === "walking" ? [walkingMs2, runningMs2] : [runningMs2, Infinity];
  if (cadence === null) return [{ from, to, byCadence: false }];
  const { fromMs2, toMs2 } = cadence;
  return [
    { from, to: Math.min(to, fromMs2), byCadence: false },
    { from: fromMs2, to: toMs2, byCadence: true },
    { from: Math.max(from, toMs2), to, byCadence: false },
  ].filter((zone) => zone.from < zone.to);
}

/** The histogram and what the values make of it, in a few sentences. */
export function summaryOf(histogram: Histogram, values: ThresholdValues | null): string {
  const { counts, binMs2, sessions, labelledSessions, windows } = histogram;
  if (windows === 0) return "There are no windows yet.";
  const basis = `${countOf(windows, "window")} of ${countOf(sessions, "session")}, ${
    labelledSessions === 0 ? "none labelled" : `${labelledSessions.toLocaleString("en")} labelled`
  }.`;
  if (values === null) return basis;
  if (labelledSessions === 0) {
    const parts = TRUTHS.map((truth) =>
      `${shareIn(counts.unlabelled, binMs2, zonesOf(truth, values))} ${truth}`
    );
    return `${basis} By the mean alone about ${parts.join(", ")}.`;
  }
  const present = TRUTHS.filter((truth) => sum(counts[truth]) > 0);
  const parts = present.map((truth) => {
    const zones = zonesOf(truth, values);
    const share = (byCadence: boolean) =>
      shareIn(counts[truth], binMs2, zones.filter((zone) => zone.byCadence === byCadence));
    const hasMaybe = zones.some(({ byCadence }) => byCadence);
    return `${truth} ${share(false)}${hasMaybe ? ` and ${share(true)} where the step rate decides` : ""}`;
  });
  return `${basis} By the mean alone about so many are on the right side: ${parts.join("; ")}.`;
}

/** Windows between two whole magnitudes. */
export interface TableRow {
  fromMs2: number;
  /** null: and all beyond. */
  toMs2: number | null;
  counts: Record<LaneKind, number>;
}

/** Magnitudes from which rows hold all that is beyond, m/s². */
const LAST_ROW_MS2 = 20;

/** The histogram in steps of 1 m/s². */
export function tableOf({ counts, binMs2 }: Histogram): TableRow[] {
  const kinds: LaneKind[] = [...TRUTHS, "unlabelled"];
  const between = (from: number, to: number) =>
    Object.fromEntries(kinds.map((kind) => [
      kind,
      sum(counts[kind].slice(Math.round(from / binMs2), Math.round(to / binMs2))),
    ])) as TableRow["counts"];
  const rows = Array.from({ length: LAST_ROW_MS2 }, (_, ms2): TableRow => ({
    fromMs2: ms2,
    toMs2: ms2 + 1,
    counts: between(ms2, ms2 + 1),
  }));
  return [...rows, { fromMs2: LAST_ROW_MS2, toMs2: null, counts: between(LAST_ROW_MS2, Infinity) }];
}

/** Within a bin, windows are taken to be spread evenly. */
function shareIn(counts: readonly number[], binMs2: number, zones: readonly Zone[]): string {
  let inside = 0;
  counts.forEach((count, bin) => {
    const from = bin * binMs2, to = bin === counts.length - 1 ? Infinity : from + binMs2;
    for (const zone of zones) {
      const overlap = Math.min(to, zone.to) - Math.max(from, zone.from);
      if (overlap > 0) inside += count * (to === Infinity ? 1 : overlap / binMs2);
    }
  });
  return `${Math.round(100 * inside / Math.max(1, sum(counts)))}\u00a0%`;
}

/** "1 session", "1,234 sessions". */
export const countOf = (count: number, what: string): string =>
  `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const fixed = (value: number) => Number(value.toFixed(1));

/** Part of a zone that is on the axis, 0 to 1. */
export function extentOf({ from, to }: Zone): { from: number; to: number } {
  return { from: placeOf(from), to: placeOf(Math.min(to, TOP_MS2)) };
}
