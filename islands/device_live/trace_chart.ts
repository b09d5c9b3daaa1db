/**
 * The three axes of a phone, one below the other on the same scale. In a module of its own so that Chart.js is loaded only when
 * the trace is on screen.
 *
 * @module
 */
import { LINE_CHART, NO_POINTS, TICK_FONT } from "../chart_options.ts";
import {
  Chart,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  type ScaleOptionsByType,
} from "chart.js";
import { AXES, scaleOf, TRACE_MS, type TracePoint } from "./trace_buffer.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale);

const DARK = "(prefers-color-scheme: dark)";
const TICK_EVERY_S = 2;

/** Chart.js takes a scale for a vertical one by the first letter of its name. */
const scaleId = (axis: string) => `y of ${axis}`;

export class TraceChart {
  readonly #chart: Chart<"line", TracePoint[]>;
  readonly #scheme = matchMedia(DARK);
  readonly #recolour = () => {
    this.#applyColours();
    this.#chart.update("none");
  };
  #line = "";
  #text = "";

  constructor(canvas: HTMLCanvasElement) {
    const line = { data: [], borderWidth: 1.25, ...NO_POINTS, spanGaps: false };
    this.#chart = new Chart(canvas, {
      type: "line",
      data: { datasets: AXES.map((axis) => ({ ...line, yAxisID: scaleId(axis) })) },
      options: {
        ...LINE_CHART,

        layout: { padding: { top: 6 } },
        scales: {
          x: {
            type: "linear",
            min: -TRACE_MS / 1000,
            max: 0,
            border: { display: false },
            grid: { display: false },
            ticks: {
              stepSize: TICK_EVERY_S,
              callback: (value) => value === 0 ? "now" : `${String(value).replace("-", "−")} s`,
              maxRotation: 0,
              color: () => this.#text,
              font: TICK_FONT,
            },
          },
          // The first is the lowest.
          ...Object.fromEntries(AXES.toReversed().map((axis) => [scaleId(axis), this.#bandOf(axis)])),
        },
      },
    });
    this.#applyColours();
    this.#scheme.addEventListener("change", this.#recolour);
  }

  /** Draws the axes' lines anew. */
  draw(lines: TracePoint[][]): void {
    const { min, max } = scaleOf(lines);
    AXES.forEach((axis, i) => {
      this.#chart.data.datasets[i].data = lines[i];
      const scale = this.#chart.options.scales?.[scaleId(axis)];
      if (scale) Object.assign(scale, { min, max });
    });
    this.#chart.update("none");
  }

  destroy(): void {
    this.#scheme.removeEventListener("change", this.#recolour);
    this.#chart.destroy();
  }

  /** One axis' part of the height: its name at zero and how high the scale goes; it goes as low where the next begins. */
  #bandOf(axis: string): Partial<ScaleOptionsByType<"linear">> {
    return {
      axis: "y",
      type: "linear",
      stack: "axes",
      stackWeight: 1,
      offset: false,
      border: { display: false },
      grid: { drawTicks: false, color: () => this.#line },
      afterBuildTicks: (scale: { ticks: { value: number }[]; min: number; max: number }) =>
        void (scale.ticks = [scale.min, 0, scale.max].map((value) => ({ value }))),
      ticks: {
        autoSkip: false,
        padding: 8,
        maxRotation: 0,
        color: () => this.#text,
        callback: (value: number | string) =>
          Number(value) > 0 ? String(value) : value === 0 ? `${axis}   0` : "",
        font: TICK_FONT,
      },
    } as unknown as Partial<ScaleOptionsByType<"linear">>;
  }

  /** A canvas knows nothing of style sheets; the tokens are read from its element. */
  #applyColours(): void {
    const { color, borderTopColor, outlineColor } = getComputedStyle(this.#chart.canvas);
    for (const dataset of this.#chart.data.datasets) dataset.borderColor = color;
    this.#line = borderTopColor;
    this.#text = outlineColor;
  }
}
