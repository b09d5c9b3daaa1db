/**
 * The functions there are: whatever is not listed is refused, since DuckDB has many that Snowflake has not.
 *
 * @module
 */
import { AGGREGATES } from "./aggregates.ts";
import { CHOICES } from "./choices.ts";
import type { FunctionEntry } from "./entry.ts";
import { NUMBERS } from "./numbers.ts";
import { SESSION } from "./session.ts";
import { TEXTS } from "./texts.ts";
import { TIMES } from "./times.ts";
import { VARIANTS } from "./variants.ts";

/** By name, upper case. */
export const FUNCTIONS: Record<string, FunctionEntry> = {
  ...AGGREGATES,
  ...CHOICES,
  ...NUMBERS,
  ...SESSION,
  ...TEXTS,
  ...TIMES,
  ...VARIANTS,
};
