/**
 * The shapes of `/api/sessions`.
 *
 * @module
 */
import { z } from "zod";
import { textId as id, timestamp } from "../../ingest/schema.ts";
import { type Label, LABEL_ACTIVITIES, LABEL_SOURCES } from "../../log/records.ts";
import type { LiveSession, ReadingCounts, Series, SessionDetail, SessionSummary } from "../services.ts";
import {
  activity,
  activityRecord,
  count,
  cursor,
  durationMs,
  IN_ORDER,
  inOrder,
  limit,
  nextCursor,
  timeMs,
} from "./activity.ts";

/** A session is a few hundred bytes, with its strip and labels some thousands. */
const MAX_SESSIONS = 200;
/** The live page's snapshot: without strips and labels, and each with a minute of windows at most. */
const MAX_LIVE = 1000;
/** The live page draws a minute or two. */
const MAX_RECENT_MS = 600_000;
const MAX_SEARCH_LENGTH = 128;
/** A line of a list. */
const MAX_NAME_LENGTH = 200;
/** A page of text; every event of the session carries it. */
const MAX_NOTE_LENGTH = 4000;
/** More than a screen has pixels for. */
const MAX_POINTS = 2000;

const labelActivity = z.enum(LABEL_ACTIVITIES);
const flag = z.enum(["true", "false"]).transform((text) => text === "true").optional();

/** What only lists of all sessions are narrowed by. */
const NOT_LIVE = ["from", "to", "activity", "label", "q", "strips", "cursor"] as const;

/** `GET /api/sessions` */
export const sessionsQuery = z.strictObject({
  deviceId: id.optional(),
  live: flag,
  from: timestamp.optional().meta({ description: "Begun at or after: ms since the Unix epoch, or ISO 8601" }),
  to: timestamp.optional().meta({ description: "Begun before this" }),
  activity: activity.optional().meta({ description: "Any time was spent in it" }),
  label: z.enum([...LABEL_ACTIVITIES, "any"]).optional().meta({
    description: "Some span of it is labelled so, or labelled at all",
  }),
  q: z.string().max(MAX_SEARCH_LENGTH).optional().meta({
    description: "Part of its name or of the session's or device's id, in whichever case",
  }),
  strips: flag.meta({ description: "Whether to answer with strips" }),
  limit: limit(MAX_LIVE, 50).meta({ description: `Up to ${MAX_SESSIONS}, with live=true up to ${MAX_LIVE}` }),
  cursor,
  recentMs: z.coerce.number().int().min(0).max(MAX_RECENT_MS).optional()
    .meta({ description: "With live=true: also the windows of the last so many ms" }),
}).refine(inOrder, IN_ORDER).check((context) => {
  const { value, issues } = context;
  const wrong = value.live ? NOT_LIVE.filter((name) => value[name] !== undefined) : [];
  for (const name of wrong) {
    issues.push({ code: "custom", input: value[name], path: [name], message: "does not go with live=true" });
  }
  if (!value.live && value.limit > MAX_SESSIONS) {
    const message = `expected a whole number from 1 to ${MAX_SESSIONS}`;
    issues.push({ code: "custom", input: value.limit, path: ["limit"], message });
  }
});

/** `GET /api/sessions/{sessionId}` and what is done to it. */
export const deviceQuery = z.strictObject({
  deviceId: id.optional().meta({ description: "When several devices used the same session id" }),
});

/** `POST /api/sessions/{sessionId}/restore`. Of deleted sessions with one id, none is the newest. */
export const undeleteQuery = z.strictObject({ deviceId: id });

const text = (max: number, pattern: RegExp, expected: string) =>
  z.string().max(max).regex(pattern, expected).refine((text) => text.isWellFormed(), expected)
    .transform((text) => text.trim() || null).nullable();

/** `PATCH /api/sessions/{sessionId}` */
export const sessionChange = z.strictObject({
  name: text(MAX_NAME_LENGTH, /^[^\p{Cc}]*$/u, "expected one line of printable characters")
    .meta({ description: "null or empty: none" }),
  note: text(MAX_NOTE_LENGTH, /^(?:\r?\n|[^\p{Cc}])*$/u, "expected printable characters and line breaks")
    .meta({ description: "null or empty: none" }),
}).partial();

/** `PUT /api/sessions/{sessionId}/labels/{from}-{to}` */
export const labelRequest = z.strictObject({
  activity: labelActivity,
  source: z.enum(LABEL_SOURCES).default("person").meta({ description: "Who says so" }),
});

/** `GET /api/sessions/{sessionId}/series` */
export const seriesQuery = z.strictObject({
  deviceId: id.optional(),
  from: timestamp.optional().meta({ description: "Default: the session's beginning" }),
  to: timestamp.optional().meta({ description: "Default: the session's end" }),
  points: limit(MAX_POINTS, 600).meta({ description: "Buckets at most" }),
}).refine(inOrder, IN_ORDER);

const label = z.object({
  from: timeMs,
  to: timeMs,
  activity: labelActivity,
  source: z.enum(LABEL_SOURCES),
}) satisfies z.ZodType<Label>;
export const labelList = z.object({ labels: z.array(label) });

export const sessionSummary = z.object({
  sessionId: z.string(),
  deviceId: z.string(),
  name: z.string().nullable(),
  startedAt: timeMs.nullable().meta({ description: "null while waiting for the first window" }),
  endedAt: timeMs.nullable(),
  receivedAt: timeMs,
  live: z.boolean(),
  totals: z.record(activity, durationMs).meta({ description: "Time spent in each activity, ms" }),
  windows: count,
  gaps: count,
  current: activityRecord.nullable(),
  note: z.string().nullable(),
  labels: z.array(label).meta({ description: "What it really was, in order of time" }),
  strip: z.array(z.tuple([z.enum([...activity.options, "gap"]), durationMs])).meta({
    description: "The session in short, when asked for: what it was and for how many ms",
  }),
}) satisfies z.ZodType<SessionSummary>;

const segment = z.object({
  activity,
  from: timeMs,
  to: timeMs,
  windows: count,
  magnitude: z.number().meta({ description: "m/s²" }),
});
const readingCounts = z.object({
  readings: count.meta({ description: "They went into windows" }),
  late: count.meta({ description: "They came after their windows were closed" }),
  duplicates: count.meta({ description: "Their time was taken: most came twice" }),
}) satisfies z.ZodType<ReadingCounts>;
export const sessionDetail = sessionSummary.extend({
  segments: z.array(segment),
  counts: readingCounts.nullable().meta({
    description:
      "What became of its readings; null where another process classifies it, or after it was forgotten",
  }),
}) satisfies z.ZodType<SessionDetail>;

export const liveSession = sessionSummary.extend({
  recent: z.array(z.tuple([timeMs, activity, z.number(), z.number()]))
    .meta({ description: "Window end, activity, mean magnitude and confidence; oldest first" }),
}) satisfies z.ZodType<LiveSession>;
export const sessionPage = z.object({ items: z.array(sessionSummary), nextCursor });
/** With `live=true`: one page, and how many devices are live in all. */
export const liveSessions = z.object({
  items: z.array(liveSession),
  nextCursor: z.null(),
  total: count.meta({ description: "Devices" }),
  position: z.string().meta({ description: "lastEventId for /api/live: goes on right after this answer" }),
});

export const deletedSession = z.object({
  undoUntilMs: timeMs.meta({ description: "Until then it can be restored; then its windows are removed" }),
});

export const series = z.object({
  from: timeMs,
  to: timeMs,
  bucketMs: durationMs,
  points: z.array(z.tuple([timeMs, z.number(), z.number(), z.number(), activity, z.number()])).meta({
    description:
      "Middle of the bucket; mean, least and greatest magnitude of its windows, m/s²; the activity of most of " +
      "them; their mean coverage",
  }),
}) satisfies z.ZodType<Series>;
