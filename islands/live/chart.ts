/**
 * The line of magnitudes on a card. In a module of its own so that Chart.js (140 kB) is loaded only when a card is on screen.
 *
 * @module
 */
import { Chart, LinearScale, LineController, LineElement, type Plugin, PointElement } from "chart.js";
import type { Thresholds } from "../../stream/thresholds.ts";
import { LINE_MS, type LinePoint } from "./card.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale);

/** Hard running has a mean of about 15 m/s²; a common range lets cards be compared at a glance. */
const TOP_MS2 = 16;

/** Dashes and label of a threshold; small, since they are a background to the line. */
const DASH_PX = [3, 3];
const LABEL_FONT = "10px system-ui, sans-serif";
const LABEL_GAP_PX = 3;

/** Mean magnitudes that tell the activities apart. */
export type MagnitudeThresholds = Pick<Thresholds, "walkingMs2" | "runningMs2">;

const DARK = "(prefers-color-scheme: dark)";

/** A line of up to a minute, tuned as measured: no animation, no parsing, no points. */
export class MagnitudeLine {
  readonly #chart: Chart<"line", { x: number; y: number | null }[]>;
  readonly #scheme = matchMedia(DARK);
  readonly #recolour = () => {
    this.#applyColours();
    this.#chart.update("none");
  };

  constructor(canvas: HTMLCanvasElement, thresholds: MagnitudeThresholds) {
    this.#chart = new Chart(canvas, {
      type: "line",
      plugins: [drawThresholds(thresholds)],
      data: { datasets: [{ data: [], borderWidth: 1.5, pointRadius: 0, pointHitRadius: 0 }] },
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 2, bottom: 1 } },
        scales: {
          x: { type: "linear", min: -LINE_MS / 1000, max: 0, display: false },
          y: {
            min: 0,
            suggestedMax: TOP_MS2,
            border: { display: false },
            grid: { drawTicks: false },
            ticks: {
              stepSize: TOP_MS2 / 2,
              maxTicksLimit: 3,
              maxRotation: 0,
              padding: 6,
              font: { size: 11 },
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
    if (y?.grid) y.grid.color = style.borderTopColor;
    if (y?.ticks) y.ticks.color = style.outlineColor;
  }
}

/** A longer pause between results breaks the line, ms. */
const BREAK_MS = 5000;

/** Behind the line: from where on a mean is walking, and from where on running. */
function drawThresholds({ walkingMs2, runningMs2 }: MagnitudeThresholds): Plugin<"line"> {
  return {
    id: "thresholds",
    beforeDatasetsDraw({ ctx, canvas, chartArea: { left, right }, scales: { y } }) {
      const style = getComputedStyle(canvas);
      ctx.save();
      ctx.setLineDash(DASH_PX);
      ctx.font = LABEL_FONT;
      ctx.strokeStyle = ctx.fillStyle = style.outlineColor;
      for (const [label, atMs2] of [["walking", walkingMs2], ["running", runningMs2]] as const) {
        const top = Math.round(y.getPixelForValue(atMs2)) + 0.5;
        ctx.globalAlpha = 0.5;
        ctx.beginPath();
        ctx.moveTo(left, top);
        ctx.lineTo(right, top);
        ctx.stroke();
        ctx.globalAlpha = 1;
        ctx.fillText(label, left + LABEL_GAP_PX, top - LABEL_GAP_PX);
      }
      ctx.restore();
    },
  };
}
