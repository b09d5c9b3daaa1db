/**
 * Which of a phone's sensors tell about movement.
 *
 * @module
 */
import type { Gravity, Source } from "../log/records.ts";

/**
 * The sensors we can use, best first. `accelerometer` alone is ambiguous: Sensor Logger takes gravity out of it, most other
 * clients leave it in.
 */
const MOTION_SENSORS = [
  "accelerometer",
  "linearacceleration",
  "acceleration",
  "useracceleration",
  "totalacceleration",
  "accelerationincludinggravity",
  "accelerometeruncalibrated",
] as const;
const FIRST_WITH_GRAVITY = MOTION_SENSORS.indexOf("totalacceleration");

/** Twice the longest name leaves room for punctuation; normalising longer ones would be work for nothing. */
const MAX_NAME_LENGTH = 60;

/** Rank of a sensor that does not tell about movement. */
export const NO_MOTION = -1;
/** Ranks run from 0 (the best sensor) to below this. */
export const MOTION_RANKS = MOTION_SENSORS.length;

/**
 * Ranks a sensor by its name; case and punctuation do not matter.
 *
 * ```ts
 * import { sensorRank } from "./sensors.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(sensorRank("Linear_Acceleration"), sensorRank("linearacceleration"));
 * ```
 *
 * @returns 0 for the best motion sensor, more for others, {@linkcode NO_MOTION} for the rest
 */
export function sensorRank(name: string): number {
  const exact = MOTION_SENSORS.indexOf(name as (typeof MOTION_SENSORS)[number]);
  if (exact >= 0 || name.length > MAX_NAME_LENGTH) return exact;
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return MOTION_SENSORS.indexOf(plain as (typeof MOTION_SENSORS)[number]);
}

/** Whether readings of a sensor still contain gravity, as far as its name and the client's format tell. */
export function gravityOf(rank: number, source: Source): Gravity {
  if (rank >= FIRST_WITH_GRAVITY) return "included";
  if (rank === 0 && source !== "sensor-logger") return "unknown";
  return "removed";
}
