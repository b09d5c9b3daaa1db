/**
 * The shapes of windows, and what queries for them have in common with those for sessions.
 *
 * @module
 */
import { z } from "zod";
import { textId as id, timestamp } from "../../ingest/schema.ts";
import { ACTIVITIES, type ActivityRecord } from "../../log/records.ts";

/** A day is 86,400 windows. */
const MAX_WINDOWS = 10_000;

export const activity = z.enum(ACTIVITIES);
export const timeMs = z.number().meta({ description: "ms since the Unix epoch" });
export const count = z.int().min(0);
export const durationMs = z.number().min(0).meta({ description: "ms" });

export const limit = (max: number, standard: number) =>
  z.coerce.number(`expected a whole number from 1 to ${max}`).int().min(1).max(max).default(standard);
export const cursor = z.string().max(500).meta({ description: "nextCursor of the page before" }).optional();
export const nextCursor = z.string().nullable().meta({ description: "null on the last page" });

/** For queries with `from` and `to`. */
export const inOrder = ({ from, to }: { from?: number; to?: number }) =>
  from === undefined || to === undefined || from < to;
export const IN_ORDER = { path: ["to"], error: "expected a time after from" };

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

/** `GET /api/activity` */
export const activityQuery = z.strictObject({ ...windowFields, sessionId: id.optional() }).refine(
  inOrder,
  IN_ORDER,
);
/** `GET /api/sessions/{sessionId}/activity` */
export const sessionActivityQuery = z.strictObject(windowFields).refine(inOrder, IN_ORDER);

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

export const activityPage = z.object({ items: z.array(activityRecord), nextCursor });
