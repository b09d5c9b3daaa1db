/**
 * A phone's readings in the browser, while someone looks at them.
 *
 * @module
 */
import type { RawReadings } from "../../web/schemas/raw.ts";

/** EventSource gives up on an error status (too many look, the server restarts); then we try again this often, ms. */
const RETRY_MS = 5000;

export interface RawHandlers {
  onReadings(readings: RawReadings): void;
  /** Whether readings would arrive now. */
  onConnection(isOpen: boolean): void;
}

/**
 * Follows a device's readings until stopped, while the page is visible.
 *
 * @returns Stops it
 */
export function followRaw(deviceId: string, { onReadings, onConnection }: RawHandlers): () => void {
  let source: EventSource | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    clearTimeout(retryTimer);
    source?.close();
    source = undefined;
    onConnection(false);
  };
  const connect = () => {
    const opened = source = new EventSource(`/api/live/raw?deviceId=${encodeURIComponent(deviceId)}`);
    opened.addEventListener("open", () => onConnection(true));
    opened.addEventListener("readings", ({ data }: MessageEvent<string>) => onReadings(JSON.parse(data)));
    opened.addEventListener("error", () => {
      onConnection(false);
      if (opened.readyState === EventSource.CLOSED) retryTimer = setTimeout(connect, RETRY_MS);
    });
  };
  const onVisibility = () => {
    close();
    if (!document.hidden) connect();
  };
  onVisibility();
  document.addEventListener("visibilitychange", onVisibility);
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    close();
  };
}
