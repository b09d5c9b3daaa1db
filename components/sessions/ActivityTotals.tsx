import { ACTIVITIES, type Activity } from "../../log/records.ts";
import { ActivityMark } from "../ActivityMark.tsx";
import { formatTotal } from "./words.ts";

/** Time of each activity that has some. */
export function ActivityTotals({ totals }: { totals: Record<Activity, number> }) {
  return (
    <ul class="totals" aria-label="Time of each activity">
      {ACTIVITIES.filter((activity) => totals[activity] > 0).map((activity) => (
        <li key={activity}>
          <ActivityMark activity={activity} />
          {activity} <b>{formatTotal(totals[activity])}</b>
        </li>
      ))}
    </ul>
  );
}
