/**
 * Thresholds without a log, and tuning on made-up sessions without a database or a Worker. What is answered is computed as the
 * real ones do.
 *
 * @module
 */
import { ThresholdsRegistry } from "../../control/thresholds.ts";
import { MemoryControlLog } from "../../log/testing/control.ts";
import { columnsOf, type TruthSpan, type Window } from "../../stream/columns.ts";
import { suggestionOf } from "../../stream/suggest.ts";
import { histogramOf, previewOf, type Recordings, type TuningSession } from "../../stream/tuning.ts";
import type { Truth } from "../../stream/tuning_answers.ts";
import type { SessionId, ThresholdsAdmin, Tuning } from "../services.ts";

/** 2026-01-01T08:00Z */
const START_MS = 1_767_254_400_000;
const WINDOW_MS = 5000;
const SLIDE_MS = 1000;

/** The real registry on events in memory. */
export function fakeThresholds(nowMs = START_MS): ThresholdsAdmin {
  const log = new MemoryControlLog();
  const registry = new ThresholdsRegistry(log, () => nowMs);
  log.tailControl((event) => registry.fold(event));
  return registry;
}

/** Mean magnitude at the least and at the most, m/s², and step rate, Hz. */
const MADE: Record<Truth, [fromMs2: number, toMs2: number, cadenceHz: number | null]> = {
  stationary: [0.05, 1.4, null],
  walking: [2.2, 9.4, 1.9],
  running: [7.6, 17, 2.7],
};

/** Whose sessions, and what they did for how many seconds. */
const SESSIONS: [deviceId: string, name: string | null, labelled: boolean, parts: [Truth, number][]][] = [
  ["anna", "Morning run", true, [["stationary", 40], ["running", 120], ["walking", 60]]],
  ["anna", "Desk and lunch", true, [["stationary", 300], ["walking", 90], ["stationary", 120]]],
  ["ben", "Way to work", true, [["walking", 240], ["stationary", 30], ["walking", 100]]],
  ["ben", null, true, [["running", 180], ["walking", 45]]],
  ["cleo", "First try", false, [["stationary", 60], ["walking", 60]]],
];

/** Four labelled sessions of two people and one without labels; the same every time. */
export function fakeRecordings(): TuningSession[] {
  return SESSIONS.map(([deviceId, name, labelled, parts], n) => {
    let atMs = START_MS + n * 3_600_000, seed = n + 1;
    const random = () => (seed = seed * 16_807 % 2_147_483_647) / 2_147_483_647;
    const windows: Window[] = [], labels: TruthSpan[] = [];
    for (const [activity, seconds] of parts) {
      const [fromMs2, toMs2, cadenceHz] = MADE[activity];
      for (let i = 0; i < seconds; i++) {
        const timestamp = atMs + (i + 1) * SLIDE_MS;
        const magnitude = fromMs2 + (toMs2 - fromMs2) * (random() + random()) / 2;
        windows.push({
          windowStart: timestamp - WINDOW_MS,
          timestamp,
          magnitude,
          magnitudeStd: magnitude * 0.6,
          cadenceHz: cadenceHz === null || random() < 0.1 ? null : cadenceHz + 0.3 * (random() - 0.5),
          activity: random() < 0.02 ? "unknown" : activity,
        });
      }
      labels.push({ from: atMs, to: atMs + seconds * SLIDE_MS, activity });
      atMs += seconds * SLIDE_MS;
    }
    const sessionId = `${deviceId}-${n + 1}`;
    return { deviceId, sessionId, name, labels: labelled ? labels : [], columns: columnsOf(windows) };
  });
}

/** Answers from {@linkcode fakeRecordings}. */
export function fakeTuning(thresholds: ThresholdsAdmin, recordings = fakeRecordings()): Tuning {
  const choose = (chosen: SessionId[] | null, deviceId: string | null): Recordings => {
    const sessions = recordings.filter((session) =>
      (deviceId === null || session.deviceId === deviceId) &&
      (chosen === null ? session.labels.length > 0 : chosen.some((id) => id.sessionId === session.sessionId))
    );
    return { sessions, slideMs: SLIDE_MS, leftOutSessions: 0 };
  };
  const inForce = (deviceId: string | null) => {
    const { values, overrides } = thresholds.current();
    return overrides.find((override) => override.deviceId === deviceId)?.values ?? values;
  };
  return {
    histogram: (sessions) => Promise.resolve(histogramOf(choose(sessions, null))),
    preview: (values, sessions, deviceId) =>
      Promise.resolve(previewOf(choose(sessions, deviceId), inForce(deviceId), values)),
    suggest: (values, sessions, deviceId) =>
      Promise.resolve(suggestionOf(choose(sessions, deviceId), inForce(deviceId), values)),
  };
}
