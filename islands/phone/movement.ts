/**
 * What the phone's own page shows of its readings: how many a second, whether it moves, and the line of the last seconds.
 *
 * @module
 */
import type { Sample } from "./batcher.ts";

/** The line's length, ms. */
export const TRACE_MS = 10_000;
/** Rates are of the last so many ms. */
const RATE_MS = 2000;
/** Bounds the memory whatever the sensor's rate: 10 s at 400 Hz. */
const MAX_POINTS = 4000;
/** A phone on a table stays below, one in a hand does not, m/s². */
const MOVING_STD_MS2 = 0.3;

/** A point of the line. */
export interface Point {
  tMs: number;
  /** Of the acceleration as the phone has it, m/s². */
  magnitudeMs2: number;
}

/** The last seconds. */
export class Movement {
  #points: Point[] = [];
  #hasMoved = false;

  add({ tMs, linear, total }: Sample): void {
    const [x, y, z] = (linear ?? total)!;
    this.#points.push({ tMs, magnitudeMs2: Math.hypot(x, y, z) });
    const oldest = this.#points.findIndex((point) => point.tMs >= tMs - TRACE_MS);
    // Cut seldom: every cut copies what stays.
    if (oldest > this.#points.length / 2 || this.#points.length > MAX_POINTS) {
      this.#points = this.#points.slice(Math.max(oldest, this.#points.length - MAX_POINTS / 2));
    }
  }

  /** Oldest first. */
  points(nowMs: number): readonly Point[] {
    return this.#points.filter(({ tMs }) => tMs >= nowMs - TRACE_MS);
  }

  /** Readings a second. */
  rateHz(nowMs: number): number {
    return this.#points.filter(({ tMs }) => tMs >= nowMs - RATE_MS).length * 1000 / RATE_MS;
  }

  /** Whether it has moved since the start: then the sensor works. */
  hasMoved(nowMs: number): boolean {
    if (this.#hasMoved) return true;
    const values = this.points(nowMs).map(({ magnitudeMs2 }) => magnitudeMs2);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return this.#hasMoved = Math.sqrt(variance) > MOVING_STD_MS2;
  }
}
