/**
 * Validates thresholds that come from outside. Apart from `thresholds.ts` so that the hot path does not load
 * zod.
 *
 * @module
 */
import { z } from "zod";
import type { Thresholds } from "./thresholds.ts";

/** Ingest refuses axes over 400 m/s², so a higher threshold could never be reached. */
const MAX_MS2 = 400;
/** The step rates that `Cadence` can find lie below. */
const MAX_HZ = 4;

const ms2 = z.number().min(0).max(MAX_MS2);

/** Accepts exactly the fields of {@link Thresholds}, in an order that makes sense. */
export const thresholdsSchema: z.ZodType<Thresholds> = z.strictObject({
  version: z.int().min(1),
  walkingMs2: ms2,
  runningMs2: ms2,
  stillStdMs2: ms2,
  cadence: z.strictObject({ runningHz: z.number().positive().max(MAX_HZ), fromMs2: ms2, toMs2: ms2 })
    .nullable(),
  hysteresisMs2: ms2,
}).superRefine((t, context) => {
  const refuse = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
  if (t.walkingMs2 >= t.runningMs2) {
    refuse(["runningMs2"], `must be above walkingMs2 (${t.walkingMs2}), for example 8.5 above 1.9`);
  }
  if (t.cadence !== null && !(t.walkingMs2 <= t.cadence.fromMs2 && t.cadence.fromMs2 < t.cadence.toMs2)) {
    refuse(["cadence"], `must have walkingMs2 (${t.walkingMs2}) <= fromMs2 < toMs2, for example 7 and 16`);
  }
  if (2 * t.hysteresisMs2 > t.runningMs2 - t.walkingMs2) {
    refuse(
      ["hysteresisMs2"],
      "must be at most half the distance from walkingMs2 to runningMs2, for example 0.1",
    );
  }
});
