import { type ReadonlySignal, useComputed } from "@preact/signals";
import type { Card } from "../islands/live/card.ts";
import { formatAge, formatOffset } from "../islands/live/format.ts";
import { firstResultMs, isSilent, strayMs } from "../islands/live/model.ts";
import type { WindowSettings } from "../stream/settings.ts";
import { Icon } from "./Icon.tsx";

interface FreshnessProps {
  card: ReadonlySignal<Card>;
  nowMs: ReadonlySignal<number>;
  window: WindowSettings;
}

/** How old what is shown is: "2 s behind", "3 min ahead", "silent 12 s", "ended". */
export function Freshness({ card, nowMs, window }: FreshnessProps) {
  const text = useComputed(() => {
    const { ended, current, arrivedAtMs, behindMs } = card.value;
    if (ended) return "ended";
    if (isSilent(card.value, nowMs.value, window)) return `silent ${formatAge(nowMs.value - arrivedAtMs)}`;
    const stray = strayMs(card.value, window);
    if (stray !== null) return stray > 0 ? `${formatOffset(stray)} behind` : `${formatOffset(-stray)} ahead`;
    return current ? `${formatAge(behindMs)} behind` : "";
  });
  const kind = useComputed(() => {
    if (isSilent(card.value, nowMs.value, window)) return "freshness silent";
    return strayMs(card.value, window) === null ? "freshness" : "freshness stray";
  });
  const { current } = card.value;
  if (!current) return <span class={kind}>{text}</span>;
  const utc = new Date(current.timestamp).toISOString();
  return <time class={kind} dateTime={utc} title={`Newest result: ${utc}`}>{text}</time>;
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
        If it does send, its clock may have been set back: results of an app that does not number its messages
        go on when it is past where it was.
      </span>
    </p>
  );
}

/** Why results are not of now, and what to do. */
export function StrayNote({ card, nowMs, window }: FreshnessProps) {
  const stray = useComputed(() =>
    isSilent(card.value, nowMs.value, window) ? null : strayMs(card.value, window)
  );
  if (stray.value === null) return null;
  return (
    <p class="note warn">
      <Icon name="warning" />
      <span>
        {stray.value > 0
          ? `Results are ${
            formatOffset(stray.value)
          } behind the clock: the phone's clock is behind, or it sends late.`
          : `Results are ${formatOffset(-stray.value)} ahead of the clock: the phone's clock is wrong. ` +
            "Switch on its automatic date and time."}
      </span>
    </p>
  );
}

/**
 * What to expect of a session without a result.
 *
 * @param first What the first result is called where there is little room
 */
export function useWaitingWords(
  { card, nowMs, window }: FreshnessProps,
  first: string,
): ReadonlySignal<string> {
  return useComputed(() => {
    const { ended, openedAtMs, behindMs } = card.value;
    if (ended) return "no result";
    if (isSilent(card.value, nowMs.value, window)) return "no result yet";
    const lengthMs = firstResultMs(window);
    const seconds = Math.ceil((openedAtMs + lengthMs - nowMs.value) / 1000);
    // A phone that uploads late sends a window's readings faster than they were made.
    return behindMs > lengthMs || seconds <= 0 ? `${first} soon` : `${first} within ${seconds} s`;
  });
}
