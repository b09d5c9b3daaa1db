/**
 * The labels of a session: spans in order of time that do not overlap.
 *
 * @module
 */
import type { Label } from "../log/records.ts";

/**
 * Labels a span. What it covers of other labels is theirs no more; it grows together with a neighbour of the same activity from
 * the same source.
 *
 * @param labels in order, without overlaps; not changed
 */
export function putLabel(labels: readonly Label[], label: Label): Label[] {
  const all = [...cutLabels(labels, label.from, label.to), label].sort((a, b) => a.from - b.from);
  const merged: Label[] = [];
  for (const next of all) {
    const last = merged.at(-1);
    if (last?.to === next.from && last.activity === next.activity && last.source === next.source) {
      merged[merged.length - 1] = { ...last, to: next.to };
    } else merged.push(next);
  }
  return merged;
}

/**
 * Takes a span out of all labels: one that it lies in becomes two.
 *
 * @param labels in order, without overlaps; not changed
 * @param from ms since the Unix epoch
 * @param to ms since the Unix epoch
 */
export function cutLabels(labels: readonly Label[], from: number, to: number): Label[] {
  return labels.flatMap((label) => {
    if (label.to <= from || label.from >= to) return [label];
    const left: Label[] = [];
    if (label.from < from) left.push({ ...label, to: from });
    if (label.to > to) left.push({ ...label, from: to });
    return left;
  });
}
