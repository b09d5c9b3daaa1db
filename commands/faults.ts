/**
 * What goes wrong between a phone and a server, on purpose: messages lost, repeated, swapped, late or saved up, and clocks that
 * are wrong. All times are the recording's own, so a fault does the same at every speed.
 *
 * @module
 */
import type { Batch, Trouble } from "./playback.ts";
import { seededU32 } from "./random.ts";

/** Faults of the messages and the clock; what is null, empty or 0 does not happen. */
export interface Faults {
  /** The same seed gives the same faults. */
  seed: number;
  /** Shares of the messages, 0 to 1. */
  drop: number;
  duplicate: number;
  reorder: number;
  /** How long a message is on its way, ms: anything from the first to the second. */
  delayMs: readonly [number, number];
  /** A time without network: from `atMs` on, for `lengthMs`. What is made then is sent after it. */
  offline: { atMs: number; lengthMs: number } | null;
  /** How far the phone's clock is ahead; negative: behind, ms. */
  clockMs: number;
  /** A leap of the phone's clock at `atMs`, by so much. */
  clockJump: { atMs: number; byMs: number } | null;
}

/** The network and the clock as they should be. */
export const NO_FAULTS: Faults = {
  seed: 1,
  drop: 0,
  duplicate: 0,
  reorder: 0,
  delayMs: [0, 0],
  offline: null,
  clockMs: 0,
  clockJump: null,
};

/** How many messages met which fault. */
export interface FaultCounts {
  messages: number;
  dropped: number;
  /** Readings of the dropped ones. */
  droppedReadings: number;
  duplicated: number;
  reordered: number;
  delayed: number;
  /** Sent only after the time without network. */
  held: number;
}

export const newFaultCounts = (): FaultCounts => ({
  messages: 0,
  dropped: 0,
  droppedReadings: 0,
  duplicated: 0,
  reordered: 0,
  delayed: 0,
  held: 0,
});

/** Keeps the random numbers of neighbouring sessions apart; any large odd number would do. */
const SESSION_STRIDE = 0x9e3779b1;

/** The faults of one session. */
export class SessionFaults implements Trouble {
  readonly #faults: Faults;
  readonly #counts: FaultCounts;
  readonly #random: () => number;

  /**
   * @param session its number: each has faults of its own
   * @param counts what is added to
   */
  constructor(faults: Faults, session = 0, counts: FaultCounts = newFaultCounts()) {
    const next = seededU32((faults.seed + session * SESSION_STRIDE) | 0);
    this.#faults = faults;
    this.#counts = counts;
    this.#random = () => next() / 2 ** 32;
  }

  clockErrorMs(atMs: number): number {
    const { clockMs, clockJump } = this.#faults;
    return clockMs + (clockJump !== null && atMs >= clockJump.atMs ? clockJump.byMs : 0);
  }

  schedule(batches: readonly Batch[]): Batch[] {
    this.#counts.messages += batches.length;
    const sent = this.#delay(this.#reorder(this.#repeat(this.#lose(batches))));
    // Those of one moment keep their order.
    return this.#hold(sent.sort((a, b) => a.atMs - b.atMs));
  }

  #lose(batches: readonly Batch[]): Batch[] {
    return batches.filter(({ from, to }) => {
      const lost = this.#random() < this.#faults.drop;
      if (lost) {
        this.#counts.dropped++;
        this.#counts.droppedReadings += to - from;
      }
      return !lost;
    });
  }

  /** As when the answer was lost: the phone cannot know, so it sends the same again. */
  #repeat(batches: Batch[]): Batch[] {
    return batches.flatMap((batch) => {
      if (this.#random() >= this.#faults.duplicate) return [batch];
      this.#counts.duplicated++;
      return [batch, { ...batch }];
    });
  }

  /** Makes a message wait for the next one and go after it: neither can be sent before it was made. */
  #reorder(batches: Batch[]): Batch[] {
    const result = [...batches];
    for (let i = 0; i + 1 < result.length; i++) {
      const [first, second] = [result[i], result[i + 1]];
      if (first.id === second.id || this.#random() >= this.#faults.reorder) continue;
      result[i] = second;
      result[i + 1] = { ...first, atMs: second.atMs };
      this.#counts.reordered++;
      // One that has waited does not wait again.
      i++;
    }
    return result;
  }

  #delay(batches: Batch[]): Batch[] {
    const [leastMs, mostMs] = this.#faults.delayMs;
    if (mostMs === 0) return batches;
    this.#counts.delayed += batches.length;
    return batches.map((batch) => ({
      ...batch,
      atMs: batch.atMs + leastMs + this.#random() * (mostMs - leastMs),
    }));
  }

  /** Phones send what they saved up in the order in which they made it. */
  #hold(batches: Batch[]): Batch[] {
    const { offline } = this.#faults;
    if (offline === null) return batches;
    const backMs = offline.atMs + offline.lengthMs;
    const before = batches.filter(({ atMs }) => atMs < offline.atMs);
    const held = batches.filter(({ atMs }) => atMs >= offline.atMs && atMs < backMs);
    const after = batches.filter(({ atMs }) => atMs >= backMs);
    this.#counts.held += held.length;
    return [
      ...before,
      ...held.sort((a, b) => a.id - b.id).map((batch) => ({ ...batch, atMs: backMs })),
      ...after,
    ];
  }
}
