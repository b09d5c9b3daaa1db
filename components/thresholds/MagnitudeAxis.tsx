import { placeOf, TICKS_MS2, TOP_MS2 } from "../../islands/thresholds/scale.ts";

/** The marks of the axis of magnitudes. */
export function MagnitudeAxis() {
  return (
    <svg class="magnitude-axis" aria-hidden="true">
      {TICKS_MS2.map((ms2) => {
        const x = `${100 * placeOf(ms2)}%`;
        return (
          <g key={ms2}>
            <line x1={x} x2={x} y2="4" />
            <text x={x} y="17" text-anchor={ms2 === 0 ? "start" : ms2 === TOP_MS2 ? "end" : "middle"}>
              {ms2 === TOP_MS2 ? `${ms2} m/s²` : ms2}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
