/**
 * Validates thresholds that come from outside. Apart from `thresholds.ts` so that the hot path does not load
 * zod.
 *
 * @module
 */
import { z } from "zod";
import { orderFaults, type Thresholds, type ThresholdValues } from "./thresholds.ts";

/** Ingest refuses axes over 400 m/s², so a higher threshold could never be reached. */
const MAX_MS2 = 400;
/** Under the noise of any sensor; at 0 the margins that confidence looks at would have no meaning, m/s². */
const MIN_WALKING_MS2 = 0.01;
/** The step rates that `Cadence` can find lie below. */
const MAX_HZ = 4;

const ms2From = (min: number) => z.number().min(min).max(MAX_MS2);
const ms2 = ms2From(0);

const fields = z.strictObject({
  walkingMs2: ms2From(MIN_WALKING_MS2)
    .meta({ description: "Mean magnitude from which a window is walking, m/s²" }),
  runningMs2: ms2.meta({
    description: "Mean magnitude from which a window without a clear step rate is running, m/s²",
  }),
  stillStdMs2: ms2.meta({
    description: "Standard deviation under which a window is stationary whatever its mean, m/s²",
  }),
  cadence: z.strictObject({
    runningHz: z.number().positive().max(MAX_HZ).meta({ description: "Step rate from which it is running" }),
    fromMs2: ms2.meta({ description: "The step rate decides from this mean magnitude, m/s²" }),
    toMs2: ms2.meta({ description: "The step rate decides below this mean magnitude, m/s²" }),
  }).nullable().meta({ description: "null: the magnitude alone decides" }),
  hysteresisMs2: ms2.meta({
    description: "How far past a threshold the mean must be for the activity to change, m/s²",
  }),
});

const inOrder = (values: ThresholdValues, context: z.RefinementCtx) => {
  for (const { field, message } of orderFaults(values)) {
    context.addIssue({ code: "custom", path: [field], message });
  }
};

/** Accepts exactly the fields of {@link ThresholdValues}, in an order that makes sense. */
export const thresholdValuesSchema: z.ZodType<ThresholdValues> = fields.superRefine(inOrder);

/** The same with the version. */
export const thresholdsSchema: z.ZodType<Thresholds> = fields.extend({ version: z.int().min(1) })
  .superRefine(inOrder);
