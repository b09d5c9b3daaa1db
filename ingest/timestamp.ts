/**
 * Times as phones write them.
 *
 * @module
 */

/** A number written as text: file exports of Sensor Logger carry nanoseconds like that. */
export const NUMERIC = /^\d{1,20}(\.\d{1,20})?$/;
/** ISO 8601 with a zone; without one nobody knows which moment is meant. */
export const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

// Seconds reach 1e11 in the year 5138, and milliseconds below 1e11 lie before 1973; the same gap of a thousand separates the
// other units.
const SECONDS_BELOW = 1e11;
const MILLISECONDS_BELOW = 1e14;
const MICROSECONDS_BELOW = 1e17;

/**
 * Reads a timestamp: a number (or its text) in s, ms, µs or ns since the Unix epoch, told apart by magnitude, or ISO 8601.
 *
 * ```ts
 * import { timestampMs } from "./timestamp.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(timestampMs(1_700_000_000), 1_700_000_000_000);
 * assert.equal(timestampMs("1700000000000000000"), 1_700_000_000_000);
 * ```
 *
 * @returns ms since the Unix epoch, NaN when it is no time at all
 */
export function timestampMs(raw: unknown): number {
  if (typeof raw === "number") return numberMs(raw);
  if (typeof raw !== "string") return NaN;
  if (NUMERIC.test(raw)) return numberMs(Number(raw));
  return ISO_TIME.test(raw) ? Date.parse(raw) : NaN;
}

function numberMs(value: number): number {
  if (value < SECONDS_BELOW) return value * 1000;
  if (value < MILLISECONDS_BELOW) return value;
  if (value < MICROSECONDS_BELOW) return value / 1000;
  return value / 1e6;
}
