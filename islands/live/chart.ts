/**
 * The line of magnitudes on a card. In a module of its own so that Chart.js (140 kB) is loaded only when a card is on screen.
 *
 * @module
 */
import { LINE_CHART, NO_POINTS, TICK_FONT } from "../chart_options.ts";
import { Chart, LinearScale, LineController, LineElement, PointElement } from "chart.js";
import type { Thresholds } from "../../stream/thresholds.ts";
import { LINE_MS, type LinePoint } from "./card.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale);

/** Hard running has a mean of about 15 m/s²; a common range lets cards be compared at a glance. */
const TOP_MS2 = 16;

/** The top of the scale grows in steps this large, so that it stays while a runner goes on. */
const TOP_STEP_MS2 = 8;
const THRESHOLD_DASH_PX = [1, 4];

/** Mean magnitudes that tell the activities apart. */
export type MagnitudeThresholds = Pick<Thresholds, "walkingMs2" | "runningMs2">;

const DARK = "(prefers-color-scheme: dark)";

/** A line of up to a minute, tuned as measured: no animation, no parsing, no points. */
export class MagnitudeLine {
  readonly #chart: Chart<"line", { x: number; y: number | null }[]>;
  /** Of the thresholds. */
  readonly #words: ReadonlyMap<number, string>;
  readonly #scheme = matchMedia(DARK);
  readonly #recolour = () => {
    this.#applyColours();
    this.#chart.update("none");
  };

  constructor(canvas: HTMLCanvasElement, thresholds: MagnitudeThresholds) {
    const { walkingMs2, runningMs2 } = thresholds;
    this.#words = new Map([[walkingMs2, "walking"], [runningMs2, "running"]]);
    this.#chart = new Chart(canvas, {
      type: "line",
      data: { datasets: [{ data: [], borderWidth: 1.5, ...NO_POINTS }] },
      options: {
        ...LINE_CHART,

        layout: { padding: { top: 2, bottom: 1 } },
        scales: {
          x: { type: "linear", min: -LINE_MS / 1000, max: 0, display: false },
          y: {
            min: 0,
            max: TOP_MS2,
            // Only what the line is to be compared with: the thresholds, in words, and how high the scale goes.
            afterBuildTicks: (axis) =>
              axis.ticks = [0, walkingMs2, runningMs2, axis.max].map((value) => ({ value })),
            border: {
              display: false,
              dash: ({ tick }) => this.#words.has(tick?.value) ? THRESHOLD_DASH_PX : [],
            },
            grid: { drawTicks: false },
            ticks: {
              autoSkip: false,
              callback: (value) => value === 0 ? "" : `${this.#words.get(Number(value)) ?? ""} ${value}`,
              maxRotation: 0,
              padding: 6,
              font: TICK_FONT,
            },
          },
        },
      },
    });
    this.#applyColours();
    this.#scheme.addEventListener("change", this.#recolour);
  }

  /**
   * Draws the line anew.
   *
   * @param endMs Time at the right edge
   */
  draw(line: readonly LinePoint[], endMs: number): void {
    const points: { x: number; y: number | null }[] = [];
    let previousMs = -Infinity;
    for (const [atMs, y] of line) {
      if (atMs - previousMs > BREAK_MS && points.length > 0) {
        points.push({ x: (previousMs - endMs) / 1000, y: null });
      }
      points.push({ x: (atMs - endMs) / 1000, y });
      previousMs = atMs;
    }
    this.#chart.data.datasets[0].data = points;
    const highest = line.reduce((max, [, y]) => Math.max(max, y), TOP_MS2);
    const { y } = this.#chart.options.scales ?? {};
    if (y) y.max = Math.ceil(highest / TOP_STEP_MS2) * TOP_STEP_MS2;
    this.#chart.update("none");
  }

  destroy(): void {
    this.#scheme.removeEventListener("change", this.#recolour);
    this.#chart.destroy();
  }

  /** A canvas knows nothing of style sheets; the tokens are read from its element. */
  #applyColours(): void {
    const style = getComputedStyle(this.#chart.canvas);
    const { y } = this.#chart.options.scales ?? {};
    this.#chart.data.datasets[0].borderColor = style.color;
    const { borderTopColor, outlineColor } = style;
    if (y?.grid) {
      y.grid.color = ({ tick }) => this.#words.has(tick?.value) ? outlineColor : borderTopColor;
    }
    if (y?.ticks) y.ticks.color = outlineColor;
  }
}

/** A longer pause between results breaks the line, ms. */
const BREAK_MS = 5000;
