import { ACTIVITIES } from "../log/records.ts";
import { describeStrip, STRIP_MS, stripPaths, type StripSegment } from "../islands/live/strip.ts";

interface StripProps {
  strip: readonly StripSegment[];
  /** Time at the right edge, ms since the Unix epoch. */
  endMs: number;
}

/** What unknown segments are filled with; once per page. */
export function StripPattern() {
  return (
    <svg class="hatch" aria-hidden="true">
      <pattern id="hatch" width="6" height="1" patternUnits="userSpaceOnUse">
        <line x1="1.5" x2="1.5" y2="1" />
      </pattern>
    </svg>
  );
}

/** The last ten minutes as a band: colour by activity, bare track where nothing was received. */
export function Strip({ strip, endMs }: StripProps) {
  const paths = stripPaths(strip, endMs);
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${STRIP_MS / 1000} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Last 10 minutes: ${describeStrip(strip, endMs) || "nothing yet"}`}
    >
      {ACTIVITIES.map((activity) =>
        paths[activity] && <path key={activity} class={activity} d={paths[activity]} />
      )}
    </svg>
  );
}
