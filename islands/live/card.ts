/**
 * What the Live page knows about one phone: its newest session. Values are never changed in place, so a signal sees every change.
 *
 * @module
 */
import type { ActivityRecord } from "../../log/records.ts";
import type { LiveSession } from "../../web/services.ts";
import { extendStrip, type StripSegment } from "./strip.ts";

/** How far back the line of magnitudes reaches, ms. */
export const LINE_MS = 60_000;

/** [window end ms, mean magnitude m/s²] */
export type LinePoint = readonly [number, number];

/** The parts of a result that the page shows. */
export type Result = Pick<
  ActivityRecord,
  "timestamp" | "activity" | "magnitude" | "confidence" | "cadenceHz"
>;

export interface Card {
  /** Its key: a phone has one card, whatever number of sessions. */
  deviceId: string;
  sessionId: string;
  /** What people call it. */
  name: string;
  ended: boolean;
  /** When the phone was first seen, ms: what its place on the page is by. */
  shownAtMs: number;
  /** When the session began or was first seen, ms. */
  openedAtMs: number;
  endedAtMs: number | null;
  /** null while the first window fills. */
  current: Result | null;
  /** When the newest result (before it, the newest message) arrived, ms. */
  arrivedAtMs: number;
  /** How far the newest result was behind real time when it arrived, ms. */
  behindMs: number;
  strip: readonly StripSegment[];
  line: readonly LinePoint[];
}

/** A session that has no result yet. */
export function openCard(
  ids: { deviceId: string; sessionId: string },
  name: string | undefined,
  atMs: number,
): Card {
  return {
    deviceId: ids.deviceId,
    sessionId: ids.sessionId,
    name: name ?? ids.deviceId,
    ended: false,
    shownAtMs: atMs,
    openedAtMs: atMs,
    endedAtMs: null,
    current: null,
    arrivedAtMs: atMs,
    behindMs: 0,
    strip: [],
    line: [],
  };
}

/** A session of the snapshot; ten minutes of windows become a few segments, a hundredth of the bytes. */
export function cardFromSession(session: LiveSession, name: string | undefined, slideMs: number): Card {
  const card = openCard(session, name, session.startedAt ?? session.receivedAt);
  let strip: StripSegment[] = [];
  for (const [endMs, activity] of session.recent) strip = extendStrip(strip, endMs, activity, slideMs);
  const { current } = session;
  if (!current) return { ...card, strip };
  const { timestamp, activity, magnitude, confidence, cadenceHz } = current;
  return {
    ...card,
    current: { timestamp, activity, magnitude, confidence, cadenceHz },
    arrivedAtMs: session.receivedAt,
    behindMs: Math.max(0, session.receivedAt - timestamp),
    strip,
    line: session.recent.filter(([endMs]) => endMs > timestamp - LINE_MS).map((
      [endMs, , mean],
    ) => [endMs, mean]),
  };
}

/**
 * Adds a result.
 *
 * @returns The same card when it has the result already (a reconnect sends some again)
 */
export function withResult(card: Card, record: ActivityRecord, nowMs: number, slideMs: number): Card {
  const { timestamp, activity, magnitude, confidence, cadenceHz } = record;
  const newestMs = card.strip.at(-1)?.[1] ?? -Infinity;
  if (timestamp <= newestMs) return card;
  const strip = extendStrip(card.strip, timestamp, activity, slideMs);
  // A phone that has just begun is unknown only because its first window is not full: go on waiting.
  const filling = card.current === null && activity === "unknown" &&
    nowMs - card.openedAtMs < record.windowMs;
  const behindMs = Math.max(0, nowMs - timestamp);
  if (filling) return { ...card, arrivedAtMs: nowMs, behindMs, strip };
  const line = card.line.filter(([endMs]) => endMs > timestamp - LINE_MS);
  line.push([timestamp, magnitude]);
  return {
    ...card,
    current: { timestamp, activity, magnitude, confidence, cadenceHz },
    arrivedAtMs: nowMs,
    behindMs,
    strip,
    line,
  };
}
