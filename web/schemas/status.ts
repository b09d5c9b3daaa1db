/**
 * The details in `/api/status`.
 *
 * @module
 */
import { z } from "zod";
import type { SystemDetails } from "../services.ts";

const count = z.int().min(0);

export const systemDetails = z.object({
  roles: z.array(z.string()),
  versions: z.object({ deno: z.string(), v8: z.string(), thresholds: count }),
  topics: z.array(z.object({
    name: z.string(),
    partitions: z.array(z.object({
      begin: count.meta({ description: "Offset of the oldest record that is kept" }),
      end: count.meta({ description: "One after the newest" }),
      lagRecords: count.nullable().meta({ description: "Records that are in but not yet processed" }),
    })),
  })),
  storage: z.object({
    dataDir: z.string(),
    files: z.array(z.object({ name: z.string(), bytes: count })),
    freeBytes: z.number().nullable(),
    retentionMs: count,
    retentionBytes: count,
  }),
  settings: z.string().meta({ description: "As start --print-config prints them, secrets left out" }),
}) satisfies z.ZodType<SystemDetails>;
