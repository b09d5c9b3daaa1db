/**
 * Makes a recording look as another phone or app would have sent it: in g, with gravity or without.
 *
 * @module
 */
import type { Gravity } from "../log/records.ts";
import { STANDARD_GRAVITY } from "../stream/gravity.ts";
import type { Readings } from "./recordings.ts";

/** How readings are to be sent; null: as they were recorded. */
export interface Disguise {
  unit: "ms2" | "g";
  gravity: "included" | "removed" | null;
}

/**
 * The mean over so long is taken for gravity, ms: several steps, which cancel out, and short against how long a phone lies the same
 * way.
 */
const GRAVITY_MEAN_MS = 4000;

/**
 * Readings as they are to be sent.
 *
 * @param readings in m/s²
 * @param gravity whether they include gravity
 * @returns the readings, and whether they include gravity now
 * @throws {RangeError} When gravity is to be included and nothing tells whether it is already.
 */
export function disguised(
  readings: Readings,
  gravity: Gravity,
  { unit, gravity: wanted }: Disguise,
): { readings: Readings; gravity: Gravity } {
  let { xyz } = readings;
  if (wanted === "removed" && gravity !== "removed") xyz = withoutGravity(readings);
  if (wanted === "included" && gravity === "unknown") {
    throw new RangeError("cannot add gravity to readings that may include it");
  }
  // How the phone was turned is gone with its gravity: as if it had lain flat.
  if (wanted === "included" && gravity === "removed") {
    xyz = xyz.map((value, i) => i % 3 === 2 ? value + STANDARD_GRAVITY : value);
  }
  if (unit === "g") xyz = xyz.map((value) => value / STANDARD_GRAVITY);
  return { readings: { ...readings, xyz }, gravity: wanted ?? gravity };
}

/** Takes the mean around each reading away. */
function withoutGravity({ tMs, xyz, count }: Readings): Float64Array {
  const result = new Float64Array(3 * count);
  const sum = [0, 0, 0];
  const halfMs = GRAVITY_MEAN_MS / 2;
  let from = 0, to = 0;
  for (let i = 0; i < count; i++) {
    for (; to < count && tMs[to] <= tMs[i] + halfMs; to++) {
      for (let axis = 0; axis < 3; axis++) sum[axis] += xyz[3 * to + axis];
    }
    for (; tMs[from] < tMs[i] - halfMs; from++) {
      for (let axis = 0; axis < 3; axis++) sum[axis] -= xyz[3 * from + axis];
    }
    for (let axis = 0; axis < 3; axis++) result[3 * i + axis] = xyz[3 * i + axis] - sum[axis] / (to - from);
  }
  return result;
}
