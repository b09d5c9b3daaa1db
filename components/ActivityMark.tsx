import type { Activity } from "../log/records.ts";

/** Each activity has a shape of its own, so that colour is never the only sign. */
const SHAPES: Record<Activity, string> = {
  stationary: "M3 3h18v18H3z",
  walking: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z",
  running: "M12 2 23 21H1z",
  unknown: "M2 9h20v6H2z",
};

/** The mark of an activity; always beside its word. */
export function ActivityMark({ activity }: { activity: Activity }) {
  return (
    <svg class={`mark ${activity}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[activity]} />
    </svg>
  );
}
