/**
 * Percentiles by the nearest-rank method.
 *
 * @param values any order; sorted in place
 * @param ranks for example 50 and 99
 * @returns one value a rank; NaN when there are no values
 */
export function percentiles(values: number[], ranks: number[]): number[] {
  values.sort((a, b) => a - b);
  return ranks.map((rank) => values[Math.max(0, Math.ceil(values.length * rank / 100) - 1)] ?? NaN);
}
