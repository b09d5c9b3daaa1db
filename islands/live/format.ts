/**
 * Figures as people read them. A figure always carries its unit, with a no-break space between.
 *
 * @module
 */
import type { Activity } from "../../log/records.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** "4 s", "3 min", "2 h", "5 d": one unit, rounded down so that it never runs ahead. */
export function formatAge(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.floor(Math.max(ms, 0) / SECOND_MS)}\u00a0s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)}\u00a0min`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)}\u00a0h`;
  return `${Math.floor(ms / DAY_MS)}\u00a0d`;
}

/** "45 s", "3 min", "2 h": to the nearest unit, for what is that far from where it should be. */
export function formatOffset(ms: number): string {
  const unitMs = [DAY_MS, HOUR_MS, MINUTE_MS].find((unit) => ms >= unit) ?? SECOND_MS;
  return formatAge(Math.round(ms / unitMs) * unitMs);
}

/** "40 s" below a minute, whole minutes above: for totals, which are read together. */
export function formatMinutes(ms: number): string {
  return ms < MINUTE_MS ? `${Math.round(ms / SECOND_MS)}\u00a0s` : `${Math.round(ms / MINUTE_MS)}\u00a0min`;
}

/** A delay to 0.1 s below ten seconds: "2.6 s". */
export function formatLag(ms: number): string {
  return ms < 10_000 ? `${(Math.max(ms, 0) / SECOND_MS).toFixed(1)}\u00a0s` : formatAge(ms);
}

/** Readings a second of a window: "52", below ten "4.8". */
export function formatRate(readings: number, windowMs: number): string {
  const perS = readings * SECOND_MS / windowMs;
  return perS.toFixed(perS < 9.95 ? 1 : 0);
}

/** "now" up to a few seconds, as phones upload every second or two; then "8 s ago". */
export function formatAgo(ms: number): string {
  return ms < 3 * SECOND_MS ? "now" : `${formatAge(ms)} ago`;
}

/** 1240 as "1,240". */
export function formatCount(count: number): string {
  return count.toLocaleString("en");
}

/** "980 B", "2.1 kB", "3.4 MB": powers of 1000, as Kafka's and the server's limits are given. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes}\u00a0B`;
  // 999,950 and above would round to four digits.
  if (bytes < 999_950) return `${(bytes / 1000).toFixed(1)}\u00a0kB`;
  return `${(bytes / 1e6).toFixed(1)}\u00a0MB`;
}

/** "12.4" or "2.81" m/s²: always as wide, so that the unit neither moves nor stands off. */
export function formatMagnitude(magnitudeMs2: number): string {
  // 9.995 and above would round to four digits.
  return magnitudeMs2.toFixed(magnitudeMs2 < 9.995 ? 2 : 1);
}

/** 0.974 as "97 %"; never "100 %", which no classifier earns. */
export function formatConfidence(confidence: number): string {
  return `${Math.min(99, Math.round(confidence * 100))}\u00a0%`;
}

/**
 * Steps per minute.
 *
 * @param cadenceHz Step rate, Hz
 * @returns null unless the person walks or runs in a rhythm
 */
export function stepsPerMinute(activity: Activity, cadenceHz: number | null): number | null {
  const steps = activity === "walking" || activity === "running";
  return steps && cadenceHz !== null ? Math.round(cadenceHz * 60) : null;
}
