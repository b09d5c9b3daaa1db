/**
 * What tuning thresholds on recorded sessions answers with.
 *
 * @module
 */
import { type Activity, LABEL_ACTIVITIES, type LabelActivity } from "../log/records.ts";
import type { ThresholdValues } from "./thresholds.ts";

/** The truth that a window may have, in the order of the codes that columns hold. */
export const TRUTHS = LABEL_ACTIVITIES;
export type Truth = LabelActivity;

/** Session ids are unique per device only. */
export interface SessionId {
  deviceId: string;
  sessionId: string;
}

/** A piece of a session in time order: what it was and how long, ms. "gap" where there are no windows. */
export type StripPiece = [activity: Activity | "gap", ms: number];

/** Answers compared with labels. */
export interface Score {
  /** Windows that lie in a label as a whole. */
  windows: number;
  /** Share of right answers, 0 to 1; unknown is a wrong one. 0 without windows. */
  accuracy: number;
  /** Mean of the labels' F1 scores over the labels that occur; 0 without windows. */
  macroF1: number;
  /** Share of each label's windows that are answered right; null for one that does not occur. */
  recall: Record<Truth, number | null>;
  /** Of the windows with one label, how many got each answer. */
  confusion: Record<Truth, Record<Activity, number>>;
}

/** What an answer was made from. */
export interface Basis {
  sessions: number;
  windows: number;
  /** Sessions that were asked for and left out, the oldest, because there were too many windows. */
  leftOutSessions: number;
}

/** A session in which a change would change much. */
export interface ChangedSession extends SessionId {
  name: string | null;
  /** Start of the first window's slide, ms since the Unix epoch. */
  startedAt: number;
  changedMs: number;
  totalMs: number;
  before: StripPiece[];
  after: StripPiece[];
}

/** What other thresholds would do to recorded sessions. */
export interface Preview extends Basis {
  labelledWindows: number;
  before: Score;
  after: Score;
  /** Time whose activity would be another one, ms. */
  changedMs: number;
  changedSessions: number;
  /** Changes from one activity to another; `before + added - removed` is `after`. */
  transitions: { before: number; after: number; added: number; removed: number };
  /** The most changed first. */
  mostChanged: ChangedSession[];
}

/** Windows by their mean magnitude. */
export interface Histogram extends Basis {
  /** Width of a bin, m/s². */
  binMs2: number;
  /**
   * Windows in each bin, from 0 m/s²; the last bin holds all that is beyond. Windows with too few readings
   * are in none: no threshold decides them.
   */
  counts: Record<Truth | "unlabelled", number[]>;
  labelledSessions: number;
}

/** A threshold and the accuracy with it, 0 to 1. */
export type CurvePoint = [thresholdMs2: number, accuracy: number];

/** The thresholds that answer right most often. */
export interface Suggestion extends Basis {
  values: ThresholdValues;
  before: Score;
  after: Score;
  /** Accuracy by either threshold, the other values being those suggested. */
  curves: Record<"walkingMs2" | "runningMs2", CurvePoint[]>;
}
