import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { Playhead } from "../islands/device_live/playhead.ts";
import { followRaw } from "../islands/device_live/raw_stream.ts";
import {
  AXES,
  describeFigures,
  formatAxis,
  TraceBuffer,
  type TraceFigures,
} from "../islands/device_live/trace_buffer.ts";
import type { TraceChart } from "../islands/device_live/trace_chart.ts";

/** Results that come while no readings do for this long mean that the readings go to another process, ms. */
const ELSEWHERE_AFTER_MS = 5000;

interface RawTraceProps {
  deviceId: string;
  /** When the phone's newest result arrived, ms; null when there is none. */
  resultAtMs: ReadonlySignal<number | null>;
  /** Moves every second. */
  nowMs: ReadonlySignal<number>;
  isPaused: ReadonlySignal<boolean>;
}

/** The phone's three axes as they come in. */
export function RawTrace({ deviceId, resultAtMs, nowMs, isPaused }: RawTraceProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const trace = useTrace(deviceId, canvas, isPaused);
  const figures = useComputed(() => {
    nowMs.value;
    return trace.figures();
  });
  const news = useComputed(() =>
    isPaused.value ? "Paused." : describeState(
      {
        openedAtMs: trace.openedAtMs.value,
        heardAtMs: trace.heardAtMs.value,
        resultAtMs: resultAtMs.value,
        every: trace.every.value,
      },
      Math.max(nowMs.value, trace.heardAtMs.value ?? 0),
    )
  );
  return (
    <section class="panel raw" aria-labelledby="raw-title">
      <h2 id="raw-title">Acceleration as it comes in</h2>
      <div class="trace">
        <canvas ref={canvas} role="img" aria-label={`Last 10 seconds: ${describeFigures(figures.value)}`} />
      </div>
      <p class="hint">x, y and z, last 10 s, in the unit the phone sends.</p>
      <details class="figures-of-axes">
        <summary>As a table</summary>
        <AxisTable figures={figures} />
      </details>
      <p class="hint raw-news" role="status">{news}</p>
    </section>
  );
}

function AxisTable({ figures }: { figures: ReadonlySignal<TraceFigures | null> }) {
  const { axes, ratePerS } = figures.value ?? { axes: [], ratePerS: 0 };
  return (
    <>
      <table class="table">
        <caption class="sr-only">Acceleration in the last 10 seconds, in the unit the phone sends</caption>
        <thead>
          <tr>
            <th scope="col">axis</th>
            {["now", "mean", "least", "most"].map((name) => (
              <th key={name} scope="col" class="number">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {AXES.map((axis, i) => {
            const { now, mean, min, max } = axes[i] ?? {};
            return (
              <tr key={axis}>
                <th scope="row">{axis}</th>
                {[now, mean, min, max].map((value, column) => (
                  <td key={column} class="number">{value === undefined ? "–" : formatAxis(value)}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="hint">{ratePerS.toFixed(0)} readings/s arrive here</p>
    </>
  );
}

/** What the trace is drawn from, and its drawing: once a frame while it moves. */
function useTrace(
  deviceId: string,
  canvas: { current: HTMLCanvasElement | null },
  isPaused: ReadonlySignal<boolean>,
) {
  const [buffer] = useState(() => new TraceBuffer());
  const [playhead] = useState(() => new Playhead());
  const openedAtMs = useSignal<number | null>(null);
  const heardAtMs = useSignal<number | null>(null);
  const every = useSignal(1);
  const edge = useRef(0);
  const paused = isPaused.value;

  useEffect(() => {
    if (paused) return;
    const reduced = matchMedia("(prefers-reduced-motion: reduce)");
    let chart: TraceChart | undefined;
    let frame = 0, gone = false;
    const draw = () => {
      const nowMs = performance.timeOrigin + performance.now();
      // With reduced motion the trace does not glide: it is drawn as readings come, up to the newest.
      edge.current = (reduced.matches ? playhead.newestMs : playhead.edgeMs(nowMs)) ?? 0;
      chart?.draw(buffer.lines(edge.current));
    };
    const glide = () => {
      draw();
      frame = requestAnimationFrame(glide);
    };
    const stopStream = followRaw(deviceId, {
      onReadings: (readings) => {
        const nowMs = performance.timeOrigin + performance.now();
        const newestMs = buffer.add(readings);
        if (newestMs === null) return;
        playhead.arrive(newestMs, nowMs);
        heardAtMs.value = nowMs;
        every.value = readings.every;
        if (reduced.matches) draw();
      },
      onConnection: (isOpen) => openedAtMs.value = isOpen ? Date.now() : null,
    });
    import("../islands/device_live/trace_chart.ts").then(({ TraceChart }) => {
      if (gone || !canvas.current) return;
      chart = new TraceChart(canvas.current);
      if (reduced.matches) draw();
      else glide();
    });
    return () => {
      gone = true;
      stopStream();
      cancelAnimationFrame(frame);
      chart?.destroy();
    };
  }, [deviceId, paused]);

  return { openedAtMs, heardAtMs, every, figures: () => buffer.figures(edge.current) };
}

/** What the words are made of; times ms since the Unix epoch. */
export interface TraceState {
  /** Since when readings would arrive, ms; null while there is no connection. */
  openedAtMs: number | null;
  heardAtMs: number | null;
  resultAtMs: number | null;
  every: number;
}

/** What there is to say of the trace; "" while it runs. */
export function describeState(
  { openedAtMs, heardAtMs, resultAtMs, every }: TraceState,
  nowMs: number,
): string {
  if (openedAtMs === null) return "Connecting to the phone's readings…";
  const quietSinceMs = Math.max(openedAtMs, heardAtMs ?? 0);
  if (nowMs - quietSinceMs < ELSEWHERE_AFTER_MS) {
    if (heardAtMs === null) return "Waiting for the phone's next readings…";
    return every > 1 ? `The phone sends more than can be drawn: one reading in ${every} is shown.` : "";
  }
  const hasResults = resultAtMs !== null && nowMs - resultAtMs < ELSEWHERE_AFTER_MS;
  return hasResults
    ? "Results come, but no readings: the phone sends them to another process of this server. Only the process that takes " +
      "a phone's readings can show them."
    : "No readings come in.";
}
