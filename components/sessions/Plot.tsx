import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { ACTIVITIES } from "../../log/records.ts";
import type { SessionChart } from "../../islands/sessions/chart.ts";
import { pressOnChart, useGestures } from "../../islands/sessions/gestures.ts";
import type { SessionModel } from "../../islands/sessions/model.ts";
import { cut, stripPaths } from "../../islands/sessions/series.ts";
import { fractionOf, spanOf } from "../../islands/sessions/span.ts";
import { ticksOf } from "../../islands/sessions/zoned.ts";
import type { MagnitudeThresholds } from "../../islands/live/chart.ts";
import { Zone } from "../Time.tsx";
import { useSummary } from "./summary.ts";

interface PlotProps {
  model: SessionModel;
  thresholds: MagnitudeThresholds;
  /** Rows below the strip, on the same scale of time. */
  children?: ComponentChildren;
}

/** The magnitudes in view, the strip under them, and whatever else goes by the same time. */
export function Plot({ model, thresholds, children }: PlotProps) {
  return (
    <div class="plot">
      <Magnitudes model={model} thresholds={thresholds} />
      <ViewStrip model={model} />
      {children}
      <Marks model={model} />
      <Axis model={model} />
    </div>
  );
}

function Magnitudes({ model, thresholds }: PlotProps) {
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<SessionChart | null>(null);
  const frame = useRef(0);
  useGestures(holder, model);
  const draw = () => {
    const series = model.series.peek();
    if (series) chart.current?.draw(series, model.view.peek());
  };
  useEffect(() => {
    let gone = false;
    import("../../islands/sessions/chart.ts").then(({ SessionChart }) => {
      if (gone || !canvas.current) return;
      chart.current = new SessionChart(canvas.current, thresholds);
      draw();
    });
    return () => {
      gone = true;
      cancelAnimationFrame(frame.current);
      chart.current?.destroy();
    };
  }, []);
  useSignalEffect(() => {
    model.series.value;
    model.view.value;
    // Fingers and wheels move more often than the screen is drawn.
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(draw);
  });
  return (
    <div
      ref={holder}
      class="plot-chart"
      tabIndex={0}
      role="group"
      aria-label="Chart: arrow keys move it, plus and minus zoom"
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !pressOnChart(event.key, model)) return;
        event.preventDefault();
      }}
    >
      <canvas ref={canvas} role="img" aria-label={`Magnitude. ${useSummary(model)}`} />
    </div>
  );
}

function ViewStrip({ model }: { model: SessionModel }) {
  const paths = stripPaths(model.runs.value, model.view.value);
  return (
    <svg class="strip" viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true">
      {ACTIVITIES.map((activity) =>
        paths[activity] && <path key={activity} class={activity} d={paths[activity]} />
      )}
    </svg>
  );
}

/** Over all rows: gaps, what is selected, and where the replay stands. */
function Marks({ model }: { model: SessionModel }) {
  const view = model.view.value;
  const gaps = cut(model.runs.value.filter(({ activity }) => activity === "gap"), view);
  const selection = model.selection.value && cut([spanOf(model.selection.value)], view)[0];
  const x = (ms: number) => `${(fractionOf(ms, view) * 100).toFixed(3)}%`;
  const width = (from: number, to: number) => `${((to - from) / (view.to - view.from) * 100).toFixed(3)}%`;
  return (
    <svg class="plot-marks" aria-hidden="true">
      <pattern id="gap" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line x1="4" x2="4" y2="8" />
      </pattern>
      {gaps.map(({ from, to }) => (
        <rect key={from} class="gap" x={x(from)} width={width(from, to)} height="100%" />
      ))}
      {selection && (
        <rect
          class="selected"
          x={x(selection.from)}
          width={width(selection.from, selection.to)}
          height="100%"
        />
      )}
      <Cursor model={model} />
    </svg>
  );
}

function Cursor({ model }: { model: SessionModel }) {
  const fraction = fractionOf(model.hoverMs.value ?? model.atMs.value, model.view.value);
  if (fraction < 0 || fraction > 1) return null;
  const x = `${(fraction * 100).toFixed(3)}%`;
  return <line class="cursor" x1={x} x2={x} y2="100%" />;
}

function Axis({ model }: { model: SessionModel }) {
  const zone = useContext(Zone);
  const view = model.view.value;
  return (
    <svg class="plot-axis" aria-hidden="true">
      {ticksOf(view, zone).map(({ ms, text }) => {
        const fraction = fractionOf(ms, view);
        const x = `${(fraction * 100).toFixed(3)}%`;
        // At the edges there is no room on both sides.
        const anchor = fraction < 0.06 ? "start" : fraction > 0.94 ? "end" : "middle";
        return (
          <g key={ms}>
            <line x1={x} x2={x} y2="4" />
            <text x={x} y="17" text-anchor={anchor}>{text}</text>
          </g>
        );
      })}
    </svg>
  );
}
