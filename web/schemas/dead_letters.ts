/**
 * The shapes of `/api/dead-letters`.
 *
 * @module
 */
import { z } from "zod";
import type { DeadLetter, Redriven } from "../services.ts";

/** More than anyone reads: what is wrong with the newest is wrong with the others. */
export const MAX_DEAD_LETTERS = 200;
/** Topic names are shorter in Kafka. */
const MAX_TOPIC_LENGTH = 249;
/** Reasons are kept up to this length. */
const MAX_REASON_LENGTH = 1000;

const count = z.int().min(0);
const timeMs = z.number().meta({ description: "ms since the Unix epoch" });

/** `GET /api/dead-letters` */
export const deadLettersQuery = z.strictObject({
  limit: z.coerce.number(`expected a whole number from 1 to ${MAX_DEAD_LETTERS}`).int().min(1)
    .max(MAX_DEAD_LETTERS).default(50),
});

/** The path of one. */
export const letterPlace = z.object({
  topic: z.string().min(1).max(MAX_TOPIC_LENGTH),
  partition: z.coerce.number().int().min(0),
  offset: z.coerce.number().int().min(0),
});

/** `POST /api/dead-letters/discard` and `…/redrive` */
export const lettersRequest = z.strictObject({
  reason: z.string().max(MAX_REASON_LENGTH).meta({
    description: `Of the newest ${MAX_DEAD_LETTERS}, those with exactly this reason`,
  }),
});

export const deadLetter = z.object({
  reason: z.string().meta({ description: "What is wrong with it and what was expected" }),
  isRefused: z.boolean().meta({
    description: "true: it could be read, but Snowflake refused it; false: it could not be read",
  }),
  topic: z.string().meta({ description: "Where it stood" }),
  partition: count,
  offset: count,
  atMs: timeMs.meta({ description: "When it was set aside, ms since the Unix epoch" }),
  key: z.string().nullable(),
  bytes: count,
  excerpt: z.string().meta({ description: "The beginning of its value as text" }),
}) satisfies z.ZodType<DeadLetter>;
export const deadLetterList = z.object({ items: z.array(deadLetter) });

export const discarded = z.object({ discarded: count });
export const redriven = z.object({
  accepted: count.meta({ description: "Readings now stored" }),
  rejected: count,
  duplicate: count.meta({ description: "Readings that were in the log already" }),
}) satisfies z.ZodType<Redriven>;
export const redrivenAll = z.object({
  redriven: count.meta({ description: "Letters that were taken" }),
  refused: count,
  detail: z.string().nullable().meta({ description: "Why the first one was refused again" }),
});
