/**
 * The shapes of `GET /api/live/raw`.
 *
 * @module
 */
import { z } from "zod";
import { textId as id } from "../../ingest/schema.ts";

/** `GET /api/live/raw` */
export const rawQuery = z.strictObject({ deviceId: id });

/** The data of its events. */
export const rawReadings = z.object({
  tMs: z.array(z.number()).meta({ description: "Times of readings, ms since the Unix epoch, to 0.1" }),
  xyz: z.array(z.number()).meta({
    description: "Three axes a reading, one after the other, to 0.0001, in the unit the phone sends",
  }),
  every: z.int().min(1).meta({ description: "1: every reading is here, 2: every second one, and so on" }),
}).meta({ description: "Data of an event `readings`" });
export type RawReadings = z.infer<typeof rawReadings>;
