import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { formatTime, type TimeFormat } from "./format_time.ts";

/** The reader's time zone: on the server what the page's request told, UTC when it told nothing. */
export const Zone = createContext(
  typeof document === "undefined" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone,
);

interface TimeProps {
  /** ms since the Unix epoch. */
  ms: number;
  precision?: TimeFormat["precision"];
}

/** A point in time in the reader's zone, with the exact UTC on hover. */
export function Time({ ms, precision }: TimeProps) {
  const utc = new Date(ms).toISOString();
  return (
    <time dateTime={utc} title={utc}>
      {formatTime(ms, { zone: useContext(Zone), nowMs: Date.now(), precision })}
    </time>
  );
}
