/**
 * Whether what is being paired has begun to send, as the Devices page learns it from a device's health.
 *
 * @module
 */
import type { DeviceItem, DevicePage } from "../../web/devices.ts";
import type { Refusal, Stranger } from "../../web/services.ts";

/** Phones send every second or two: one that was silent for longer was not sending, ms. */
const SENDING_MS = 10_000;

/** What was so when pairing began. */
export interface Baseline {
  /** The server's clock, ms since the Unix epoch. */
  atMs: number;
  hadKey: boolean;
  wasSending: boolean;
  /** The newest session then. */
  sessionId: string | null;
}

/** What has come since. */
export type Arrival =
  | { kind: "nothing" }
  /** It sends as it did before, with the key it had. */
  | { kind: "asBefore" }
  /** It was given a key and has sent nothing yet. */
  | { kind: "hasKey" }
  | { kind: "refused"; refusal: Refusal }
  /** `readingsPerS` is null in the first seconds. */
  | { kind: "arriving"; readingsPerS: number | null };

/** @param page of the device alone, as it was when pairing began */
export function baselineOf({ items: [item], atMs }: DevicePage): Baseline {
  return {
    atMs,
    hadKey: item?.hasKey ?? false,
    wasSending: isSince(item, atMs - SENDING_MS),
    sessionId: item?.session?.sessionId ?? null,
  };
}

/** @param page of the device alone, as it is now */
export function arrivalOf({ items: [item] }: DevicePage, baseline: Baseline): Arrival {
  const { atMs, hadKey, wasSending, sessionId } = baseline;
  const refusal = item?.health?.refused ?? null;
  const lastSeenMs = item?.health?.lastSeenAt ?? 0;
  if (refusal !== null && refusal.at >= atMs && refusal.at > lastSeenMs) return { kind: "refused", refusal };
  if (isSince(item, atMs)) {
    // A phone that sent before is known to be paired anew by its new session.
    if (wasSending && item?.session?.sessionId === sessionId) return { kind: "asBefore" };
    return { kind: "arriving", readingsPerS: item?.health?.readingsPerS ?? null };
  }
  return { kind: item?.hasKey && !hadKey ? "hasKey" : "nothing" };
}

/** Who was refused since and is no known device: a phone with a wrong key is among them. */
export function strangersSince({ strangers }: DevicePage, { atMs }: Baseline): Stranger[] {
  return strangers.filter(({ at }) => at >= atMs);
}

function isSince(item: DeviceItem | undefined, atMs: number): boolean {
  const lastSeenMs = item?.health?.lastSeenAt ?? null;
  return lastSeenMs !== null && lastSeenMs >= atMs;
}
