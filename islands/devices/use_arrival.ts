/**
 * Watches for a device's first readings.
 *
 * @module
 */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import {
  type Arrival,
  arrivalOf,
  type Baseline,
  baselineOf,
  strangersSince,
} from "../../components/devices/arrival.ts";
import type { DevicePage } from "../../web/devices.ts";
import type { Stranger } from "../../web/services.ts";
import { poll } from "../poll.ts";

/** Somebody waits for it. */
const POLL_MS = 1500;

export interface Watched {
  arrival: Arrival;
  /** Who was refused meanwhile and is no known device. */
  strangers: Stranger[];
  /** The server does not answer. */
  isLost: boolean;
}

/** @returns What has come since the component was first rendered */
export function useArrival(deviceId: string): Signal<Watched> {
  const watched = useSignal<Watched>({ arrival: { kind: "nothing" }, strangers: [], isLost: false });
  const baseline = useRef<Baseline | null>(null);
  useEffect(() =>
    poll<DevicePage>(`/api/devices?${new URLSearchParams({ deviceId })}`, POLL_MS, (page) => {
      if (page === null) {
        watched.value = { ...watched.value, isLost: true };
        return;
      }
      const since = baseline.current ??= baselineOf(page);
      watched.value = {
        arrival: arrivalOf(page, since),
        strangers: strangersSince(page, since),
        isLost: false,
      };
    }), []);
  return watched;
}
