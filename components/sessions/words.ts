/**
 * Sessions in words.
 *
 * @module
 */
import { ACTIVITIES, type Activity, type Label, LABEL_ACTIVITIES } from "../../log/records.ts";
import { formatTime } from "../format_time.ts";

/** "40 s", "12 min 5 s", "2 h 5 min": exact below an hour, as positions in a session need it. */
export function formatSpan(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}\u00a0s`;
  const minutes = Math.floor(seconds / 60), rest = seconds % 60;
  if (minutes < 60) return rest === 0 ? `${minutes}\u00a0min` : `${minutes}\u00a0min ${rest}\u00a0s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours}\u00a0h` : `${hours}\u00a0h ${minutes % 60}\u00a0min`;
}

/** "45 s", "32 min", "2 h 5 min": for totals, which are read together. */
export function formatTotal(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return formatSpan(ms < 60_000 ? ms : minutes * 60_000);
}

/** Time of each activity that has some, in words. */
export function totalsText(totals: Record<Activity, number>): string {
  return ACTIVITIES.filter((activity) => totals[activity] > 0)
    .map((activity) => `${activity}\u00a0${formatTotal(totals[activity])}`).join(", ");
}

/** What a session is called: its name, or when it began and on which device. */
export function titleOf(
  session: { name: string | null; startedAt: number | null },
  deviceName: string,
  zone: string,
  nowMs: number,
): string {
  if (session.name !== null) return session.name;
  if (session.startedAt === null) return deviceName;
  return `${formatTime(session.startedAt, { zone, nowMs, precision: "minute" })} · ${deviceName}`;
}

/** "labelled walking, running"; "" without labels. */
export function labelsText(labels: readonly Pick<Label, "activity">[]): string {
  const found = LABEL_ACTIVITIES.filter((activity) => labels.some((label) => label.activity === activity));
  return found.length === 0 ? "" : `labelled ${found.join(", ")}`;
}
