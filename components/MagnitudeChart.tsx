import { useEffect, useRef } from "preact/hooks";
import type { LinePoint } from "../islands/live/card.ts";
import type { MagnitudeLine, MagnitudeThresholds } from "../islands/live/chart.ts";

interface MagnitudeChartProps {
  line: readonly LinePoint[];
  /** Time at the right edge, ms since the Unix epoch. */
  endMs: number;
  thresholds: MagnitudeThresholds;
}

/** The last minute of mean magnitudes. Drawn only while on screen; Chart.js is loaded when the first one is. */
export function MagnitudeChart({ line, endMs, thresholds }: MagnitudeChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<MagnitudeLine | null>(null);
  const visible = useRef(false);
  const newest = useRef({ line, endMs });
  newest.current = { line, endMs };

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let gone = false;
    const observer = new IntersectionObserver(async ([entry]) => {
      visible.current = entry.isIntersecting;
      if (!entry.isIntersecting) return;
      const { MagnitudeLine } = await import("../islands/live/chart.ts");
      if (gone) return;
      chart.current ??= new MagnitudeLine(element, thresholds);
      chart.current.draw(newest.current.line, newest.current.endMs);
    });
    observer.observe(element);
    return () => {
      gone = true;
      observer.disconnect();
      chart.current?.destroy();
    };
  }, []);

  useEffect(() => {
    if (visible.current) chart.current?.draw(line, endMs);
  }, [line, endMs]);

  return (
    <div class="chart">
      <canvas ref={canvas} role="img" aria-label={describeLine(line)} />
    </div>
  );
}

function describeLine(line: readonly LinePoint[]): string {
  if (line.length === 0) return "Magnitude, last 60 seconds: nothing yet";
  const values = line.map(([, magnitude]) => magnitude);
  const text = (value: number) => value.toFixed(1);
  return `Magnitude, last 60 seconds: from ${text(Math.min(...values))} to ${
    text(Math.max(...values))
  } m/s², ` +
    `now ${text(values[values.length - 1])} m/s²`;
}
