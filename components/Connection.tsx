import { type ReadonlySignal, useComputed } from "@preact/signals";
import { formatAge } from "../islands/live/format.ts";

/** A reconnect takes a moment; only after this is it worth a warning, ms. */
const STALE_AFTER_MS = 3000;
/** After this the server is most likely not running, ms. */
const OFFLINE_AFTER_MS = 30_000;

interface ConnectionProps {
  /** Since when the live stream is lost, ms; null while it runs, undefined before the first connection. */
  lostSinceMs: ReadonlySignal<number | null | undefined>;
  nowMs: ReadonlySignal<number>;
}

/** Whether what is shown is up to date, and what to do if not. */
export function Connection({ lostSinceMs, nowMs }: ConnectionProps) {
  const state = useComputed(() => describeConnection(lostSinceMs.value, nowMs.value));
  return <span class={`connection ${state.value.kind}`}>{state.value.text}</span>;
}

/** The connection in words. */
export function describeConnection(lostSinceMs: number | null | undefined, nowMs: number) {
  if (lostSinceMs === undefined) return { kind: "waiting", text: "connecting" };
  if (lostSinceMs === null) return { kind: "live", text: "live" };
  const lostMs = nowMs - lostSinceMs;
  if (lostMs < STALE_AFTER_MS) return { kind: "waiting", text: "reconnecting" };
  if (lostMs < OFFLINE_AFTER_MS) {
    return { kind: "stale", text: `reconnecting, stale for ${formatAge(lostMs)}` };
  }
  return { kind: "stale", text: `offline for ${formatAge(lostMs)}: is the server running?` };
}
