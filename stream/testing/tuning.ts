/**
 * Recorded sessions for tests of tuning: made up, and real ones.
 *
 * @module
 */
import fc from "fast-check";
import { columnsOf, type TruthSpan, type Window } from "../columns.ts";
import { DEFAULT_THRESHOLDS, orderFaults, type ThresholdValues, valuesOf } from "../thresholds.ts";
import type { Recordings, TuningSession } from "../tuning.ts";
import { type Truth, TRUTHS } from "../tuning_answers.ts";
import { batches, recording, START_MS, windowsOf } from "./signals.ts";

/** The shipped values. */
export const SHIPPED: ThresholdValues = valuesOf(DEFAULT_THRESHOLDS);

const SLIDE_MS = 1000;
const WINDOW_MS = 5000;

/** Sessions whose windows are a second apart. */
export const recordingsOf = (sessions: TuningSession[]): Recordings => ({
  sessions,
  slideMs: SLIDE_MS,
  leftOutSessions: 0,
});

/** A session of windows that end at whole seconds; what is not given is a window of someone walking. */
export function sessionOf(
  windows: (Partial<Window> & { endS: number })[],
  labels: TruthSpan[] = [],
  sessionId = "run-1",
): TuningSession {
  const columns = columnsOf(windows.map(({ endS, ...more }) => ({
    timestamp: START_MS + endS * SLIDE_MS,
    windowStart: START_MS + endS * SLIDE_MS - WINDOW_MS,
    magnitude: 4,
    magnitudeStd: 2,
    cadenceHz: 1.9,
    activity: "walking",
    ...more,
  })));
  return { deviceId: "phone-1", sessionId, name: null, labels, columns };
}

/** From and to in seconds after the start. */
export const label = (fromS: number, toS: number, activity: Truth): TruthSpan => ({
  from: START_MS + fromS * SLIDE_MS,
  to: START_MS + toS * SLIDE_MS,
  activity,
});

/** The recordings of `stream/testdata`, each labelled as a whole. */
export async function recordedSessions(): Promise<TuningSession[]> {
  const names = { still: "stationary", walking: "walking", running: "running" } as const;
  return await Promise.all((["still", "walking", "running"] as const).map(async (name) => {
    const readings = await recording(name);
    const columns = columnsOf(windowsOf(batches(readings)));
    const labels = [{
      from: readings.tMs[0],
      to: readings.tMs[readings.count - 1],
      activity: names[name],
    }];
    return { deviceId: name, sessionId: name, name: null, labels, columns };
  }));
}

const ms2 = (max: number) => fc.integer({ min: 0, max: max * 10 }).map((tenths) => tenths / 10);

/** Any thresholds that may be saved. */
export const anyValues: fc.Arbitrary<ThresholdValues> = fc.record({
  walkingMs2: ms2(10).map((value) => value + 0.1),
  runningMs2: ms2(30),
  stillStdMs2: ms2(3),
  cadence: fc.option(fc.record({ runningHz: fc.constantFrom(2, 2.35, 3), fromMs2: ms2(12), toMs2: ms2(20) })),
  hysteresisMs2: ms2(1),
}).filter((values) => orderFaults(values).length === 0);

const anyWindow = fc.record({
  /** Seconds after the window before. */
  afterS: fc.constantFrom(1, 1, 1, 1, 2, 30),
  magnitude: ms2(25),
  magnitudeStd: ms2(10),
  cadenceHz: fc.constantFrom(null, 1.6, 2.3, 2.35, 2.8),
  activity: fc.constantFrom("walking" as const, "walking" as const, "walking" as const, "unknown" as const),
});

/** Any session, with labels that do not overlap. */
export const anySession: fc.Arbitrary<TuningSession> = fc.record({
  windows: fc.array(anyWindow, { minLength: 1, maxLength: 60 }),
  labels: fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.constantFrom(...TRUTHS)), { maxLength: 6 }),
}).map(({ windows, labels }) => {
  let endS = 4, labelS = 0;
  return sessionOf(
    windows.map(({ afterS, ...window }) => ({ ...window, endS: endS += afterS })),
    labels.map(([lengthS, activity]) => label(labelS, labelS += lengthS, activity)),
  );
});
