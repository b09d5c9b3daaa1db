/**
 * The reader's time zone: the browser tells it in a cookie, so that the server can write times as the reader's clock shows them.
 *
 * @module
 */
import { isTimeZone } from "../components/format_time.ts";

const COOKIE = "tz";
const YEAR_S = 31_536_000;
/** Longer than any name in the database. */
const MAX_NAME = 64;

/** In the browser: keeps the zone for the next page. */
export function rememberZone(): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  document.cookie = `${COOKIE}=${encodeURIComponent(timeZone)};path=/;max-age=${YEAR_S};samesite=lax`;
}

/**
 * On the server: the zone that the request tells.
 *
 * @param cookies The Cookie header
 * @returns IANA name; UTC when it tells none or one that is not known
 */
export function zoneOf(cookies: string | null): string {
  const found = cookies?.split(/; ?/).find((cookie) => cookie.startsWith(`${COOKIE}=`));
  if (found === undefined || found.length > MAX_NAME + COOKIE.length + 1) return "UTC";
  const name = decode(found.slice(COOKIE.length + 1));
  return name !== null && isTimeZone(name) ? name : "UTC";
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}
