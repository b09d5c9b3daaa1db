import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Announcer } from "./announce.ts";
import { type FeedSource, followFeed } from "./feed.ts";
import { followLog, type LogNotice, LogWatch } from "./log_watch.ts";
import type { LiveModel } from "./model.ts";

const TICK_MS = 1000;

/** What a page tells beside its phones. */
export interface LiveState {
  /** Since when the live stream is lost, ms; null while it runs, undefined before the first connection. */
  lostSinceMs: Signal<number | null | undefined>;
  logNotice: Signal<LogNotice | null>;
  /** What a screen reader is told. */
  announcement: Signal<string>;
  announcer: Announcer;
}

/**
 * Keeps a model up to date while the component is mounted.
 *
 * @param position where the model's snapshot ends
 */
export function useLive(model: LiveModel, position: string, feed: FeedSource): LiveState {
  const lostSinceMs = useSignal<number | null | undefined>(undefined);
  const logNotice = useSignal<LogNotice | null>(null);
  const announcement = useSignal("");
  const [announcer] = useState(() => new Announcer());

  useEffect(() => {
    const watch = new LogWatch();
    const stopLog = followLog((health) => {
      const { notice, news } = watch.update(health);
      logNotice.value = notice;
      if (news !== null) announcer.say(news);
    });
    const stopFeed = followFeed(position, feed, {
      onEvents: (events) => announcer.note(model.apply(events, Date.now())),
      onSnapshot: (sessions, total) => model.reset(sessions, total, Date.now()),
      onConnection: (since) => {
        const before = lostSinceMs.peek();
        if (before === null && since !== null) announcer.say("Connection lost, reconnecting");
        if (typeof before === "number" && since === null) announcer.say("Connected again");
        lostSinceMs.value = since;
      },
    });
    const timer = setInterval(() => {
      const nowMs = Date.now();
      model.tick(nowMs);
      announcement.value = announcer.next(nowMs) ?? announcement.value;
    }, TICK_MS);
    return () => {
      stopFeed();
      stopLog();
      clearInterval(timer);
    };
  }, []);
  return { lostSinceMs, logNotice, announcement, announcer };
}
