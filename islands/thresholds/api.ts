/**
 * What the Thresholds page asks the server.
 *
 * @module
 */
import type { Problem } from "../../web/problem.ts";
import type {
  Histogram,
  Preview,
  SessionId,
  SessionSummary,
  Suggestion,
  ThresholdsChange,
  ThresholdsState,
  ThresholdsVersion,
  ThresholdValues,
} from "../../web/services.ts";
import { send, SendError } from "../send.ts";
import type { Choice } from "./address.ts";
import { type Faults, fieldAt } from "./draft.ts";

/** As many as the server takes. */
const MAX_ASKED_SESSIONS = 1000;
const PAGE_SESSIONS = 200;
/** Of a device without labels: the newest, as the preview takes them. */
const NEWEST_SESSIONS = 100;

/** What thresholds are tried on, and which. */
export interface Trial extends Choice {
  values: ThresholdValues;
}

/** What would change. */
export const askPreview = (trial: Trial, signal: AbortSignal): Promise<Preview> =>
  send("POST", "/api/thresholds/preview", trial, { signal });

/** The best values. */
export const askSuggestion = (trial: Trial, signal: AbortSignal): Promise<Suggestion> =>
  send("POST", "/api/thresholds/suggest", trial, { signal });

/** The windows of what is chosen. */
export async function askHistogram({ deviceId, sessions }: Choice, signal: AbortSignal): Promise<Histogram> {
  const body = { sessions: deviceId === null ? sessions : await sessionsOf(deviceId, sessions, signal) };
  return await send("POST", "/api/thresholds/histogram", body, { signal });
}

/** Which sessions the preview of a device takes. */
async function sessionsOf(
  deviceId: string,
  chosen: SessionId[] | null,
  signal: AbortSignal,
): Promise<SessionId[]> {
  if (chosen !== null) return chosen.filter((id) => id.deviceId === deviceId);
  const found: SessionId[] = [];
  let cursor: string | null = null;
  do {
    const page: SessionPage = await listSessions(
      { deviceId, label: "any", cursor, limit: PAGE_SESSIONS },
      signal,
    );
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && found.length < MAX_ASKED_SESSIONS);
  const all = found.length > 0
    ? found
    : (await listSessions({ deviceId, limit: NEWEST_SESSIONS }, signal)).items;
  return all.map(({ deviceId, sessionId }) => ({ deviceId, sessionId }));
}

/** Sessions, newest first. */
export interface SessionPage {
  items: SessionSummary[];
  nextCursor: string | null;
}

/** What a list of sessions is narrowed by. */
export interface SessionQuery {
  deviceId?: string | null;
  label?: "any" | null;
  q?: string;
  cursor?: string | null;
  limit: number;
}

/** A page of sessions, newest first. */
export function listSessions(query: SessionQuery, signal: AbortSignal): Promise<SessionPage> {
  const given = Object.entries(query).filter(([, value]) =>
    value !== undefined && value !== null && value !== ""
  );
  return send(
    "GET",
    `/api/sessions?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`,
    undefined,
    {
      signal,
    },
  );
}

/** A page of the history, newest first. */
export interface HistoryPage {
  items: ThresholdsVersion[];
  nextBefore: number | null;
}

/** @param before versions before this one; null: the newest */
export function loadHistory(limit: number, before: number | null): Promise<HistoryPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (before !== null) query.set("before", String(before));
  return send("GET", `/api/thresholds/history?${query}`);
}

/**
 * Changes what is in force.
 *
 * @param version the one that the change was made from
 * @throws {SendError} With status 412 when it is not in force any more
 */
export const saveChange = (change: ThresholdsChange, version: number): Promise<ThresholdsState> =>
  send("PUT", "/api/thresholds", change, { headers: { "if-match": `"v${version}"` } });

/** What is in force instead, if that is why a change failed. */
export function currentOf(error: unknown): ThresholdsState | null {
  const isConflict = error instanceof SendError && error.status === 412 &&
    error.problem.current !== undefined;
  return isConflict ? (error.problem as Problem & { current: ThresholdsState }).current : null;
}

/** What the server finds wrong with fields, if that is why it failed. */
export function refusedFields(error: unknown): Faults {
  const faults: Faults = {};
  if (!(error instanceof SendError) || error.status !== 422) return faults;
  for (const { pointer, detail } of error.problem.errors ?? []) {
    const field = fieldAt(pointer);
    if (field !== null) faults[field] = detail;
  }
  return faults;
}
