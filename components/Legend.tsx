import { ACTIVITIES, type Activity } from "../log/records.ts";
import { ActivityMark } from "./ActivityMark.tsx";

/** Which colour and shape is which activity, and with many phones how many are at it. */
export function Legend({ counts }: { counts?: Record<Activity, number> }) {
  return (
    <ul class="legend" aria-label="Activities">
      {ACTIVITIES.map((activity) => (
        <li key={activity}>
          <ActivityMark activity={activity} />
          {counts && <b>{counts[activity]}</b>}
          {activity}
        </li>
      ))}
    </ul>
  );
}
