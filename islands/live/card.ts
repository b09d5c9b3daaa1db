/**
 * What the Live page knows about one phone: its newest session. Values are never changed in place, so a signal sees every change.
 *
 * @module
 */
import type { ActivityRecord } from "../../log/records.ts";
import type { LiveSession } from "../../web/services.ts";
import { extendStrip, joinStrips, STRIP_MS, type StripSegment } from "./strip.ts";

/** How far back the line of magnitudes reaches, ms. */
export const LINE_MS = 60_000;

/** [window end ms, mean magnitude m/s²] */
export type LinePoint = readonly [number, number];

/** The parts of a result that the page shows. */
export type Result = Pick<
  ActivityRecord,
  "timestamp" | "activity" | "magnitude" | "confidence" | "cadenceHz" | "readings" | "windowMs"
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
  /** How far the newest result was behind real time when it arrived, ms; negative: its end was still to come. */
  behindMs: number;
  /** Whether the strip and the line reach back to where they begin or the session began; else they are to be loaded. */
  hasHistory: boolean;
  strip: readonly StripSegment[];
  line: readonly LinePoint[];
}

/** A session that has no result yet; one that is just beginning has no history. */
export function openCard(
  ids: { deviceId: string; sessionId: string },
  name: string | undefined,
  atMs: number,
  hasHistory = true,
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
    hasHistory,
    strip: [],
    line: [],
  };
}

/**
 * A session of the snapshot; ten minutes of windows become a few segments, a hundredth of the bytes.
 *
 * @param recentMs How far back its windows reach, ms
 */
export function cardFromSession(
  session: LiveSession,
  name: string | undefined,
  slideMs: number,
  recentMs = STRIP_MS,
): Card {
  const { current, startedAt, endedAt, receivedAt, recent } = session;
  const hasAll = recentMs >= STRIP_MS || (endedAt ?? 0) - (startedAt ?? 0) <= recentMs;
  const card = openCard(session, name, startedAt ?? receivedAt, hasAll);
  let strip: StripSegment[] = [];
  for (const [endMs, activity] of recent) strip = extendStrip(strip, endMs, activity, slideMs);
  if (!current) return { ...card, strip };
  return {
    ...card,
    current: toResult(current),
    arrivedAtMs: receivedAt,
    behindMs: receivedAt - current.timestamp,
    strip,
    line: recent.filter(([endMs]) => endMs > current.timestamp - LINE_MS).map((
      [endMs, , mean],
    ) => [endMs, mean]),
  };
}

/** Puts what a session did before in front of what the card has seen of it. */
export function withHistory(card: Card, session: LiveSession, slideMs: number): Card {
  // The phone has begun another session, whose opening is on its way.
  if (session.sessionId !== card.sessionId) return card;
  const { strip, line } = cardFromSession(session, card.name, slideMs);
  const untilMs = line.at(-1)?.[0] ?? -Infinity;
  return {
    ...card,
    hasHistory: true,
    strip: joinStrips(strip, card.strip),
    line: [...line, ...card.line.filter(([endMs]) => endMs > untilMs)],
  };
}

/** When the phone's activity became what it is, or it was first heard of again after a gap, ms since the Unix epoch. */
export const changedAtMs = ({ strip, openedAtMs }: Card): number => strip.at(-1)?.[0] ?? openedAtMs;

/**
 * Adds a result.
 *
 * @returns The same card when it has the result already (a reconnect sends some again)
 */
export function withResult(card: Card, record: ActivityRecord, nowMs: number, slideMs: number): Card {
  const { timestamp, activity, magnitude } = record;
  const newestMs = card.strip.at(-1)?.[1] ?? -Infinity;
  if (timestamp <= newestMs) return card;
  const strip = extendStrip(card.strip, timestamp, activity, slideMs);
  // A phone that has just begun is unknown only because its first window is not full: go on waiting.
  const filling = card.current === null && activity === "unknown" &&
    nowMs - card.openedAtMs < record.windowMs;
  const behindMs = nowMs - timestamp;
  if (filling) return { ...card, arrivedAtMs: nowMs, behindMs, strip };
  const line = card.line.filter(([endMs]) => endMs > timestamp - LINE_MS);
  line.push([timestamp, magnitude]);
  return {
    ...card,
    current: toResult(record),
    arrivedAtMs: nowMs,
    behindMs,
    strip,
    line,
  };
}

function toResult(record: ActivityRecord): Result {
  const { timestamp, activity, magnitude, confidence, cadenceHz, readings, windowMs } = record;
  return { timestamp, activity, magnitude, confidence, cadenceHz, readings, windowMs };
}
