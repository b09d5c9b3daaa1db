/**
 * The server's time in the browser: a viewer whose computer is minutes off would otherwise see every phone as late.
 *
 * @module
 */

/** Below this the difference may be the answer's way through the network, ms. */
const LEAST_OFFSET_MS = 2000;

/**
 * How far the server's clock is ahead of the browser's; 0 when they agree.
 *
 * @param serverMs when the server made the page, ms since the Unix epoch
 * @param receivedMs when the page began to arrive, by the browser's clock
 */
export function clockOffsetMs(serverMs: number, receivedMs: number): number {
  const offsetMs = serverMs - receivedMs;
  return Math.abs(offsetMs) < LEAST_OFFSET_MS ? 0 : offsetMs;
}

/** A clock that shows what the server's does. @param serverMs when the server made the page */
export function serverClock(serverMs: number): () => number {
  const [page] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const receivedMs = page === undefined ? Date.now() : performance.timeOrigin + page.responseStart;
  const offsetMs = clockOffsetMs(serverMs, receivedMs);
  return () => Date.now() + offsetMs;
}
