/**
 * Compares decided windows with their labels.
 *
 * @module
 */
import { ACTIVITIES } from "../log/records.ts";
import { NO_TRUTH } from "./columns.ts";
import { type Score, type Truth, TRUTHS } from "./tuning_answers.ts";

/** Counts answers by truth. */
export class Tally {
  /** A row for each truth, a column for each activity. */
  readonly #counts = new Float64Array(TRUTHS.length * ACTIVITIES.length);

  /**
   * @param truth places in TRUTHS, or NO_TRUTH
   * @param codes places in ACTIVITIES
   */
  add(truth: Uint8Array, codes: Uint8Array): void {
    for (let i = 0; i < codes.length; i++) {
      if (truth[i] !== NO_TRUTH) this.#counts[truth[i] * ACTIVITIES.length + codes[i]]++;
    }
  }

  score(): Score {
    const row = (truth: Truth) => {
      const from = TRUTHS.indexOf(truth) * ACTIVITIES.length;
      return [...this.#counts.subarray(from, from + ACTIVITIES.length)];
    };
    const confusion = byTruth((truth) =>
      Object.fromEntries(row(truth).map((count, i) => [ACTIVITIES[i], count])) as Score["confusion"][Truth]
    );
    const ofTruth = byTruth((truth) => sum(row(truth)));
    const present = TRUTHS.filter((truth) => ofTruth[truth] > 0);
    const windows = sum(Object.values(ofTruth));
    // 2TP + FP + FN is the windows of the label plus the answers of the label.
    const f1 = present.map((truth) =>
      2 * confusion[truth][truth] / (ofTruth[truth] + sum(TRUTHS.map((other) => confusion[other][truth])))
    );
    return {
      windows,
      accuracy: windows === 0 ? 0 : sum(TRUTHS.map((truth) => confusion[truth][truth])) / windows,
      macroF1: windows === 0 ? 0 : sum(f1) / present.length,
      recall: byTruth((truth) => ofTruth[truth] === 0 ? null : confusion[truth][truth] / ofTruth[truth]),
      confusion,
    };
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

const byTruth = <T>(of: (truth: Truth) => T) =>
  Object.fromEntries(TRUTHS.map((truth) => [truth, of(truth)])) as Record<Truth, T>;
