/**
 * A pairing code, which comes in the address's fragment so that no server or proxy writes it down.
 *
 * @module
 */
import type { Pairing } from "./outbox.ts";

/** Before the code in the fragment. */
export const CODE_PREFIX = "#p=";

/**
 * Exchanges the code in the address, if there is one, for the phone's key, and takes it out of the address.
 *
 * @returns null without a code
 */
export async function takeCode(): Promise<Pairing | { error: string } | null> {
  if (!location.hash.startsWith(CODE_PREFIX)) return null;
  const code = location.hash.slice(CODE_PREFIX.length);
  history.replaceState(null, "", location.pathname);
  try {
    const response = await fetch("/api/pair", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ code }),
    });
    const answer = await response.json();
    return response.ok ? answer : { error: String(answer.detail) };
  } catch (error) {
    console.warn("Pairing failed:", error);
    return {
      error: "The server cannot be reached. Is the phone in the same network? Then scan the code again.",
    };
  }
}
