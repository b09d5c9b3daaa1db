/**
 * What a screen reader is told about changes: never each reading, at most one sentence every few seconds.
 *
 * @module
 */
import type { Card } from "./card.ts";

/** A sentence takes a few seconds to be spoken. */
export const ANNOUNCE_EVERY_MS = 5000;
/** More than this and single names are noise. */
const MAX_NAMED = 3;

/**
 * The changes since the last sentence.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Announcer } from "./announce.ts";
 * import { openCard } from "./card.ts";
 *
 * const announcer = new Announcer();
 * const card = openCard({ deviceId: "pixel-8", sessionId: "run-1" }, "Pixel 8", 0);
 * const result = { timestamp: 0, activity: "running", magnitude: 12, confidence: 0.9, cadenceHz: 2.8, windowMs: 5000, readings: 250, } as const;
 * announcer.note([{ ...card, current: result }]);
 * assert.equal(announcer.next(10_000), "Pixel 8: running");
 * assert.equal(announcer.next(12_000), null);
 * ```
 */
export class Announcer {
  readonly #changed = new Map<string, Card>();
  #urgent: string | null = null;
  #lastMs = -Infinity;

  /** Remembers changed cards; one that changes again replaces its entry. */
  note(cards: Card[]): void {
    for (const card of cards) this.#changed.set(card.deviceId, card);
  }

  /** Says something before any change of activity; the newest such sentence wins. */
  say(sentence: string): void {
    this.#urgent = sentence;
  }

  /** The sentence to speak now, or null when there is none or the last is too recent. */
  next(nowMs: number): string | null {
    if (nowMs - this.#lastMs < ANNOUNCE_EVERY_MS) return null;
    if (this.#urgent !== null) {
      const sentence = this.#urgent;
      this.#urgent = null;
      this.#lastMs = nowMs;
      return sentence;
    }
    if (this.#changed.size === 0) return null;
    const cards = [...this.#changed.values()];
    this.#changed.clear();
    this.#lastMs = nowMs;
    if (cards.length > MAX_NAMED) return `${cards.length} phones changed activity`;
    return cards.map(({ name, current }) => `${name}: ${current?.activity ?? "waiting"}`).join(", ");
  }
}
