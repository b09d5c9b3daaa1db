/**
 * Points in time as people read them.
 *
 * @module
 */

/** How a time is written. */
export interface TimeFormat {
  /** IANA name, for example "Europe/Berlin". */
  zone: string;
  /** What today is, ms since the Unix epoch: the date is left out when it is the same. */
  nowMs: number;
  /** Default: "second". */
  precision?: "second" | "minute";
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const formatters = new Map<string, Intl.DateTimeFormat>();
/** Zones are few, but the name comes with a cookie: past this the cache starts anew. */
const MAX_FORMATTERS = 500;

/**
 * For example "14:03:21", "27 Nov 14:03:21" when that is not today, with the year when it is not this one; "UTC" is added
 * where the zone is UTC, because it is hardly ever the reader's own.
 *
 * @param ms ms since the Unix epoch
 *
 * ```ts
 * import { formatTime } from "./format_time.ts";
 * const nowMs = Date.UTC(2026, 10, 28, 15);
 * console.log(formatTime(Date.UTC(2026, 10, 27, 13, 3, 21), { zone: "Europe/Berlin", nowMs })); // 27 Nov 14:03:21
 * ```
 */
export function formatTime(ms: number, { zone, nowMs, precision = "second" }: TimeFormat): string {
  const at = zonedParts(ms, zone), now = zonedParts(nowMs, zone);
  const figures = precision === "second" ? [at.hour, at.minute, at.second] : [at.hour, at.minute];
  const clock = figures.map((figure) => String(figure).padStart(2, "0")).join(":");
  const suffix = zone === "UTC" ? " UTC" : "";
  const day = `${at.day} ${MONTHS[at.month - 1]}`;
  if (at.year !== now.year) return `${day} ${at.year} ${clock}${suffix}`;
  if (at.month !== now.month || at.day !== now.day) return `${day} ${clock}${suffix}`;
  return clock + suffix;
}

/** For example "32 min", "2 h 5 min", "45 s". @param ms a duration, ms */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60), rest = minutes % 60;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** Whether a text is a time zone that can be formatted in. */
export function isTimeZone(zone: string): boolean {
  try {
    zonedParts(0, zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The figures of a calendar and a clock in a zone; `month` from 1. @throws RangeError when there is no such zone */
export function zonedParts(
  ms: number,
  zone: string,
): Record<"year" | "month" | "day" | "hour" | "minute" | "second", number> {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      hourCycle: "h23",
    });
    if (formatters.size >= MAX_FORMATTERS) formatters.clear();
    formatters.set(zone, formatter);
  }
  const parts = formatter.formatToParts(ms).map(({ type, value }) => [type, Number(value)]);
  return Object.fromEntries(parts);
}
