/**
 * Rows for the dashboards, made from recordings by the real stream code, and what every panel has to show of them, worked out
 * without SQL.
 *
 * @module
 */
import { ACTIVITIES, type Activity, activityMessageId, type ActivityRecord } from "../../log/records.ts";
import { SessionView } from "../../sinks/sqlite/session_view.ts";
import { batches, type Readings, recording, START_MS, windowsOf } from "../../stream/testing/signals.ts";
import { DEFAULT_WINDOW } from "../../stream/settings.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Longer than a window, so that the windows have a gap. */
const PAUSE_MS = 60_000;

/** A value of a panel; times are ms since the Unix epoch. */
export type Value = string | number | null;
export type Rows = Value[][];

/** An id that SQL has to quote. */
export const QUOTED_DEVICE = "it's";
const QUOTED_SESSION = "walk and run";
export const OTHER_DEVICE = "phone-2";
export const OTHER_SESSION = "still";

/** All rows lie in it. */
export const RANGE = { fromMs: START_MS - 3_600_000, toMs: START_MS + 25 * 3_600_000 };

const later = ({ count, tMs, xyz }: Readings, ms: number): Readings => ({
  count,
  tMs: tMs.map((t) => t + ms),
  xyz,
});

function session(
  deviceId: string,
  sessionId: string,
  thresholdsVersion: number,
  parts: Readings[],
): ActivityRecord[] {
  return windowsOf(parts.flatMap(batches)).map((window) => ({
    ...window,
    thresholdsVersion,
    deviceId,
    sessionId,
    messageId: activityMessageId(sessionId, window.timestamp),
  }));
}

/** Two sessions: someone walks, pauses and runs; later, across midnight, a phone lies still, judged by new thresholds. */
export async function windowRows(): Promise<ActivityRecord[]> {
  const [walking, running, still] = await Promise.all([
    recording("walking"),
    recording("running"),
    recording("still"),
  ]);
  const length = walking.tMs[walking.count - 1] - walking.tMs[0];
  const pause = Math.ceil((length + PAUSE_MS) / 1000) * 1000;
  return [
    ...session(QUOTED_DEVICE, QUOTED_SESSION, 1, [walking, later(running, pause)]),
    ...session(OTHER_DEVICE, OTHER_SESSION, 2, [later(still, DAY_MS - 15_000)]),
  ];
}

/** Of `raw_sensor_data`. `loadedAt` is null where Kafka Connect loaded the row. */
export interface RawRow {
  record: { messageId: string; sessionId: string; deviceId: string; receivedAt: number };
  loadedAt: number | null;
}

const rawRow = (messageId: string, afterS: number, loadedAfterS: number | null): RawRow => ({
  record: {
    messageId,
    sessionId: QUOTED_SESSION,
    deviceId: QUOTED_DEVICE,
    receivedAt: START_MS + afterS * 1000,
  },
  loadedAt: loadedAfterS === null ? null : START_MS + (afterS + loadedAfterS) * 1000,
});

export const RAW_ROWS: RawRow[] = [rawRow("1", 5, 30), rawRow("2", 65, 90), rawRow("3", 70, null)];

/** What each panel, annotation and variable has to give back; Data freshness depends on the clock and is not among them. */
export function expectedRows(windows: ActivityRecord[], raw: RawRow[]): Map<string, Rows> {
  const newestFirst = windows.toSorted((a, b) => b.timestamp - a.timestamp);
  const newest = newestFirst[0];
  const sessions = sessionsOf(windows);
  return new Map<string, Rows>([
    ["Current activity", [[newest.activity]]],
    ["Confidence", [[newest.confidence]]],
    ["Average magnitude", [[mean(windows.map(({ magnitude }) => magnitude))]]],
    [
      "Average magnitude over time",
      groups(windows, ({ timestamp }) => timestamp - timestamp % MINUTE_MS).map(([minute, of]) => {
        const magnitudes = of.map(({ magnitude }) => magnitude);
        return [minute, mean(magnitudes), Math.max(...magnitudes)];
      }),
    ],
    ["Activity timeline", sessions.flatMap(changes).toSorted(([a], [b]) => Number(a) - Number(b))],
    ["Distribution", [minutes(windows)]],
    [
      "Minutes a day",
      groups(windows, dayOf).map(([day, of]) => [day, ...minutes(of)]),
    ],
    [
      "Minutes a day by device",
      groups(windows, dayOf).toReversed().flatMap(([day, ofDay]) =>
        groups(ofDay, ({ deviceId }) => deviceId).map(([deviceId, of]): Value[] => [
          new Date(day).toISOString().slice(0, 10),
          deviceId,
          ...minutes(of),
        ])
      ),
    ],
    [
      "Sessions",
      sessions.map(({ view, of }): Value[] => [
        view.endedAt,
        view.deviceId,
        view.sessionId,
        view.startedAt,
        ...ACTIVITIES.map((activity) => view.totals[activity] / MINUTE_MS),
        mean(of.map(({ magnitude }) => magnitude)),
        view.windows,
      ]).toSorted(([a], [b]) => Number(b) - Number(a)),
    ],
    [
      "Recent records",
      newestFirst.slice(0, 100).map((
        { timestamp, deviceId, sessionId, activity, confidence, magnitude, cadenceHz },
      ) => [timestamp, deviceId, sessionId, activity, confidence, magnitude, cadenceHz]),
    ],
    [
      "Ingest lag",
      raw.flatMap(({ record: { receivedAt }, loadedAt }) => {
        if (loadedAt === null) return [];
        const lagS = (loadedAt - receivedAt) / 1000;
        return [[receivedAt - receivedAt % MINUTE_MS, lagS, lagS]];
      }),
    ],
    [
      "Thresholds changed",
      groups(windows, ({ thresholdsVersion }) => thresholdsVersion).slice(1).map(([version, of]) => [
        of[0].timestamp,
        `Thresholds version ${version}`,
      ]),
    ],
    ["$device", [...new Set(newestFirst.map(({ deviceId }) => deviceId))].map((id) => [id])],
    ["$session", [...new Set(newestFirst.map(({ sessionId }) => sessionId))].map((id) => [id])],
  ]);
}

const mean = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const dayOf = ({ timestamp }: ActivityRecord) => timestamp - timestamp % DAY_MS;

/** Of each activity, by the windows' slide: what the console counts. */
const minutes = (windows: ActivityRecord[]) =>
  ACTIVITIES.map((one: Activity) =>
    windows.filter(({ activity }) => activity === one).length * DEFAULT_WINDOW.slideMs / MINUTE_MS
  );

/** Ascending by key. */
function groups<Key extends string | number>(
  windows: ActivityRecord[],
  keyOf: (window: ActivityRecord) => Key,
): [Key, ActivityRecord[]][] {
  return [...Map.groupBy(windows, keyOf)].toSorted(([a], [b]) => a < b ? -1 : 1);
}

/** Each session as the console shows it. */
function sessionsOf(windows: ActivityRecord[]): { view: SessionView; of: ActivityRecord[] }[] {
  return groups(windows, ({ sessionId }) => sessionId).map(([sessionId, of]) => {
    const view = new SessionView(of[0].deviceId, sessionId);
    for (const window of of) view.apply(window, DEFAULT_WINDOW.slideMs, window.timestamp);
    return { view, of };
  });
}

/** The segments that the console draws, and where nothing follows them. */
function changes({ view }: { view: SessionView }): Rows {
  const segments = [...view.finished, ...view.segment ? [view.segment] : []];
  return segments.flatMap(({ from, to, activity }, i): Rows => [
    [from, view.deviceId, activity],
    ...segments[i + 1]?.from === to ? [] : [[to, view.deviceId, null]],
  ]);
}
