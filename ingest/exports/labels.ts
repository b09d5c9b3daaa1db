/**
 * The labels that a recording brings along.
 *
 * @module
 */
import type { Label } from "../../log/records.ts";
import { MIN_SPAN_MS, type Note, type Span, SpanTrack, without } from "../phone_notes.ts";

/** Every one is an event that is kept for ever; the longest are taken. */
const MAX_LABELS = 100;

/** First and last reading, ms since the Unix epoch. */
export interface Extent {
  from: number;
  to: number;
}

/**
 * What people annotated goes before what the phone thought.
 *
 * @param notes in any order
 * @param extent of the recording
 * @param known labels that stay as they are
 * @returns in order of time, without overlaps
 */
export function labelsOf(notes: Note[], { from, to }: Extent, known: readonly Span[] = []): Label[] {
  const spansOf = (kind: Note["kind"]) => {
    const track = new SpanTrack();
    const spans = notes.filter((note) => note.kind === kind).sort((a, b) => a.tMs - b.tMs)
      .map(({ tMs, activity }) => track.note(tMs, activity));
    return [...spans, track.end(to)].filter((span) => span !== null).map((span) => ({
      ...span,
      from: Math.max(span.from, from),
      to: Math.min(span.to, to),
    })).filter((span) => span.to - span.from >= MIN_SPAN_MS);
  };
  const annotated = spansOf("annotation");
  const sensed: Span[] = spansOf("activity").flatMap((span) => without(span, [...known, ...annotated]));
  const labels: Label[] = [
    ...annotated.flatMap((span) => without(span, known)).map((span): Label => ({
      ...span,
      source: "import",
    })),
    ...sensed.map((span): Label => ({ ...span, source: "phone" })),
  ];
  return labels.sort((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MAX_LABELS)
    .sort((a, b) => a.from - b.from);
}
