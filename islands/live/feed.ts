/**
 * The live stream in the browser.
 *
 * @module
 */
import type { ActivityRecord } from "../../log/records.ts";
import type { LiveSession } from "../../web/services.ts";
import type { LiveSessionEvent } from "../../web/live_channels.ts";

/** The page is drawn at most this often, ms: faster than anyone reads, a tenth of the work with many phones. */
const FLUSH_MS = 250;
/** EventSource gives up on an error status (server restarting behind a port); then we try again this often, ms. */
const RETRY_MS = 3000;

/** Where the stream and its snapshot are. */
export interface FeedSource {
  /** Only this device; all without. */
  deviceId?: string;
  /** How far back the snapshot's windows reach, ms. */
  recentMs: number;
  /** Phones in the snapshot. */
  limit: number;
}

export interface FeedHandlers {
  /** What arrived since the last call, oldest first. */
  onEvents(events: (ActivityRecord[] | LiveSessionEvent[])[]): void;
  /** Everything anew, after the stream could not be resumed. */
  onSnapshot(sessions: LiveSession[], total: number): void;
  /** null when connected, else since when not, ms. */
  onConnection(lostSinceMs: number | null): void;
}

/**
 * Follows the live stream until stopped.
 *
 * @param position where the page's snapshot ends; "" when that is not known, null when there is none: it is loaded first
 * @returns Stops it
 */
export function followFeed(
  position: string | null,
  feed: FeedSource,
  { onEvents, onSnapshot, onConnection }: FeedHandlers,
): () => void {
  const device = feed.deviceId === undefined ? "" : `&deviceId=${encodeURIComponent(feed.deviceId)}`;
  const streamUrl = `/api/live?batchMs=${FLUSH_MS}${device}`;
  const snapshotUrl = `/api/sessions?live=true&recentMs=${feed.recentMs}&limit=${feed.limit}${device}`;
  let source: EventSource;
  let pending: (ActivityRecord[] | LiveSessionEvent[])[] = [];
  let flushTimer: ReturnType<typeof setTimeout> | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let lostSinceMs: number | null = null;
  let loading = false;
  let stopped = false;

  const flush = () => {
    flushTimer = undefined;
    if (loading || pending.length === 0) return;
    const events = pending;
    pending = [];
    onEvents(events);
  };
  const collect = ({ data }: MessageEvent<string>) => {
    pending.push(JSON.parse(data));
    flushTimer ??= setTimeout(flush, FLUSH_MS);
  };
  const lost = () => {
    lostSinceMs ??= Date.now();
    onConnection(lostSinceMs);
  };
  const reload = async () => {
    loading = true;
    const snapshot = await loadSnapshot(snapshotUrl).finally(() => loading = false);
    if (snapshot) {
      onSnapshot(snapshot.items, snapshot.total);
      flush();
    } else {
      lost();
      source.close();
      retryLater();
    }
  };
  const retryLater = () => {
    if (!stopped) retryTimer = setTimeout(() => connect({ anew: true }), RETRY_MS);
  };
  const connect = ({ anew }: { anew: boolean }) => {
    // Right after the page's own snapshot: what came while it was on its way would be missing.
    source = new EventSource(anew || position === "" ? streamUrl : `${streamUrl}&lastEventId=${position}`);
    source.addEventListener("open", () => {
      lostSinceMs = null;
      onConnection(null);
      if (anew) reload();
      anew = false;
    });
    source.addEventListener("error", () => {
      lost();
      if (source.readyState === EventSource.CLOSED) retryLater();
    });
    source.addEventListener("activity", collect);
    source.addEventListener("session", collect);
    source.addEventListener("reset", reload);
  };

  connect({ anew: position === null });
  return () => {
    stopped = true;
    source.close();
    clearTimeout(flushTimer);
    clearTimeout(retryTimer);
  };
}

/** null when the server does not answer, which the lost connection tells the person. */
async function loadSnapshot(url: string): Promise<{ items: LiveSession[]; total: number } | null> {
  const response = await fetch(url, { headers: { accept: "application/json" } }).catch(() => null);
  return response?.ok ? await response.json() : null;
}
