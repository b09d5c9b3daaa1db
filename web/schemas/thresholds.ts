/**
 * The shapes of `/api/thresholds`.
 *
 * @module
 */
import { z } from "zod";
import { textId } from "../../ingest/schema.ts";
import { ACTIVITIES } from "../../log/records.ts";
import { thresholdValuesSchema as values } from "../../stream/thresholds_schema.ts";
import { TRUTHS } from "../../stream/tuning_answers.ts";
import type {
  Histogram,
  Preview,
  Score,
  Suggestion,
  ThresholdsChange,
  ThresholdsState,
  ThresholdsVersion,
} from "../services.ts";

/** A line or two: why it was changed. */
const MAX_MESSAGE_LENGTH = 500;
/** More than anyone picks by hand; all labelled ones are asked for with null. */
const MAX_CHOSEN_SESSIONS = 1000;
const MAX_VERSIONS = 200;

const version = z.int().min(1);
const count = z.int().min(0);
const timeMs = z.number().meta({ description: "ms since the Unix epoch" });
const durationMs = z.number().min(0).meta({ description: "ms" });
const share = z.number().min(0).max(1);

/** `PUT /api/thresholds` */
export const thresholdsChange = z.strictObject({
  deviceId: textId.nullable().default(null).meta({
    description: "Whose values these are; null: those of all devices without values of their own",
  }),
  values: values.nullable().meta({ description: "null removes the device's own values" }),
  message: z.string().trim().min(1, "expected why it is changed, in a few words").max(MAX_MESSAGE_LENGTH)
    .regex(/^[^\p{Cc}]*$/u, "expected one line of printable characters")
    .meta({ description: "Why" }),
  restoredFrom: version.nullable().default(null).meta({
    description: "The version whose values these are again",
  }),
}) satisfies z.ZodType<ThresholdsChange>;

/** `GET /api/thresholds/history` */
export const historyQuery = z.strictObject({
  limit: z.coerce.number(`expected a whole number from 1 to ${MAX_VERSIONS}`).int().min(1).max(MAX_VERSIONS)
    .default(50),
  before: z.coerce.number().int().min(1).optional().meta({
    description: "Versions before this one: the last of the page before",
  }),
});

const sessions = z.array(z.strictObject({ deviceId: textId, sessionId: textId })).max(MAX_CHOSEN_SESSIONS)
  .nullable().default(null).meta({
    description: "null: all that have labels, or the newest when none has",
  });

/** `POST /api/thresholds/histogram` */
export const histogramRequest = z.strictObject({ sessions });
/** `POST /api/thresholds/preview` and `suggest` */
export const tuningRequest = z.strictObject({
  values,
  sessions,
  deviceId: textId.nullable().default(null).meta({
    description: "Whose values these would be; null: those of all devices without values of their own",
  }),
});

export const thresholdsState = z.object({
  version: version.meta({ description: "Of the last change; also the ETag" }),
  values,
  overrides: z.array(z.object({ deviceId: z.string(), values, version }))
    .meta({ description: "Devices with values of their own, and the version in which they were set" }),
}) satisfies z.ZodType<ThresholdsState>;

const thresholdsVersion = z.object({
  version,
  deviceId: z.string().nullable(),
  values: values.nullable(),
  message: z.string(),
  atMs: timeMs.nullable(),
  by: z.string(),
  restoredFrom: version.nullable(),
}) satisfies z.ZodType<ThresholdsVersion>;
export const thresholdsHistory = z.object({
  items: z.array(thresholdsVersion),
  nextBefore: version.nullable().meta({ description: "before of the next page; null on the last" }),
});

const truth = z.enum(TRUTHS);
const activity = z.enum(ACTIVITIES);
const basis = {
  sessions: count,
  windows: count,
  leftOutSessions: count.meta({ description: "Sessions left out, the oldest: there were too many windows" }),
};
const strip = z.array(z.tuple([z.enum([...ACTIVITIES, "gap"]), durationMs]));

const score = z.object({
  windows: count.meta({ description: "Windows that lie in a label as a whole" }),
  accuracy: share,
  macroF1: share,
  recall: z.record(truth, share.nullable()),
  confusion: z.record(truth, z.record(activity, count)),
}) satisfies z.ZodType<Score>;

export const preview = z.object({
  ...basis,
  labelledWindows: count,
  before: score.meta({ description: "With the values in force" }),
  after: score,
  changedMs: durationMs,
  changedSessions: count,
  transitions: z.object({ before: count, after: count, added: count, removed: count }),
  mostChanged: z.array(z.object({
    deviceId: z.string(),
    sessionId: z.string(),
    name: z.string().nullable(),
    startedAt: timeMs,
    changedMs: durationMs,
    totalMs: durationMs,
    before: strip,
    after: strip,
  })),
}) satisfies z.ZodType<Preview>;

export const histogram = z.object({
  ...basis,
  binMs2: z.number(),
  counts: z.record(z.enum([...TRUTHS, "unlabelled"]), z.array(count))
    .meta({ description: "Windows per bin of mean magnitude, from 0; the last bin holds all beyond" }),
  labelledSessions: count,
}) satisfies z.ZodType<Histogram>;

const curve = z.array(z.tuple([z.number(), share])).meta({ description: "Threshold, m/s², and accuracy" });
export const suggestion = z.object({
  ...basis,
  values,
  before: score,
  after: score,
  curves: z.object({ walkingMs2: curve, runningMs2: curve }),
}) satisfies z.ZodType<Suggestion>;
