/**
 * What other thresholds would make of recorded sessions.
 *
 * @module
 */
import { type Columns, decide, NO_TRUTH, truthOf, type TruthSpan, UNKNOWN } from "./columns.ts";
import { Tally } from "./score.ts";
import { stripOf } from "./strip.ts";
import type { ThresholdValues } from "./thresholds.ts";
import {
  type Basis,
  type ChangedSession,
  type Histogram,
  type Preview,
  type SessionId,
  TRUTHS,
} from "./tuning_answers.ts";

/** Width of a bin of the histogram, m/s²: finer than anyone sets a threshold. */
const BIN_MS2 = 0.25;
/** 0 to 40 m/s²: the hardest sprint in the recordings has a mean of 38. */
const BINS = 160;
/** So many sessions are shown with their strips: what changes less is not worth looking at one by one. */
const MAX_MOST_CHANGED = 10;

/** A session to try thresholds on. */
export interface TuningSession extends SessionId {
  name: string | null;
  labels: TruthSpan[];
  columns: Columns;
}

/** Sessions, and how far their windows are apart. */
export interface Recordings {
  sessions: TuningSession[];
  /** ms */
  slideMs: number;
  leftOutSessions: number;
}

/** Counts windows by mean magnitude, for each truth. */
export function histogramOf(recordings: Recordings): Histogram {
  const counts = {
    stationary: Array(BINS).fill(0),
    walking: Array(BINS).fill(0),
    running: Array(BINS).fill(0),
    unlabelled: Array(BINS).fill(0),
  };
  for (const { columns, labels } of recordings.sessions) {
    const truth = truthOf(columns, labels), { meanMs2, covered } = columns;
    for (let i = 0; i < truth.length; i++) {
      if (covered[i] === 0) continue;
      const bins = counts[truth[i] === NO_TRUTH ? "unlabelled" : TRUTHS[truth[i]]];
      bins[Math.min(BINS - 1, Math.floor(meanMs2[i] / BIN_MS2))]++;
    }
  }
  const labelledSessions = recordings.sessions.filter(({ labels }) => labels.length > 0).length;
  return { binMs2: BIN_MS2, counts, labelledSessions, ...basisOf(recordings) };
}

/**
 * Decides the sessions with both and compares.
 *
 * @param before the values in force
 */
export function previewOf(recordings: Recordings, before: ThresholdValues, after: ThresholdValues): Preview {
  const { sessions, slideMs } = recordings;
  const tallies = { before: new Tally(), after: new Tally() };
  const transitions = { before: 0, after: 0, added: 0, removed: 0 };
  const changed: ChangedSession[] = [];
  let changedMs = 0, changedSessions = 0;
  for (const session of sessions) {
    const { columns, labels } = session;
    const codes = { before: decide(columns, before), after: decide(columns, after) };
    const truth = truthOf(columns, labels);
    tallies.before.add(truth, codes.before);
    tallies.after.add(truth, codes.after);
    compareTransitions(codes.before, codes.after, transitions);
    const changedWindows = codes.before.reduce((sum, code, i) => code === codes.after[i] ? sum : sum + 1, 0);
    if (changedWindows === 0) continue;
    changedMs += changedWindows * slideMs;
    changedSessions++;
    keepMostChanged(changed, session, changedWindows * slideMs, slideMs, codes);
  }
  const [scoreBefore, scoreAfter] = [tallies.before.score(), tallies.after.score()];
  return {
    ...basisOf(recordings),
    labelledWindows: scoreBefore.windows,
    before: scoreBefore,
    after: scoreAfter,
    changedMs,
    changedSessions,
    transitions,
    mostChanged: changed,
  };
}

/** What an answer is made from. */
export function basisOf({ sessions, leftOutSessions }: Recordings): Basis {
  const windows = sessions.reduce((sum, { columns }) => sum + columns.endMs.length, 0);
  return { sessions: sessions.length, windows, leftOutSessions };
}

/**
 * A transition is a window whose activity differs from the one before; unknown windows are passed over. One
 * to another activity is another transition.
 */
function compareTransitions(before: Uint8Array, after: Uint8Array, sums: Preview["transitions"]): void {
  let wasBefore = UNKNOWN, wasAfter = UNKNOWN;
  for (let i = 0; i < before.length; i++) {
    if (before[i] === UNKNOWN) continue;
    const inBefore = wasBefore !== UNKNOWN && before[i] !== wasBefore;
    const inAfter = wasAfter !== UNKNOWN && after[i] !== wasAfter;
    const same = inBefore && inAfter && before[i] === after[i] && wasBefore === wasAfter;
    if (inBefore) sums.before++;
    if (inAfter) sums.after++;
    if (inBefore && !same) sums.removed++;
    if (inAfter && !same) sums.added++;
    wasBefore = before[i];
    wasAfter = after[i];
  }
}

/** Makes strips only for sessions that are among the most changed so far. */
function keepMostChanged(
  most: ChangedSession[],
  { deviceId, sessionId, name, columns: { endMs } }: TuningSession,
  changedMs: number,
  slideMs: number,
  codes: { before: Uint8Array; after: Uint8Array },
): void {
  const place = most.findIndex((other) => other.changedMs < changedMs);
  if (place === -1 && most.length === MAX_MOST_CHANGED) return;
  most.splice(place === -1 ? most.length : place, 0, {
    deviceId,
    sessionId,
    name,
    startedAt: endMs[0] - slideMs,
    changedMs,
    totalMs: endMs.length * slideMs,
    before: stripOf(endMs, codes.before, slideMs),
    after: stripOf(endMs, codes.after, slideMs),
  });
  most.length = Math.min(most.length, MAX_MOST_CHANGED);
}
