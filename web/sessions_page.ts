/**
 * What the Sessions pages show.
 *
 * @module
 */
import { z } from "zod";
import { textId } from "../ingest/schema.ts";
import type { SessionVersions } from "../components/sessions/SessionFacts.tsx";
import type { SessionPageProps } from "../islands/SessionPage.tsx";
import { FIRST_SEGMENTS, POINTS, SessionModel } from "../islands/sessions/model.ts";
import { dayStartMs } from "../islands/sessions/zoned.ts";
import { ACTIVITIES, type Activity, LABEL_ACTIVITIES, type LabelActivity } from "../log/records.ts";
import { sessionIdBefore } from "../stream/runs.ts";
import type { Services, SessionFilter, SessionSummary, Store } from "./services.ts";
import { orBadCursor, parseQuery } from "./validate.ts";

/** Rows of a page of the list. */
export const LIST_ROWS = 50;
/** Longer lists of devices are no help in a form: ids are typed then. */
export const MAX_DEVICE_CHOICES = 200;
const MAX_SEARCH_LENGTH = 128;
const MAX_CURSOR_LENGTH = 500;

/** What the list is narrowed by, as its form and its address have it. */
export interface ListFilter {
  q?: string;
  deviceId?: string;
  /** Days of the reader's calendar, for example "2026-11-28"; `to` is in it. */
  from?: string;
  to?: string;
  activity?: Activity;
  label?: LabelActivity | "any";
}

const day = z.iso.date("expected a day, for example 2026-11-28").optional();
const listQuery = z.strictObject({
  q: z.string().max(MAX_SEARCH_LENGTH).optional(),
  deviceId: textId.optional(),
  from: day,
  to: day,
  activity: z.enum(ACTIVITIES).optional(),
  label: z.enum([...LABEL_ACTIVITIES, "any"]).optional(),
  cursor: z.string().max(MAX_CURSOR_LENGTH).optional(),
});

/** A device that sessions can be asked of. */
export interface DeviceChoice {
  deviceId: string;
  name: string;
}

/** The list as one page of it is shown. */
export interface SessionListPage {
  filter: ListFilter;
  /** Whether it is not the first page. */
  isOlder: boolean;
  items: SessionSummary[];
  /** Address of the next page; null on the last. */
  olderPath: string | null;
  /** Names of the devices of `items`. */
  names: Record<string, string>;
  /** null: too many to choose from. */
  devices: DeviceChoice[] | null;
  /** When this was so, ms since the Unix epoch. */
  nowMs: number;
}

/**
 * One page of the list.
 *
 * @param zone the reader's, IANA name: days begin at its midnight
 * @throws HttpProblem 400 for an address that is wrong
 */
export async function loadSessionList(
  services: Pick<Services, "devices" | "store">,
  url: URL,
  zone: string,
  nowMs: number,
): Promise<SessionListPage> {
  const { cursor, ...filter } = parseQuery(listQuery, url);
  const page = await orBadCursor(services.store.sessions({
    ...toSessionFilter(filter, zone),
    cursor,
    strips: true,
    limit: LIST_ROWS,
  }));
  return {
    filter,
    isOlder: cursor !== undefined,
    items: page.items,
    olderPath: page.nextCursor && listPath({ ...filter, cursor: page.nextCursor }),
    names: namesOf(services, page.items.map(({ deviceId }) => deviceId)),
    devices: await choicesOf(services, filter.deviceId),
    nowMs,
  };
}

/** The list's address; what is undefined is left out. */
export function listPath(query: ListFilter & { cursor?: string }): string {
  const params = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined));
  return params.size === 0 ? "/sessions" : `/sessions?${params}`;
}

/** Days as points in time. */
function toSessionFilter({ from, to, ...rest }: ListFilter, zone: string): Omit<SessionFilter, "limit"> {
  return {
    ...rest,
    from: from === undefined ? undefined : dayStartMs(from, zone),
    to: to === undefined ? undefined : dayStartMs(to, zone, 1),
  };
}

function namesOf({ devices }: Pick<Services, "devices">, ids: string[]): Record<string, string> {
  return Object.fromEntries(ids.map((id) => [id, devices.get(id)?.name ?? id]));
}

/** Those that are registered, those of the newest sessions, and the one that is chosen. */
export async function choicesOf(
  { devices, store }: { devices: Services["devices"]; store: Pick<Store, "sessions"> },
  chosen: string | undefined,
): Promise<DeviceChoice[] | null> {
  const names = new Map(devices.list().map(({ deviceId, name }) => [deviceId, name ?? deviceId]));
  if (names.size > MAX_DEVICE_CHOICES) return null;
  const newest = await store.sessions({ limit: MAX_DEVICE_CHOICES });
  for (const { deviceId } of newest.items) {
    if (!names.has(deviceId)) names.set(deviceId, deviceId);
  }
  if (names.size > MAX_DEVICE_CHOICES) return null;
  if (chosen !== undefined && !names.has(chosen)) names.set(chosen, chosen);
  return [...names].map(([deviceId, name]) => ({ deviceId, name }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

const sessionQuery = z.strictObject({
  deviceId: textId.optional(),
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
});

/**
 * What a session's page begins with.
 *
 * @returns null when there is no such session
 * @throws HttpProblem 400 for an address that is wrong
 */
export async function loadSessionPage(
  services: Pick<Services, "devices" | "store" | "thresholds">,
  sessionId: string,
  url: URL,
  nowMs: number,
): Promise<Omit<SessionPageProps, "canEdit"> | null> {
  const { deviceId: asked, from, to } = parseQuery(sessionQuery, url);
  const session = await services.store.session(sessionId, asked);
  if (session === null) return null;
  const { deviceId, segments } = session;
  const view = from !== undefined && to !== undefined && from < to ? { from, to } : null;
  const init = { session: { ...session, segments: segments.slice(0, FIRST_SEGMENTS) }, series: null, view };
  const { from: fromMs, to: toMs } = new SessionModel(init).seriesSpan();
  const series = await services.store.series(sessionId, deviceId, fromMs, toMs, POINTS);
  return {
    init: { ...init, series },
    hasMoreSegments: segments.length > FIRST_SEGMENTS,
    deviceName: services.devices.get(deviceId)?.name ?? deviceId,
    thresholds: decidingThresholds(services, session),
    versions: await versionsOf(services, session),
    idBefore: await idBefore(services, session),
    nowMs,
  };
}

/** Of a session that began when the phone's clock was set back, the one before. */
async function idBefore(
  { store }: Pick<Services, "store">,
  { deviceId, sessionId }: SessionSummary,
): Promise<string | null> {
  const before = sessionIdBefore(sessionId);
  return before !== null && await store.session(before, deviceId) !== null ? before : null;
}

async function versionsOf(
  services: Pick<Services, "store" | "thresholds">,
  { deviceId, sessionId }: SessionSummary,
): Promise<SessionVersions | null> {
  const { items: [first] } = await services.store.activity({ deviceId, sessionId, limit: 1 });
  return first === undefined
    ? null
    : { first: first.thresholdsVersion, inForce: inForceFor(services, deviceId) };
}

/** The version in which the values were set that decide for a device now. */
function inForceFor({ thresholds }: Pick<Services, "thresholds">, deviceId: string): number {
  const own = thresholds.current().overrides.find((override) => override.deviceId === deviceId);
  const ofAll = () => thresholds.history(Infinity).find((entry) => entry.deviceId === null)!;
  return (own ?? ofAll()).version;
}

/** Those that decided the newest window; as long as there is none, those that would. */
function decidingThresholds(services: Pick<Services, "thresholds">, { deviceId, current }: SessionSummary) {
  const version = current?.thresholdsVersion ?? inForceFor(services, deviceId);
  const [entry] = services.thresholds.history(1, version + 1);
  const { walkingMs2, runningMs2 } = entry?.values ?? services.thresholds.current().values;
  return { walkingMs2, runningMs2 };
}
