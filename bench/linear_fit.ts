/**
 * The straight line through points that has the least squared distance.
 *
 * @param points at least one
 * @returns the line's y at an x; with a single point its y everywhere
 *
 * ```ts
 * import { linearFit } from "./linear_fit.ts";
 * console.log(linearFit([[0, 10], [10, 20]])(30)); // 40
 * ```
 */
export function linearFit(points: readonly (readonly [number, number])[]): (x: number) => number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = spread === 0
    ? 0
    : points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  return (x) => meanY + slope * (x - meanX);
}
