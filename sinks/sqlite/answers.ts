/**
 * The read model's questions and answers.
 *
 * @module
 */
import type { Activity, ActivityRecord, Label, LabelActivity } from "../../log/records.ts";
import type { StripPiece } from "../../stream/tuning_answers.ts";

export type { StripPiece } from "../../stream/tuning_answers.ts";

/** Wall time spent in each activity, ms. */
export type Totals = Record<Activity, number>;

/** A session as lists show it. */
export interface SessionSummary {
  sessionId: string;
  deviceId: string;
  name: string | null;
  /** Start of the first window slide and end of the last window, ms since the Unix epoch; null while waiting for the first window. */
  startedAt: number | null;
  endedAt: number | null;
  /** Server clock at the last message received, ms since the Unix epoch. */
  receivedAt: number;
  /** Whether messages arrived within SESSION_IDLE_MS. */
  live: boolean;
  totals: Totals;
  windows: number;
  /** How many times the windows were interrupted. */
  gaps: number;
  /** The newest window; null while waiting for it. */
  current: ActivityRecord | null;
  note: string | null;
  /** In order of time, without overlaps. */
  labels: Label[];
  /** The session in short, when it was asked for, else empty. */
  strip: StripPiece[];
}

/** Neighbouring windows with the same activity, merged. `from` and `to` in ms since the Unix epoch. */
export interface Segment {
  activity: Activity;
  from: number;
  to: number;
  windows: number;
  /** Mean of the windows' magnitudes, m/s². */
  magnitude: number;
}

/** What became of a session's readings. */
export interface ReadingCounts {
  /** They went into windows. */
  readings: number;
  /** They came after their windows were closed. */
  late: number;
  /** Their time was taken: most came twice. */
  duplicates: number;
}

/** What the read model knows of a session. */
export interface StoredSession extends SessionSummary {
  segments: Segment[];
}

export interface SessionDetail extends StoredSession {
  /** null where another process classifies the session, or after it was forgotten (MAX_PAST_MS). */
  counts: ReadingCounts | null;
}

/** A live session with its recent windows, oldest first: what the Live page draws. */
export interface LiveSession extends SessionSummary {
  recent: RecentWindow[];
}
/** [window end ms, activity, mean magnitude m/s², confidence] */
export type RecentWindow = [number, Activity, number, number];

export interface Page<T> {
  items: T[];
  /** Opaque; null on the last page. */
  nextCursor: string | null;
}

export interface SessionFilter {
  deviceId?: string;
  /** Begun within [from, to), ms since the Unix epoch. */
  from?: number;
  to?: number;
  /** Any time was spent in it. */
  activity?: Activity;
  /** Some span of it is labelled so, or labelled at all. */
  label?: LabelActivity | "any";
  /** Part of its name or of the session's or device's id, in whichever case. */
  q?: string;
  /** Whether to answer with strips. */
  strips?: boolean;
  limit: number;
  cursor?: string;
}

/** A session's windows for a chart, put together where there are more than asked for. */
export interface Series {
  /** What it covers, ms since the Unix epoch: the session's part of what was asked for. */
  from: number;
  to: number;
  /** A multiple of the windows' distance. */
  bucketMs: number;
  /** In order of time; where there are no windows there are no buckets. */
  points: SeriesPoint[];
}
/**
 * A bucket: its middle in ms since the Unix epoch; mean, least and greatest mean magnitude of its windows, m/s²; the activity of
 * most of them; the mean of their coverages, 0 to 1.
 */
export type SeriesPoint = [
  tMs: number,
  meanMs2: number,
  minMs2: number,
  maxMs2: number,
  activity: Activity,
  coverage: number,
];

export interface LiveFilter {
  deviceId?: string;
  recentMs: number;
  limit: number;
}

export interface ActivityFilter {
  deviceId?: string;
  sessionId?: string;
  activity?: Activity;
  /** Window end within [from, to), ms since the Unix epoch. */
  from?: number;
  to?: number;
  limit: number;
  cursor?: string;
  /** Oldest first (default) or newest first. */
  order?: "asc" | "desc";
}

/** What is live now, and where the live stream goes on from here. */
export interface LiveSnapshot {
  sessions: LiveSession[];
  /** Devices. */
  total: number;
  /** For `/api/live`: what came after this snapshot. */
  position: string;
}

/** The read model's questions. Every answer is bounded by `limit`. */
export interface Store {
  sessions(filter: SessionFilter): Promise<Page<SessionSummary>>;
  session(sessionId: string, deviceId?: string): Promise<SessionDetail | null>;
  /**
   * @param from ms since the Unix epoch; null: the session's beginning
   * @param to ms since the Unix epoch; null: its end
   * @param points buckets at most
   * @returns null when there is no such session, or it has no windows yet
   */
  series(
    sessionId: string,
    deviceId: string | undefined,
    from: number | null,
    to: number | null,
    points: number,
  ): Promise<Series | null>;
  activity(filter: ActivityFilter): Promise<Page<ActivityRecord>>;
  /** The newest session of each device heard from within the idle time, most recently changed first, with windows of the last `recentMs`. `total` counts devices. */
  live(filter: LiveFilter): Promise<LiveSnapshot>;
}
