/**
 * Recorded sessions for tests: the real read model, in memory, and the real registry.
 *
 * @module
 */
import type { MemoryControlLog } from "../../log/testing/control.ts";
import { sessionEntity, type SessionState, UNTOUCHED } from "../../control/session_state.ts";
import { SessionRegistry } from "../../control/sessions.ts";
import type { Activity, ActivityRecord, LabelActivity } from "../../log/records.ts";
import { windowRecord } from "../../log/testing/windows.ts";
import { ReadModel } from "../../sinks/sqlite/read_model.ts";
import { DEFAULT_THRESHOLDS } from "../../stream/thresholds.ts";
import type { ReadingCounts, SessionAdmin, Store } from "../services.ts";

const SLIDE_MS = 1000;
const IDLE_MS = 30_000;

/** Typical mean magnitudes, m/s², and cadences, Hz. */
export const TYPICAL: Record<Activity, [magnitudeMs2: number, cadenceHz: number | null]> = {
  stationary: [0.2, null],
  walking: [2.8, 1.9],
  running: [12.4, 2.8],
  unknown: [0, null],
};

/** What was done for how many seconds, one after the other. */
export type Parts = readonly (readonly [activity: Activity | "gap", seconds: number])[];

/** A session that a test makes up. */
export interface MadeSession {
  deviceId: string;
  sessionId: string;
  /** ms since the Unix epoch. */
  startMs: number;
  parts: Parts;
  /** What an admin has said about it. */
  state?: Partial<SessionState>;
}

/** A day's mix, so that pages have something to show: names, notes, labels, gaps and long sessions. */
const SAMPLES: [deviceId: string, name: string | null, hoursAgo: number, labelled: boolean, parts: Parts][] =
  [
    ["pixel-8", "Morning run", 3, true, [["stationary", 60], ["walking", 240], ["running", 1500], [
      "walking",
      300,
    ]]],
    ["iphone-13", "Way to work", 5, true, [["walking", 600], ["stationary", 90], ["walking", 420]]],
    ["galaxy-s23", null, 9, false, [["stationary", 1800], ["gap", 600], ["walking", 120], [
      "stationary",
      900,
    ]]],
    ["pixel-8", "Shopping", 26, false, [["walking", 300], ["stationary", 60], ["walking", 200], [
      "unknown",
      30,
    ]]],
    ["iphone-13", null, 30, true, [["running", 900], ["walking", 120], ["running", 900]]],
    ["galaxy-s23", "Desk", 49, true, [["stationary", 3000]]],
    ["pixel-8", null, 52, false, [["unknown", 20], ["stationary", 40]]],
  ];

/** See the module's text. The log has no windows: they are given. */
export class FakeSessions {
  /** The read model's questions. */
  readonly store: Pick<Store, "sessions" | "session" | "series" | "activity">;
  readonly admin: SessionAdmin;
  readonly #log: MemoryControlLog;
  readonly #model: ReadModel;
  /** Sessions that were added. */
  count = 0;
  /** What became of each session's readings. */
  counts: ReadingCounts | null = { readings: 1234, late: 0, duplicates: 0 };

  /** @param now the wall clock, ms since the Unix epoch */
  constructor(log: MemoryControlLog, now: () => number) {
    this.#log = log;
    const options = {
      path: ":memory:",
      logId: "fake",
      partitions: 1,
      slideMs: SLIDE_MS,
      sessionIdleMs: IDLE_MS,
    };
    const model = this.#model = new ReadModel(options, now);
    // Recordings are of the past.
    model.catchingUp = true;
    this.store = {
      sessions: (filter) => Promise.try(() => model.queries.sessions(filter)),
      session: (...args) =>
        Promise.try(() => model.queries.session(...args)).then((found) =>
          found && { ...found, counts: this.counts }
        ),
      series: (...args) => Promise.try(() => model.queries.series(...args)),
      activity: (filter) => Promise.try(() => model.queries.activity(filter)),
    };
    const thresholds = { of: () => DEFAULT_THRESHOLDS };
    const registry = new SessionRegistry({ log, now, store: this.store, thresholds });
    this.admin = registry;
    log.tailControl((event) => {
      registry.fold(event);
      model.fold(event);
    });
  }

  /** Adds a session with the windows that its parts would give. */
  async add({ deviceId, sessionId, startMs, parts, state }: MadeSession): Promise<void> {
    this.count++;
    const records: ActivityRecord[] = [];
    let atMs = startMs;
    for (const [activity, seconds] of parts) {
      for (let i = 0; i < seconds; i++) {
        atMs += SLIDE_MS;
        if (activity !== "gap") records.push(made({ deviceId, sessionId }, atMs, activity));
      }
    }
    this.#model.apply(records, 0, [0]);
    if (state === undefined) return;
    await this.#log.appendControl({
      entity: sessionEntity({ deviceId, sessionId }),
      version: 1,
      type: "session.renamed",
      atMs: startMs,
      by: "Anna",
      data: { ...UNTOUCHED, ...state },
    });
  }

  /**
   * Adds the same few sessions every time.
   *
   * @param nowMs the newest are some hours older, ms since the Unix epoch
   */
  async addSamples(nowMs: number): Promise<void> {
    for (const [i, [deviceId, name, hoursAgo, labelled, parts]] of SAMPLES.entries()) {
      const startMs = Math.floor(nowMs / SLIDE_MS) * SLIDE_MS - hoursAgo * 3_600_000;
      const note = i === 0 ? "Along the river, phone in the right pocket" : null;
      const labels = labelled ? labelsOf(parts, startMs) : [];
      await this.add({
        deviceId,
        sessionId: `sample-${i + 1}`,
        startMs,
        parts,
        state: { name, note, labels },
      });
    }
  }
}

/** A window of a kind; its magnitude swings by a fifth, so that lines look like lines. */
function made(
  ids: { deviceId: string; sessionId: string },
  atMs: number,
  activity: Activity,
): ActivityRecord {
  const [typicalMs2, cadenceHz] = TYPICAL[activity];
  const magnitude = Math.round(typicalMs2 * (1 + 0.2 * Math.sin(atMs / 2100)) * 1e4) / 1e4;
  const isUnknown = activity === "unknown";
  return windowRecord(ids, atMs, {
    activity,
    magnitude,
    magnitudeStd: activity === "stationary" ? 0.1 : 1,
    cadenceHz,
    coverage: isUnknown ? 0.2 : 1,
    confidence: isUnknown ? 0 : 0.97,
  });
}

/** As somebody would label them who knows what was done. */
function labelsOf(parts: Parts, startMs: number): SessionState["labels"] {
  let from = startMs;
  return parts.flatMap(([activity, seconds]) => {
    const span = { from, to: from + 1000 * seconds };
    from = span.to;
    if (activity === "gap" || activity === "unknown") return [];
    return [{ ...span, activity: activity satisfies LabelActivity, source: "person" as const }];
  });
}
