/**
 * What a recording says of itself: annotations that people make while they record, and what the phone's own activity sensor
 * thinks. Both become spans in which the activity is known.
 *
 * Names, fields and values are those of Sensor Logger (its PUSHING.md and UNITS.md).
 *
 * @module
 */
import type { LabelActivity } from "../log/records.ts";
import { timestampMs } from "./timestamp.ts";

/** From here on the activity is this one; null: no longer known. */
export interface Note {
  tMs: number;
  kind: "annotation" | "activity";
  activity: LabelActivity | null;
}

/** An activity from one moment to another, ms since the Unix epoch. */
export interface Span {
  from: number;
  to: number;
  activity: LabelActivity;
}

/** Phones decide a few seconds late, so of a shorter span hardly anything is surely true, ms. */
export const MIN_SPAN_MS = 30_000;
/** Longer texts are remarks. */
const MAX_WORD_LENGTH = 40;

/** Words that people annotate with. What is no such word (a "pothole") ends nothing. */
const WORDS = new Map<string, LabelActivity | null>([
  ...words("stationary", ["stationary", "still", "standing", "stand", "sitting", "sit", "lying", "resting"]),
  ...words("walking", ["walking", "walk"]),
  ...words("running", ["running", "run", "jogging", "jog"]),
  ...words(null, [
    "stop",
    "end",
    "done",
    "pause",
    "other",
    "unknown",
    "cycling",
    "driving",
    "car",
    "bus",
    "train",
  ]),
]);

function words(activity: LabelActivity | null, list: string[]): [string, LabelActivity | null][] {
  return list.map((word) => [word, activity]);
}

/** Ours is to tell apart three; the phone knows more. "tilting" says that the phone was turned, whatever else goes on. */
const OF_SENSOR = new Map<unknown, LabelActivity | null>([
  ["stationary", "stationary"],
  ["walking", "walking"],
  ["running", "running"],
  ["cycling", null],
  ["automotive", null],
  ["unknown", null],
]);

/** Whether a sensor's readings are notes. */
export const isNoteSensor = (name: string): boolean => name === "activity" || name === "annotation";

/**
 * Reads one note.
 *
 * @param sensor "activity" or "annotation"
 * @param time as the phone wrote it
 * @param values `{activity, confidence}` or `{text}`
 * @returns null when it says nothing about the activity
 */
export function noteOf(sensor: string, time: unknown, values: unknown): Note | null {
  const tMs = Math.round(timestampMs(time));
  if (!Number.isFinite(tMs) || typeof values !== "object" || values === null) return null;
  const { text, activity, confidence } = values as Record<string, unknown>;
  if (sensor === "annotation") {
    if (typeof text !== "string" || text.length > MAX_WORD_LENGTH) return null;
    const said = WORDS.get(text.trim().toLowerCase());
    return said === undefined ? null : { tMs, kind: "annotation", activity: said };
  }
  const said = OF_SENSOR.get(activity);
  if (said === undefined) return null;
  return { tMs, kind: "activity", activity: confidence === "low" || confidence === "unknown" ? null : said };
}

/** Makes spans of notes of one kind that come in order of time; those that do not are passed over. */
export class SpanTrack {
  #fromMs = -Infinity;
  #lastMs = -Infinity;
  #activity: LabelActivity | null = null;

  /** @returns the span that ends here, unless it is too short to be true */
  note(tMs: number, activity: LabelActivity | null): Span | null {
    if (tMs <= this.#lastMs) return null;
    this.#lastMs = tMs;
    if (activity === this.#activity) return null;
    const ended = this.#spanTo(tMs);
    this.#activity = activity;
    this.#fromMs = tMs;
    return ended;
  }

  /** @param tMs the end of the recording */
  end(tMs: number): Span | null {
    const ended = this.#spanTo(tMs);
    this.#activity = null;
    return ended;
  }

  #spanTo(tMs: number): Span | null {
    const activity = this.#activity;
    return activity === null || tMs - this.#fromMs < MIN_SPAN_MS
      ? null
      : { from: this.#fromMs, to: tMs, activity };
  }
}

/**
 * What is left of a span without the time of others.
 *
 * @returns pieces long enough to be labels, in order
 */
export function without(span: Span, others: readonly { from: number; to: number }[]): Span[] {
  let pieces = [span];
  for (const { from, to } of others) {
    pieces = pieces.flatMap((piece) =>
      to <= piece.from || from >= piece.to
        ? [piece]
        : [{ ...piece, to: Math.max(piece.from, from) }, { ...piece, from: Math.min(piece.to, to) }]
    );
  }
  return pieces.filter((piece) => piece.to - piece.from >= MIN_SPAN_MS);
}
