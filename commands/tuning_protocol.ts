/**
 * What the HTTP thread and the tuning Worker say to each other.
 *
 * @module
 */
import type { ThresholdValues } from "../stream/thresholds.ts";
import type { Recordings } from "../stream/tuning.ts";
import type { Histogram, Preview, Suggestion } from "../stream/tuning_answers.ts";

/** The columns are in shared memory: however many windows, a job is a few bytes a session. */
export type Job =
  | { kind: "histogram"; recordings: Recordings }
  | {
    kind: "preview" | "suggest";
    recordings: Recordings;
    inForce: ThresholdValues;
    values: ThresholdValues;
  };

export type Answer = Histogram | Preview | Suggestion;

export type FromTuning = { answer: Answer } | { failure: string };
