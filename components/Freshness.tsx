import { type Signal, useComputed } from "@preact/signals";
import type { Card } from "../islands/live/card.ts";
import { formatAge } from "../islands/live/format.ts";
import { isSilent } from "../islands/live/model.ts";
import type { WindowSettings } from "../stream/settings.ts";
import { Icon } from "./Icon.tsx";

interface CardAndClock {
  card: Signal<Card>;
  nowMs: Signal<number>;
}

/** A phone whose results are further behind than this sends what it recorded earlier, ms. */
const LATE_MS = 60_000;

/** How old what is shown is: "2 s behind", "12 s ago", "ended". */
export function Freshness({ card, nowMs }: CardAndClock) {
  const text = useComputed(() => {
    const { ended, current, arrivedAtMs, behindMs } = card.value;
    if (ended) return "ended";
    if (isSilent(card.value, nowMs.value)) return `${formatAge(nowMs.value - arrivedAtMs)} ago`;
    if (!current) return "";
    return behindMs > LATE_MS ? `recorded ${formatAge(behindMs)} ago` : `${formatAge(behindMs)} behind`;
  });
  const { current } = card.value;
  if (!current) return <span class="freshness">{text}</span>;
  const utc = new Date(current.timestamp).toISOString();
  return <time class="freshness" dateTime={utc} title={`Newest result: ${utc}`}>{text}</time>;
}

/** What to do about a silent phone. */
export function SilenceNote({ card, nowMs }: CardAndClock) {
  const silence = useComputed(() =>
    isSilent(card.value, nowMs.value) ? formatAge(nowMs.value - card.value.arrivedAtMs) : null
  );
  if (silence.value === null) return null;
  return (
    <p class="note warn">
      <Icon name="warning" />
      <span>
        No readings for{" "}
        {silence}. The phone may be locked or out of reach: open its app, or switch on background recording.
      </span>
    </p>
  );
}

/** Whole seconds to a session's first window (its length and the wait for late readings); 0 when it is overdue. */
export function useFirstResultInS({ card, nowMs, window }: CardAndClock & { window: WindowSettings }) {
  return useComputed(() => {
    const dueMs = card.value.openedAtMs + window.windowMs + window.latenessMs;
    return Math.max(0, Math.ceil((dueMs - nowMs.value) / 1000));
  });
}
