/**
 * Finds the thresholds that agree best with the labels.
 *
 * @module
 */
import { type Columns, decide, NO_TRUTH, truthOf } from "./columns.ts";
import { Tally } from "./score.ts";
import { orderFaults, type ThresholdValues } from "./thresholds.ts";
import { basisOf, type Recordings } from "./tuning.ts";
import type { CurvePoint, Score, Suggestion } from "./tuning_answers.ts";

/** Magnitudes that are tried: steps of a tenth where most thresholds lie, wider where nobody could tell, m/s². */
const STEPS_MS2 = [...steps(0.3, 6, 0.1), ...steps(6, 14, 0.25), ...steps(14, 40, 1)];
/** Of them, those in which the search begins: all pairs are tried, so that it does not end in a dead end. */
const COARSE_MS2 = STEPS_MS2.filter((_, i) => i % 4 === 0);
/** Step rates that are tried: from a stroll to a sprint, Hz. */
const STEPS_HZ = steps(1.8, 3.2, 0.05);
/** Each round moves every value once; two are usual, and the result is good after each. */
const MAX_ROUNDS = 5;

/** A session with labels. */
interface Labelled {
  columns: Columns;
  truth: Uint8Array;
}

/**
 * Tries walkingMs2, runningMs2 and, with a cadence rule, its step rate: first all pairs of a coarse grid, then
 * one value after the other in small steps until nothing gets better. Of values that are equally good, it takes
 * the middle of the widest span of them, far from where they would be wrong.
 *
 * Every window counts the same, so that the accuracy is the one that `previewOf` shows.
 *
 * @param inForce what `before` is the score of
 * @param start where to begin; the values that are not searched stay
 * @returns values at least as good as `start`; `start` itself and no curves when nothing is labelled
 */
export function suggestionOf(
  recordings: Recordings,
  inForce: ThresholdValues,
  start: ThresholdValues,
): Suggestion {
  const labelled = recordings.sessions
    .filter(({ labels }) => labels.length > 0)
    .map(({ columns, labels }): Labelled => ({ columns, truth: truthOf(columns, labels) }))
    .filter(({ truth }) => truth.some((code) => code !== NO_TRUTH));
  const search = new Search(labelled);
  const values = search.best(start);
  const curve = (of: (value: number) => ThresholdValues): CurvePoint[] =>
    labelled.length === 0 ? [] : search.curve(STEPS_MS2, of);
  return {
    ...basisOf(recordings),
    values,
    before: scoreOf(labelled, inForce),
    after: scoreOf(labelled, values),
    curves: {
      walkingMs2: curve((walkingMs2) => ({ ...values, walkingMs2 })),
      runningMs2: curve((runningMs2) => ({ ...values, runningMs2 })),
    },
  };
}

class Search {
  readonly #labelled: readonly Labelled[];
  readonly #windows: number;

  constructor(labelled: readonly Labelled[]) {
    this.#labelled = labelled;
    this.#windows = labelled.reduce((sum, { truth }) => sum + truth.filter((t) => t !== NO_TRUTH).length, 0);
  }

  best(start: ThresholdValues): ThresholdValues {
    if (this.#windows === 0) return start;
    let values = this.#coarse(start), right = this.#right(values);
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      values = this.#move(STEPS_MS2, values, (walkingMs2) => ({ ...values, walkingMs2 }));
      values = this.#move(STEPS_MS2, values, (runningMs2) => ({ ...values, runningMs2 }));
      const { cadence } = values;
      if (cadence !== null) {
        values = this.#move(
          STEPS_HZ,
          values,
          (runningHz) => ({ ...values, cadence: { ...cadence, runningHz } }),
        );
      }
      const now = this.#right(values);
      if (now === right) break;
      right = now;
    }
    return values;
  }

  /** Accuracy with each value that may be. */
  curve(steps: readonly number[], of: (value: number) => ThresholdValues): CurvePoint[] {
    return steps.filter((step) => isInOrder(of(step)))
      .map((step) => [step, this.#right(of(step)) / this.#windows]);
  }

  #coarse(start: ThresholdValues): ThresholdValues {
    let best = start, most = this.#right(start);
    for (const walkingMs2 of COARSE_MS2) {
      for (const runningMs2 of COARSE_MS2) {
        const values = { ...start, walkingMs2, runningMs2 };
        if (!isInOrder(values)) continue;
        const right = this.#right(values);
        if (right > most) [best, most] = [values, right];
      }
    }
    return best;
  }

  /** The best of the steps, or the values as they are when none is as good. */
  #move(
    steps: readonly number[],
    values: ThresholdValues,
    of: (value: number) => ThresholdValues,
  ): ThresholdValues {
    const allowed = steps.filter((step) => isInOrder(of(step)));
    const rights = allowed.map((step) => this.#right(of(step)));
    const most = Math.max(...rights);
    if (!(most >= this.#right(values))) return values;
    return of(middleOfWidest(rights, most, allowed));
  }

  /** Labelled windows that are answered right. */
  #right(values: ThresholdValues): number {
    let right = 0;
    for (const { columns, truth } of this.#labelled) {
      const codes = decide(columns, values);
      // The codes of truths are those of the activities.
      for (let i = 0; i < codes.length; i++) if (codes[i] === truth[i]) right++;
    }
    return right;
  }
}

/** The step nearest to the middle of the widest span of steps that all give `most`. */
function middleOfWidest(rights: readonly number[], most: number, steps: readonly number[]): number {
  let [best, bestTo] = [0, -1];
  for (let from = 0, to = 0; from < rights.length; from = to + 1) {
    for (to = from; to < rights.length && rights[to] === most; to++);
    const isWider = bestTo < best || steps[to - 1] - steps[from] > steps[bestTo] - steps[best];
    if (to > from && isWider) [best, bestTo] = [from, to - 1];
  }
  const middle = (steps[best] + steps[bestTo]) / 2;
  return steps.slice(best, bestTo + 1).reduce((a, b) => Math.abs(b - middle) < Math.abs(a - middle) ? b : a);
}

function scoreOf(labelled: readonly Labelled[], values: ThresholdValues): Score {
  const tally = new Tally();
  for (const { columns, truth } of labelled) tally.add(truth, decide(columns, values));
  return tally.score();
}

const isInOrder = (values: ThresholdValues) => orderFaults(values).length === 0;

/** From, to before `to`, without the noise of adding fractions. */
function steps(from: number, to: number, step: number): number[] {
  return Array.from(
    { length: Math.round((to - from) / step) },
    (_, i) => Number((from + i * step).toFixed(2)),
  );
}
