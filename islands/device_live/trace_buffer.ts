/**
 * A phone's newest readings, as the trace draws them and as words and a table tell them.
 *
 * @module
 */
import type { RawReadings } from "../../web/schemas/raw.ts";

/** How much of it is drawn, ms. */
export const TRACE_MS = 10_000;
/** What has come but is not due yet, and what is just leaving. */
const KEPT_MS = TRACE_MS + 8_000;
/** At the highest rate that is sent, and a half more. */
const MAX_KEPT = 7000;
/** A longer pause breaks the line, ms. */
const BREAK_MS = 1000;

export const AXES = ["x", "y", "z"] as const;

/** One axis over the last seconds, in the phone's unit. */
export interface AxisFigures {
  now: number;
  mean: number;
  min: number;
  max: number;
}

export interface TraceFigures {
  axes: AxisFigures[];
  /** Readings a second, as they arrive here. */
  ratePerS: number;
}

/** x in s before the right edge; null breaks the line. */
export type TracePoint = { x: number; y: number | null };

export class TraceBuffer {
  /** [time ms, x, y, z], oldest first. */
  #readings: [number, number, number, number][] = [];

  /** @returns the newest reading's time, ms; null when there are none */
  add({ tMs, xyz }: RawReadings): number | null {
    const before = this.#readings.at(-1)?.[0] ?? -Infinity;
    const count = Math.min(tMs.length, Math.floor(xyz.length / 3));
    let isSorted = true;
    for (let i = 0; i < count; i++) {
      if (tMs[i] < (i === 0 ? before : tMs[i - 1])) isSorted = false;
      this.#readings.push([tMs[i], xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]]);
    }
    // Apps send again what did not get through, after what came later.
    if (!isSorted) this.#readings.sort(([a], [b]) => a - b);
    const newestMs = this.#readings.at(-1)?.[0] ?? null;
    if (newestMs === null) return null;
    let first = Math.max(0, this.#readings.length - MAX_KEPT);
    while (this.#readings[first][0] < newestMs - KEPT_MS) first++;
    if (first > 0) this.#readings.splice(0, first);
    return newestMs;
  }

  /** Forgets all. */
  clear(): void {
    this.#readings = [];
  }

  /** The lines of the three axes up to a time. */
  lines(edgeMs: number): TracePoint[][] {
    const lines: TracePoint[][] = AXES.map(() => []);
    let previousMs = -Infinity;
    for (const [tMs, ...values] of this.#within(edgeMs)) {
      const x = (tMs - edgeMs) / 1000;
      const isBroken = lines[0].length > 0 && tMs - previousMs > BREAK_MS;
      values.forEach((y, axis) => {
        if (isBroken) lines[axis].push({ x, y: null });
        lines[axis].push({ x, y });
      });
      previousMs = tMs;
    }
    return lines;
  }

  /** What is drawn up to a time, in figures; null when that is nothing. */
  figures(edgeMs: number): TraceFigures | null {
    const within = this.#within(edgeMs);
    if (within.length === 0) return null;
    const axes = AXES.map((_, axis) => {
      const values = within.map((reading) => reading[axis + 1]);
      const min = values.reduce((a, b) => Math.min(a, b));
      const max = values.reduce((a, b) => Math.max(a, b));
      return { now: values.at(-1)!, mean: values.reduce((a, b) => a + b) / values.length, min, max };
    });
    const spanMs = within.at(-1)![0] - within[0][0];
    return { axes, ratePerS: spanMs > 0 ? (within.length - 1) * 1000 / spanMs : 0 };
  }

  #within(edgeMs: number): [number, number, number, number][] {
    return this.#readings.filter(([tMs]) => tMs <= edgeMs && tMs > edgeMs - TRACE_MS);
  }
}

/** A range that holds all values and moves by steps, so that the scale stays while values change a little. */
export function scaleOf(lines: readonly TracePoint[][]): { min: number; max: number } {
  let min = 0, max = 0;
  for (const line of lines) {
    for (const { y } of line) {
      if (y === null) continue;
      if (y < min) min = y;
      if (y > max) max = y;
    }
  }
  const span = max - min;
  const step = span > 40 ? 20 : span > 4 ? 5 : 1;
  return {
    min: Math.min(-step, Math.floor(min / step) * step),
    max: Math.max(step, Math.ceil(max / step) * step),
  };
}

/** For example "x −0.31 (−1.20 to 0.98), y …": what the trace shows, in words. */
export function describeFigures(figures: TraceFigures | null): string {
  if (figures === null) return "no readings";
  return figures.axes.map(({ now, min, max }, axis) =>
    `${AXES[axis]} ${formatAxis(now)} (${formatAxis(min)} to ${formatAxis(max)})`
  ).join(", ");
}

/** Two decimals and a real minus sign. */
export function formatAxis(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
