/**
 * The magnitudes of a session. In a module of its own so that Chart.js is loaded when the page stands.
 *
 * @module
 */
import { LINE_CHART, NO_POINTS, TICK_FONT } from "../chart_options.ts";
import { Chart, Filler, LinearScale, LineController, LineElement, PointElement } from "chart.js";
import type { Series } from "../../web/services.ts";
import type { MagnitudeThresholds } from "../live/chart.ts";
import { thinned } from "./series.ts";
import type { Span } from "./span.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler);

/** Hard running has a mean of about 15 m/s²; a common range lets sessions be compared. */
const TOP_MS2 = 16;
const TOP_STEP_MS2 = 8;
/** Room for the highest figure of the scale, which stands over its line. */
const HEADROOM_MS2 = 1.2;
/** Instead of padding, which would take width from the time. */
const INDENT = "\u2009";
const THRESHOLD_DASH_PX = [2, 4];
/** Narrower ones are drawn together. */
const MIN_BUCKET_PX = 2;
/** Buckets further apart than this many times their length have a gap between them. */
const GAP_BUCKETS = 1.5;

const DARK = "(prefers-color-scheme: dark)";

interface Point {
  x: number;
  y: number | null;
}

/** A line of means over a band from least to greatest; the whole width is the time in view. */
export class SessionChart {
  readonly #chart: Chart<"line", Point[]>;
  /** Of the thresholds. */
  readonly #words: ReadonlyMap<number, string>;
  readonly #scheme = matchMedia(DARK);
  readonly #recolour = () => {
    this.#applyColours();
    this.#chart.update("none");
  };
  #drawn: Series | null = null;
  /** How many of its buckets are drawn as one. */
  #every = 1;

  constructor(canvas: HTMLCanvasElement, { walkingMs2, runningMs2 }: MagnitudeThresholds) {
    this.#words = new Map([[walkingMs2, "walking"], [runningMs2, "running"]]);
    const line = { data: [], ...NO_POINTS, spanGaps: false };
    this.#chart = new Chart(canvas, {
      type: "line",
      data: {
        datasets: [
          { ...line, borderWidth: 1.5 },
          { ...line, borderWidth: 0 },
          { ...line, borderWidth: 0, fill: "-1" },
        ],
      },
      options: {
        ...LINE_CHART,

        layout: { padding: 0, autoPadding: false },
        scales: {
          x: { type: "linear", display: false },
          y: {
            min: 0,
            max: TOP_MS2 + HEADROOM_MS2,
            // Only what the line is to be compared with: the thresholds, in words, and how high the scale goes.
            afterBuildTicks: (axis) =>
              axis.ticks = [walkingMs2, runningMs2, axis.max - HEADROOM_MS2].map((value) => ({ value })),
            border: {
              display: false,
              dash: ({ tick }) => this.#words.has(tick?.value) ? THRESHOLD_DASH_PX : [],
            },
            grid: { drawTicks: false },
            // On the chart, so that its whole width is time: what lies below it has the same scale.
            ticks: {
              autoSkip: false,
              mirror: true,
              padding: 0,
              labelOffset: -8,
              showLabelBackdrop: true,
              backdropPadding: 1,
              callback: (value) => `${INDENT}${this.#words.get(Number(value)) ?? ""} ${value} m/s²`,
              maxRotation: 0,
              font: TICK_FONT,
            },
          },
        },
      },
    });
    this.#applyColours();
    this.#scheme.addEventListener("change", this.#recolour);
  }

  /** Draws what is in view. */
  draw(series: Series, view: Span): void {
    const { x, y } = this.#chart.options.scales ?? {};
    const bucketPx = this.#chart.width * series.bucketMs / (view.to - view.from);
    // Powers of two, so that it changes seldom while one zooms.
    const every = 2 ** Math.max(0, Math.ceil(Math.log2(MIN_BUCKET_PX / bucketPx)));
    if (series !== this.#drawn || every !== this.#every) {
      const lines = linesOf(thinned(series, every));
      this.#chart.data.datasets.forEach((dataset, i) => dataset.data = lines[i]);
      this.#drawn = series;
      this.#every = every;
    }
    if (x) Object.assign(x, { min: view.from, max: view.to });
    if (y) y.max = topOf(series, view) + HEADROOM_MS2;
    this.#chart.update("none");
  }

  destroy(): void {
    this.#scheme.removeEventListener("change", this.#recolour);
    this.#chart.destroy();
  }

  /** A canvas knows nothing of style sheets; the tokens are read from its element. */
  #applyColours(): void {
    const { color, borderTopColor, outlineColor, backgroundColor, textDecorationColor } = getComputedStyle(
      this.#chart.canvas,
    );
    const { y } = this.#chart.options.scales ?? {};
    const [mean, , band] = this.#chart.data.datasets;
    mean.borderColor = color;
    band.backgroundColor = textDecorationColor;
    if (y?.grid) y.grid.color = ({ tick }) => this.#words.has(tick?.value) ? outlineColor : borderTopColor;
    if (y?.ticks) Object.assign(y.ticks, { color: outlineColor, backdropColor: backgroundColor });
  }
}

/** Means, least and greatest, interrupted where there are no results. */
function linesOf({ points, bucketMs }: Series): Point[][] {
  const lines: Point[][] = [[], [], []];
  let beforeMs = -Infinity;
  for (const [tMs, ...values] of points) {
    const isGap = tMs - beforeMs > GAP_BUCKETS * bucketMs && beforeMs > -Infinity;
    lines.forEach((line, i) => {
      if (isGap) line.push({ x: beforeMs + bucketMs / 2, y: null });
      line.push({ x: tMs, y: values[i] as number });
    });
    beforeMs = tMs;
  }
  return lines;
}

function topOf({ points }: Series, { from, to }: Span): number {
  let top = TOP_MS2;
  for (const [tMs, , , most] of points) if (tMs >= from && tMs <= to && most > top) top = most;
  return Math.ceil(top / TOP_STEP_MS2) * TOP_STEP_MS2;
}
