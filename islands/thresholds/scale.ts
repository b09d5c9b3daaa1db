/**
 * The plot's axis of magnitudes. By the square root: what lies between 0 and 2 m/s² decides as much as what lies between 5 and 20,
 * and thresholds that are far off are still on it, apart from each other.
 *
 * @module
 */

/** The axis ends where the histogram does, m/s². */
export const TOP_MS2 = 40;
/** Marks of the axis, m/s². */
export const TICKS_MS2 = [0, 0.5, 1, 2, 5, 10, 20, 40];
/** Handles move by this, m/s². */
export const STEP_MS2 = 0.1;
const STEPS_PER_MS2 = 10;

/** Place on the axis, 0 to 1; beyond its end at its end. */
export function placeOf(ms2: number): number {
  return Math.sqrt(Math.min(TOP_MS2, Math.max(0, ms2)) / TOP_MS2);
}

/** The magnitude at a place, in whole steps, m/s². */
export function magnitudeAt(place: number): number {
  return toStep(TOP_MS2 * Math.min(1, Math.max(0, place)) ** 2);
}

/** What the keys of a slider do; null for another key. */
export function pressed(
  key: string,
  nowMs2: number,
  { min, max }: { min: number; max: number },
): number | null {
  const by = STEP_KEYS[key];
  const next = key === "Home" ? min : key === "End" ? max : by === undefined ? null : toStep(nowMs2 + by);
  return next === null ? null : Math.min(max, Math.max(min, next));
}

const STEP_KEYS: Record<string, number> = {
  ArrowRight: STEP_MS2,
  ArrowUp: STEP_MS2,
  ArrowLeft: -STEP_MS2,
  ArrowDown: -STEP_MS2,
  PageUp: 1,
  PageDown: -1,
};

const toStep = (ms2: number) => Math.round(ms2 * STEPS_PER_MS2) / STEPS_PER_MS2;
