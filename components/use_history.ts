import { type Signal, useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Card } from "../islands/live/card.ts";
import type { HistoryLoader } from "../islands/live/history.ts";

/** Has a phone's history loaded while it is shown and misses it. */
export function useHistory(card: Signal<Card>, history: HistoryLoader): void {
  const isMissing = useComputed(() => !card.value.hasHistory).value;
  const { deviceId } = card.peek();
  useEffect(() => isMissing ? history.want(deviceId) : undefined, [isMissing, deviceId]);
}
