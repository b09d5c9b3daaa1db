/**
 * Compares answers with labels.
 *
 * @module
 */
import { ACTIVITIES, type Activity } from "../log/records.ts";
import { type Label, LABELS } from "./recordings.ts";

/** Of the windows with one label, how many got each answer. */
export type Confusion = Record<string, Record<Activity, number>>;

export interface Scores {
  windows: number;
  /** Share of right answers; unknown is a wrong one. */
  accuracy: number;
  /** Mean of the labels' F1 scores (2TP / (2TP + FP + FN)), over the labels that occur. */
  macroF1: number;
  /** Windows answered with unknown. */
  unknown: number;
  confusion: Confusion;
}

/** Answers whose confidence lies in [from, to). */
export interface ReliabilityBin {
  from: number;
  to: number;
  windows: number;
  meanConfidence: number;
  accuracy: number;
}

/** Whether a confidence of 90 % is right nine times in ten. */
export interface Reliability {
  bins: ReliabilityBin[];
  /**
   * Expected calibration error: mean distance of confidence and accuracy over the bins, weighted by windows.
   */
  ece: number;
}

/** Finer where most answers are. */
const EDGES = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1];

/** Counts answers by label. */
export class Tally {
  readonly #counts = new Map<Label, Record<Activity, number>>();

  add(label: Label, answer: Activity): void {
    let row = this.#counts.get(label);
    if (row === undefined) {
      this.#counts.set(
        label,
        row = Object.fromEntries(ACTIVITIES.map((a) => [a, 0])) as Record<Activity, number>,
      );
    }
    row[answer]++;
  }

  /** @returns Scores so far; accuracy and macro-F1 are 0 without windows. */
  scores(): Scores {
    const labels = LABELS.filter((label) => this.#counts.has(label));
    const count = (label: Label, answer: Activity) => this.#counts.get(label)![answer];
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
    const ofLabel = (label: Label) => sum(ACTIVITIES.map((answer) => count(label, answer)));
    const ofAnswer = (answer: Activity) => sum(labels.map((label) => count(label, answer)));
    const windows = sum(labels.map(ofLabel));
    const right = sum(labels.map((label) => count(label, label)));
    // 2TP + FP + FN is the windows of the label plus the answers of the label.
    const f1 = labels.map((label) => 2 * count(label, label) / (ofLabel(label) + ofAnswer(label)));
    return {
      windows,
      accuracy: windows === 0 ? 0 : right / windows,
      macroF1: windows === 0 ? 0 : sum(f1) / labels.length,
      unknown: ofAnswer("unknown"),
      confusion: Object.fromEntries(labels.map((label) => [label, { ...this.#counts.get(label)! }])),
    };
  }
}

/** Counts answers by confidence; unknown has none and is left out. */
export class Calibration {
  readonly #bins = EDGES.slice(1).map((to, i) => ({
    from: EDGES[i],
    to,
    windows: 0,
    confidence: 0,
    right: 0,
  }));

  add(confidence: number, right: boolean): void {
    const bin = this.#bins.find(({ to }) => confidence < to) ?? this.#bins[this.#bins.length - 1];
    bin.windows++;
    bin.confidence += confidence;
    if (right) bin.right++;
  }

  reliability(): Reliability {
    const used = this.#bins.filter(({ windows }) => windows > 0);
    const windows = used.reduce((sum, bin) => sum + bin.windows, 0);
    const distance = used.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.right), 0);
    return {
      bins: used.map(({ from, to, windows, confidence, right }) => ({
        from,
        to,
        windows,
        meanConfidence: confidence / windows,
        accuracy: right / windows,
      })),
      ece: windows === 0 ? 0 : distance / windows,
    };
  }
}
