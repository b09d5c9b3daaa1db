import { ACTIVITIES } from "../../log/records.ts";
import { stripPaths } from "../../islands/sessions/series.ts";
import type { Run } from "../../islands/sessions/series.ts";
import type { StripPiece } from "../../web/services.ts";
import { totalsText } from "./words.ts";

interface SessionStripProps {
  /** In order of time. */
  pieces: readonly StripPiece[];
  /** What it is a strip of; default "Session". */
  name?: string;
}

/** A session in short as a band: colour by activity, bare track where nothing was received. */
export function SessionStrip({ pieces, name = "Session" }: SessionStripProps) {
  const runs: Run[] = [];
  const totals = { stationary: 0, walking: 0, running: 0, unknown: 0 };
  let atMs = 0;
  for (const [activity, ms] of pieces) {
    runs.push({ activity, from: atMs, to: atMs += ms });
    if (activity !== "gap") totals[activity] += ms;
  }
  const paths = atMs > 0 ? stripPaths(runs, { from: 0, to: atMs }) : {};
  return (
    <svg
      class="strip"
      viewBox="0 0 1000 1"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${name}: ${totalsText(totals) || "nothing yet"}`}
    >
      {ACTIVITIES.map((activity) =>
        paths[activity] && <path key={activity} class={activity} d={paths[activity]} />
      )}
    </svg>
  );
}
