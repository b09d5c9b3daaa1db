/**
 * Puts a batch of readings in order of time.
 *
 * @module
 */

/** Readings as columns. */
export interface Columns {
  tMs: Float64Array;
  xyz: Float64Array;
  count: number;
}

/** @returns Whether every reading is later than the one before it. */
export function isInOrder(tMs: Float64Array, count: number): boolean {
  for (let i = 1; i < count; i++) {
    if (tMs[i] <= tMs[i - 1]) return false;
  }
  return true;
}

/**
 * A copy in order of time; of equal times the first is kept.
 *
 * Phones send in order, so this is the rare path and may allocate.
 */
export function inOrder(tMs: Float64Array, xyz: Float64Array, count: number): Columns {
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => tMs[a] - tMs[b] || a - b);
  const kept = order.filter((i, k) => k === 0 || tMs[i] !== tMs[order[k - 1]]);
  const axes = new Float64Array(3 * kept.length);
  kept.forEach((i, k) => axes.set(xyz.subarray(3 * i, 3 * i + 3), 3 * k));
  return { tMs: Float64Array.from(kept, (i) => tMs[i]), xyz: axes, count: kept.length };
}
