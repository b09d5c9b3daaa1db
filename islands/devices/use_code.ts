/**
 * A pairing code that is renewed while somebody looks at it.
 *
 * @module
 */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { PairingAddress, PhonePage } from "../../web/pairing.ts";
import { send } from "../send.ts";

const TICK_MS = 1000;
/** An hour of ten minutes each: each code is an entry of the audit, and a forgotten page should not fill it. */
const MAX_RENEWALS = 5;

/** What `POST /api/devices/{deviceId}/pairing` answers. */
export interface PairingOffer {
  /** By the server's clock, ms since the Unix epoch. */
  atMs: number;
  expiresAtMs: number;
  pages: PhonePage[];
  trust: PairingAddress | null;
}

export interface Code {
  /** null: not yet here. */
  offer: Signal<PairingOffer | null>;
  /** Until the code ends, ms. */
  leftMs: Signal<number>;
  failure: Signal<string>;
  renew(): Promise<void>;
}

/**
 * Asks for a code at once, and for the next when it has ended.
 *
 * @param name null keeps the device's
 * @param isWanted whether one that has ended is to be renewed
 */
export function useCode(deviceId: string, name: string | null, isWanted: () => boolean): Code {
  const offer = useSignal<PairingOffer | null>(null);
  const leftMs = useSignal(0);
  const failure = useSignal("");
  const endsAtMs = useRef(0);
  const renewals = useRef(0);
  const isAsking = useRef(false);

  const renew = async () => {
    if (isAsking.current) return;
    isAsking.current = true;
    failure.value = "";
    try {
      const path = `/api/devices/${encodeURIComponent(deviceId)}/pairing`;
      const answer = await send<PairingOffer>("POST", path, { name });
      // The two clocks may differ by more than the code's ten minutes.
      leftMs.value = answer.expiresAtMs - answer.atMs;
      endsAtMs.current = Date.now() + leftMs.value;
      offer.value = answer;
    } catch (error) {
      failure.value = (error as Error).message;
    } finally {
      isAsking.current = false;
    }
  };
  useEffect(() => {
    renew();
    const timer = setInterval(() => {
      if (offer.value === null || leftMs.value <= 0 && renewals.current >= MAX_RENEWALS) return;
      leftMs.value = Math.max(0, endsAtMs.current - Date.now());
      if (leftMs.value > 0 || document.hidden || failure.value !== "" || !isWanted()) return;
      renewals.current++;
      renew();
    }, TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return { offer, leftMs, failure, renew };
}
