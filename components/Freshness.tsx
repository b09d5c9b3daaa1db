import { type Signal, useComputed } from "@preact/signals";
import type { Card } from "../islands/live/card.ts";
import { formatAge } from "../islands/live/format.ts";
import { firstResultMs, isSilent } from "../islands/live/model.ts";
import type { WindowSettings } from "../stream/settings.ts";
import { Icon } from "./Icon.tsx";

interface FreshnessProps {
  card: Signal<Card>;
  nowMs: Signal<number>;
  window: WindowSettings;
}

/** How old what is shown is: "2 s behind", "12 s ago", "ended". */
export function Freshness({ card, nowMs, window }: FreshnessProps) {
  const text = useComputed(() => {
    const { ended, current, arrivedAtMs, behindMs } = card.value;
    if (ended) return "ended";
    if (isSilent(card.value, nowMs.value, window)) return `${formatAge(nowMs.value - arrivedAtMs)} ago`;
    return current ? `${formatAge(behindMs)} behind` : "";
  });
  const { current } = card.value;
  if (!current) return <span class="freshness">{text}</span>;
  const utc = new Date(current.timestamp).toISOString();
  return <time class="freshness" dateTime={utc} title={`Newest result: ${utc}`}>{text}</time>;
}

/** What to do about a silent phone. */
export function SilenceNote({ card, nowMs, window }: FreshnessProps) {
  const silence = useComputed(() =>
    isSilent(card.value, nowMs.value, window) ? formatAge(nowMs.value - card.value.arrivedAtMs) : null
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

/** Whole seconds to a session's first result; 0 when it may come at any time, as it does when a phone uploads late. */
export function useFirstResultInS({ card, nowMs, window }: FreshnessProps) {
  return useComputed(() => {
    const { openedAtMs, behindMs } = card.value;
    const lengthMs = firstResultMs(window);
    if (behindMs > lengthMs) return 0;
    return Math.max(0, Math.ceil((openedAtMs + lengthMs - nowMs.value) / 1000));
  });
}
