/**
 * The shapes of the API: the queries are what routes validate with, all of them are what the OpenAPI document shows. The types
 * of the answers are checked against those of the services.
 *
 * @module
 */
import { z } from "zod";
import { textId as id, timestamp } from "../ingest/schema.ts";
import { ACTIVITIES, type ActivityRecord } from "../log/records.ts";
import type {
  DeadLetter,
  Device,
  LiveSession,
  LogHealth,
  SessionDetail,
  SessionSummary,
} from "./services.ts";
import { PART_IDS, type SystemStatus } from "./status.ts";

// A page of sessions is a few hundred bytes each; of windows, a day is 86,400 of them.
const MAX_SESSIONS = 200;
const MAX_WINDOWS = 10_000;
/** More than anyone reads: what is wrong with the newest is wrong with the others. */
export const MAX_DEAD_LETTERS = 200;
/** A number of 15 digits for each of 64 partitions. */
const MAX_POSITION = 1024;
/** The live page draws a minute or two. */
const MAX_RECENT_MS = 600_000;

const activity = z.enum(ACTIVITIES);
const timeMs = z.number().meta({ description: "ms since the Unix epoch" });
const count = z.int().min(0);
const durationMs = z.number().min(0).meta({ description: "ms" });

const limit = (max: number, standard: number) =>
  z.coerce.number(`expected a whole number from 1 to ${max}`).int().min(1).max(max).default(standard);
const cursor = z.string().max(500).meta({ description: "nextCursor of the page before" }).optional();

/** `GET /api/sessions` */
export const sessionsQuery = z.strictObject({
  deviceId: id.optional(),
  live: z.enum(["true", "false"]).transform((text) => text === "true").optional(),
  limit: limit(MAX_SESSIONS, 50),
  cursor,
  recentMs: z.coerce.number().int().min(0).max(MAX_RECENT_MS).optional()
    .meta({ description: "With live=true: also the windows of the last so many ms" }),
});

/** `GET /api/sessions/{sessionId}` */
export const deviceQuery = z.strictObject({
  deviceId: id.optional().meta({ description: "When several devices used the same session id" }),
});

const windowFields = {
  deviceId: id.optional(),
  activity: activity.optional(),
  from: timestamp.optional().meta({
    description: "Earliest window end: ms since the Unix epoch, or ISO 8601",
  }),
  to: timestamp.optional().meta({ description: "Window ends before this" }),
  limit: limit(MAX_WINDOWS, 1000),
  cursor,
  order: z.enum(["asc", "desc"]).default("asc").meta({ description: "asc: oldest first" }),
};
const inOrder = ({ from, to }: { from?: number; to?: number }) =>
  from === undefined || to === undefined || from < to;
const IN_ORDER = { path: ["to"], error: "expected a time after from" };

/** `GET /api/activity` */
export const activityQuery = z.strictObject({ ...windowFields, sessionId: id.optional() }).refine(
  inOrder,
  IN_ORDER,
);
/** `GET /api/sessions/{sessionId}/activity` */
export const sessionActivityQuery = z.strictObject(windowFields).refine(inOrder, IN_ORDER);

/** `GET /api/live` */
export const liveQuery = z.strictObject({
  deviceId: id.optional(),
  batchMs: z.coerce.number().int().min(0).max(10_000).optional()
    .meta({ description: "Send arrays of records, one every so many ms" }),
  lastEventId: z.string().max(MAX_POSITION).optional()
    .meta({
      description: "Where to go on, for a client that cannot set the header Last-Event-ID, which goes before",
    }),
});

/** `GET /api/dead-letters` */
export const deadLettersQuery = z.strictObject({ limit: limit(MAX_DEAD_LETTERS, 50) });

/** `POST /api/devices` */
export const deviceRequest = z.strictObject({
  deviceId: id.meta({ examples: ["phone-1"] }),
  name: id.nullable().default(null).meta({ description: "For people" }),
});

export const activityRecord = z.object({
  messageId: z.string().meta({ description: "Unique per window" }),
  sessionId: z.string(),
  deviceId: z.string(),
  timestamp: timeMs.meta({ description: "End of the window, ms since the Unix epoch" }),
  magnitude: z.number().meta({ description: "Mean acceleration without gravity, m/s²" }),
  activity,
  windowStart: timeMs,
  windowMs: durationMs,
  magnitudeStd: z.number().meta({ description: "m/s²" }),
  cadenceHz: z.number().nullable(),
  readings: count,
  coverage: z.number().min(0).max(1).meta({ description: "Share of the window that holds readings" }),
  confidence: z.number().min(0).max(1).meta({
    description: "Probability that the activity is right; 0 for unknown",
  }),
  gravityRemoved: z.boolean(),
  thresholdsVersion: count,
}) satisfies z.ZodType<ActivityRecord>;

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
}) satisfies z.ZodType<SessionSummary>;

const segment = z.object({
  activity,
  from: timeMs,
  to: timeMs,
  windows: count,
  magnitude: z.number().meta({ description: "m/s²" }),
});
export const sessionDetail = sessionSummary.extend({
  segments: z.array(segment),
}) satisfies z.ZodType<SessionDetail>;

export const liveSession = sessionSummary.extend({
  recent: z.array(z.tuple([timeMs, activity, z.number(), z.number()]))
    .meta({ description: "Window end, activity, mean magnitude and confidence; oldest first" }),
}) satisfies z.ZodType<LiveSession>;
const nextCursor = z.string().nullable().meta({ description: "null on the last page" });
export const sessionPage = z.object({ items: z.array(sessionSummary), nextCursor });
/** With `live=true`: one page, and how many devices are live in all. */
export const liveSessions = z.object({
  items: z.array(liveSession),
  nextCursor: z.null(),
  total: count.meta({ description: "Devices" }),
  position: z.string().meta({ description: "lastEventId for /api/live: goes on right after this answer" }),
});
export const activityPage = z.object({ items: z.array(activityRecord), nextCursor });

export const device = z.object({
  deviceId: z.string(),
  name: z.string().nullable(),
  createdAt: timeMs,
  hasKey: z.boolean(),
}) satisfies z.ZodType<Device>;
export const deviceList = z.object({ items: z.array(device) });
export const issuedKey = z.object({
  device,
  key: z.string().meta({ description: "Shown this once" }),
  ingestPath: z.string().meta({ description: "Where a client that cannot set headers posts to" }),
});

export const demo = z.object({ deviceId: z.string(), sessionId: z.string(), durationMs });
export const readiness = z.object({
  ready: z.boolean(),
  checks: z.record(z.string(), z.string()).meta({ description: "Per moving part: ok, or what is wrong" }),
});

export const logHealth = z.object({
  partitions: z.array(z.object({
    partition: count,
    begin: count.meta({ description: "Offset of the oldest record of raw_sensor_data that is kept" }),
    end: count.meta({ description: "One after the newest" }),
    lagRecords: count.meta({ description: "Records that are in but not yet processed" }),
  })),
  deadLetters: count.meta({
    description: "Records that could not be read, or that Snowflake refused, and are kept aside",
  }),
  lostRecords: count.meta({
    description: "Records deleted by retention before they were processed, since the server started",
  }),
  trouble: z.string().nullable().meta({ description: "What is wrong now and what to check; null: nothing" }),
}) satisfies z.ZodType<LogHealth>;

export const systemStatus = z.object({
  parts: z.array(z.object({
    id: z.enum(PART_IDS),
    state: z.enum(["ok", "busy", "off", "wrong"]),
    text: z.string().meta({ description: "What is so, and what to do when it is wrong" }),
  })),
  atMs: timeMs,
}) satisfies z.ZodType<SystemStatus>;

const deadLetter = z.object({
  reason: z.string().meta({ description: "What is wrong with it and what was expected" }),
  topic: z.string().meta({ description: "Where it stood" }),
  partition: count,
  offset: count,
  atMs: timeMs.meta({ description: "When it was set aside, ms since the Unix epoch" }),
  key: z.string().nullable(),
  bytes: count,
  excerpt: z.string().meta({ description: "The beginning of its value as text" }),
}) satisfies z.ZodType<DeadLetter>;
export const deadLetterList = z.object({ items: z.array(deadLetter) });

/** RFC 9457 */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  requestId: z.string().optional(),
});
