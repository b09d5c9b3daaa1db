/**
 * Adds up the panes of one window.
 *
 * @module
 */
import { type Layout, SUM } from "./layout.ts";
import type { Rows } from "./rows.ts";

/**
 * Coverage is counted over this many bins, about 200 ms: the slowest rate that phones offer (5 Hz) counts as
 * gapless.
 */
const BINS_PER_COVERAGE_CELL = 2;

/** A window's sums, in the stream's own unit. */
export class Aggregate {
  readings = 0;
  /** Share of the window that holds readings, 0 to 1. */
  coverage = 0;
  /** Sum of magnitudes and of their squares, with gravity if the stream has it. */
  raw = 0;
  rawSquares = 0;
  /** The same after the gravity filter. */
  filtered = 0;
  filteredSquares = 0;
  /** Length of the mean vector. */
  meanVector = 0;

  /**
   * @param base Offset of the session's row, bytes.
   * @param first Index of the window's first pane.
   * @param values Receives the mean magnitude (with gravity) of each bin; an empty bin repeats the one before
   * it.
   */
  collect(rows: Rows, layout: Layout, base: number, first: number, values: Float64Array): void {
    const { f32, u8 } = rows;
    const { bins, windowPanes } = layout;
    let readings = 0, raw = 0, rawSquares = 0, filtered = 0, filteredSquares = 0, x = 0, y = 0, z = 0;
    let cells = 0, covered = 0, mean = 0;
    for (let p = 0, v = 0; p < windowPanes; p++) {
      const at = base + layout.paneAt(first + p);
      for (let bin = 0; bin < bins;) {
        const end = Math.min(bin + BINS_PER_COVERAGE_CELL, bins), before = readings;
        for (; bin < end; bin++) {
          const n = u8[at + layout.counts + bin];
          if (n > 0) {
            const sum = f32[at / 4 + bin];
            readings += n;
            raw += sum;
            mean = sum / n;
          }
          values[v++] = mean;
        }
        cells++;
        if (readings > before) covered++;
      }
      const sums = (at + layout.sums) / 4;
      rawSquares += f32[sums + SUM.rawSquares];
      filtered += f32[sums + SUM.filtered];
      filteredSquares += f32[sums + SUM.filteredSquares];
      x += f32[sums + SUM.x];
      y += f32[sums + SUM.y];
      z += f32[sums + SUM.z];
    }
    this.readings = readings;
    this.coverage = covered / cells;
    this.raw = raw;
    this.rawSquares = rawSquares;
    this.filtered = filtered;
    this.filteredSquares = filteredSquares;
    this.meanVector = readings === 0 ? 0 : Math.sqrt(x * x + y * y + z * z) / readings;
  }
}
