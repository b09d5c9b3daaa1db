/**
 * The shapes of the API: the queries are what routes validate with, all of them are what the OpenAPI document shows. The types
 * of the answers are checked against those of the services.
 *
 * @module
 */
import { z } from "zod";
import { textId as id } from "../ingest/schema.ts";
import type { LogHealth } from "./services.ts";
import { count, durationMs, timeMs } from "./schemas/activity.ts";
import { systemDetails } from "./schemas/status.ts";
import { PART_IDS, type SystemStatus } from "./status.ts";

export * from "./schemas/dead_letters.ts";
export * from "./schemas/devices.ts";
export * from "./schemas/sessions.ts";
export { activityPage, activityQuery, activityRecord, sessionActivityQuery } from "./schemas/activity.ts";

/** A number of 15 digits for each of 64 partitions. */
const MAX_POSITION = 1024;
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
  details: systemDetails,
  atMs: timeMs,
}) satisfies z.ZodType<SystemStatus>;

/** RFC 9457 */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  requestId: z.string().optional(),
  current: z.unknown().optional().meta({ description: "What is there now; only for status 412" }),
});
