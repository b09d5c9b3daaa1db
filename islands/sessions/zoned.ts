/**
 * Days and round times in a time zone.
 *
 * @module
 */
import { zonedParts } from "../../components/format_time.ts";
import type { Span } from "./span.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Distances between ticks that people read easily, ms. */
const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7].map((days) => days * DAY_MS),
];

/** More do not fit side by side on a phone. */
const MAX_TICKS = 5;

export interface Tick {
  /** ms since the Unix epoch. */
  ms: number;
  text: string;
}

/** What a clock in the zone is ahead of UTC at a time, ms. */
export function zoneOffsetMs(ms: number, zone: string): number {
  const { year, month, day, hour, minute, second } = zonedParts(ms, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}

/**
 * When a day begins in a zone, ms since the Unix epoch.
 *
 * @param date for example "2026-11-28"
 * @param daysLater of a day so many days later
 */
export function dayStartMs(date: string, zone: string, daysLater = 0): number {
  const utcMs = Date.parse(`${date}T00:00:00Z`) + daysLater * DAY_MS;
  // The offset at midnight may differ from the one some hours off, but not from that of the first guess.
  const guessMs = utcMs - zoneOffsetMs(utcMs, zone);
  return utcMs - zoneOffsetMs(guessMs, zone);
}

/** At most five round times in a span, as the zone's clocks show them. */
export function ticksOf({ from, to }: Span, zone: string): Tick[] {
  const stepMs = STEPS_MS.find((ms) => (to - from) / ms <= MAX_TICKS) ??
    Math.ceil((to - from) / MAX_TICKS / DAY_MS) * DAY_MS;
  const offsetMs = zoneOffsetMs(from, zone);
  const ticks: Tick[] = [];
  for (
    let ms = Math.ceil((from + offsetMs) / stepMs) * stepMs - offsetMs;
    ms <= to && ticks.length < MAX_TICKS;
    ms += stepMs
  ) {
    ticks.push({ ms, text: tickText(ms, stepMs, zone) });
  }
  return ticks;
}

function tickText(ms: number, stepMs: number, zone: string): string {
  const { month, day, hour, minute, second } = zonedParts(ms, zone);
  if (stepMs >= DAY_MS) return `${day}/${month}`;
  const two = (n: number) => String(n).padStart(2, "0");
  const clock = `${two(hour)}:${two(minute)}`;
  return stepMs < MINUTE_MS ? `${clock}:${two(second)}` : clock;
}

/** Local time as a form's time input has it, to the second: "2026-11-28T14:03:21". */
export function toLocalText(ms: number, zone: string): string {
  return new Date(ms + zoneOffsetMs(ms, zone)).toISOString().slice(0, 19);
}

/** The opposite; NaN when it is no time. */
export function fromLocalText(text: string, zone: string): number {
  const utcMs = Date.parse(`${text}Z`);
  if (Number.isNaN(utcMs)) return NaN;
  return utcMs - zoneOffsetMs(utcMs - zoneOffsetMs(utcMs, zone), zone);
}
