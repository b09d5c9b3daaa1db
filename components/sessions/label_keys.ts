import type { LabelActivity } from "../../log/records.ts";

/** Which key labels the selected span as what; null takes labels away. */
export const LABEL_KEYS: Record<string, LabelActivity | null> = {
  1: "stationary",
  2: "walking",
  3: "running",
  0: null,
  Delete: null,
};
