/**
 * The contract of `POST /sensor-data` as schemas: the source of the OpenAPI document, and what `schema_test.ts` holds the
 * hand-written reader against.
 *
 * @module
 */
import { z } from "zod";
import { isId, MAX_ID_LENGTH } from "../log/id.ts";
import { MAX_AXIS_MS2 } from "./message.ts";
import { DEFAULT_INGEST } from "./settings.ts";
import { MAX_ERRORS } from "./tally.ts";
import { ISO_TIME, NUMERIC, timestampMs } from "./timestamp.ts";

const number = z.number().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

// Aborting, so that an id that fails two checks is one error.
const ID_ERROR = { error: "expected 1 to 128 printable characters", abort: true };

/** 1 to 128 printable characters. */
export const textId = z.string().min(1, ID_ERROR).max(MAX_ID_LENGTH, ID_ERROR).refine(isId, ID_ERROR);
/** The same, or a number. */
export const id = z.union([textId, number]).transform(String);

/** A Unix time in s, ms, µs or ns, told apart by magnitude, or ISO 8601 with a zone. Parses to ms. */
export const timestamp = z.union([z.number(), z.string().regex(NUMERIC), z.string().regex(ISO_TIME)])
  .transform(timestampMs).refine(Number.isFinite, "expected a time that exists")
  .meta({ description: "Unix time in s, ms, µs or ns, told apart by magnitude, or ISO 8601 with a zone" });

const axis = z.number().min(-MAX_AXIS_MS2).max(MAX_AXIS_MS2).meta({ description: "m/s²" });
const name = z.string().meta({
  description:
    "Sensor. accelerometer, linear acceleration and total acceleration are used (the best one of a message), " +
    "others are ignored",
  examples: ["accelerometer"],
});

export const seedReading = z.object({ name, timestamp, values: z.tuple([axis, axis, axis]) });
export const sensorLoggerReading = z.object({
  name,
  time: timestamp,
  values: z.object({ x: axis, y: axis, z: axis }),
});

const ids = { messageId: id, sessionId: id, deviceId: id };
const { maxReadings } = DEFAULT_INGEST;

export const seedMessage = z.object({ ...ids, sensorReadings: z.array(seedReading).max(maxReadings) });
export const sensorLoggerMessage = z.object({
  ...ids,
  payload: z.array(sensorLoggerReading).max(maxReadings),
});

const buffer = z.array(z.number().nullable()).max(maxReadings);
/** What phyphox posts; beside these may stand other buffers. */
export const phyphoxPost = z.object({
  acc_time: buffer.meta({ description: "Experiment time, s" }),
  accX: buffer,
  accY: buffer,
  accZ: buffer,
  time: z.object({
    events: z.array(z.object({
      event: z.string(),
      experimentTime: z.number(),
      systemTime: z.number().meta({ description: "s since the Unix epoch" }),
    })),
  }),
});

// What must hold for a message as a whole; its readings are judged one by one. A message without readings, which apps send to
// test the connection, may have any ids.
const anyReadings = z.array(z.unknown()).max(maxReadings);
export const envelope = z.union([
  z.object({ sensorReadings: z.array(z.never()) }),
  z.object({ sensorReadings: z.never().optional(), payload: z.array(z.never()) }),
  z.object({ ...ids, sensorReadings: anyReadings }),
  z.object({ ...ids, sensorReadings: z.never().optional(), payload: anyReadings }),
]);

const count = z.int().min(0);
/** The answer 200. */
export const ingestResult = z.object({
  status: z.enum(["ok", "partial"]).meta({ description: "partial: some readings were rejected" }),
  accepted: count.meta({ description: "Readings now durably stored" }),
  rejected: count,
  ignored: count.meta({ description: "Readings of other sensors" }),
  duplicate: count.meta({ description: "Readings that were already there" }),
  errors: z.array(z.object({ index: count, pointer: z.string(), code: z.string(), detail: z.string() })).max(
    MAX_ERRORS,
  ),
  warnings: z.array(z.object({ code: z.string(), detail: z.string() })),
});
