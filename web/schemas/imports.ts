/**
 * Imports of recordings.
 *
 * @module
 */
import { z } from "zod";
import type { Imported } from "../../ingest/exports/importer.ts";
import { textId } from "../../ingest/schema.ts";

export { MAX_FILE_BYTES } from "../../ingest/exports/sensor_logger.ts";

/** As names of sessions elsewhere. */
const MAX_NAME_LENGTH = 100;

const count = z.int().min(0);
const timeMs = z.int().nullable();

export const importQuery = z.strictObject({
  deviceId: textId.meta({ description: "Whose session it is to be" }),
  name: z.string().trim().min(1).max(MAX_NAME_LENGTH).optional().meta({
    description: "Of the session; by default that of the file",
  }),
});

export const importedSession = z.object({
  deviceId: z.string(),
  sessionId: z.string().meta({ description: "The same whenever the same file is imported" }),
  sensor: z.string().meta({ description: "The sensor that was taken" }),
  from: timeMs.meta({
    description: "First and last reading, ms since the Unix epoch; null when none could be used",
  }),
  to: timeMs,
  accepted: count,
  rejected: count,
  duplicate: count.meta({ description: "Readings that were already there" }),
  labels: count.meta({ description: "Spans that annotations or the phone's own activity tell the truth of" }),
  errors: z.array(z.string()).meta({
    description: "What is wrong with the first readings that were rejected",
  }),
}) satisfies z.ZodType<Imported>;
