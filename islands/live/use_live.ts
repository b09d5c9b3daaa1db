import { effect, type ReadonlySignal, type Signal, signal, useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Announcer } from "./announce.ts";
import { type FeedHandlers, type FeedSource, followFeed } from "./feed.ts";
import { followLog, type LogNotice, LogWatch } from "./log_watch.ts";
import type { LiveModel } from "./model.ts";
import { serverClock } from "./server_clock.ts";

const TICK_MS = 1000;
const NEVER: ReadonlySignal<boolean> = signal(false);

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
 * @param isPaused while it is true the model stands still, and no stream is open
 */
export function useLive(
  model: LiveModel,
  position: string,
  feed: FeedSource,
  isPaused: ReadonlySignal<boolean> = NEVER,
): LiveState {
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
    const now = serverClock(model.nowMs.peek());
    const handlers: FeedHandlers = {
      onEvents: (events) => announcer.note(model.apply(events, now())),
      onSnapshot: (sessions, total) => model.reset(sessions, total, now()),
      onConnection: (since) => {
        const before = lostSinceMs.peek();
        if (before === null && since !== null) announcer.say("Connection lost, reconnecting");
        if (typeof before === "number" && since === null) announcer.say("Connected again");
        lostSinceMs.value = since === null ? null : now() - (Date.now() - since);
      },
    };
    let from: string | null = position;
    const stopFeed = effect(() => {
      if (isPaused.value) return;
      const stop = followFeed(from, feed, handlers);
      // What came during a pause is in a new snapshot.
      from = null;
      return stop;
    });
    const timer = setInterval(() => {
      if (isPaused.peek()) return;
      const nowMs = now();
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
