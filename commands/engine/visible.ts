/**
 * Live viewers see nothing of deleted sessions, although their phones may go on.
 *
 * @module
 */
import type { ActivityRecord } from "../../log/records.ts";

/** Records of one partition that follow one another, and the position after them. */
export interface Run {
  records: readonly ActivityRecord[];
  ends: readonly number[];
}

/**
 * Cuts hidden records out. What is left keeps its offsets.
 *
 * @param ends the position after all records
 */
export function visibleRuns(
  records: readonly ActivityRecord[],
  partition: number,
  ends: readonly number[],
  isHidden: (record: ActivityRecord) => boolean,
): Run[] {
  if (!records.some(isHidden)) return [{ records, ends }];
  const runs: Run[] = [];
  const first = ends[partition] - records.length;
  for (let from = 0; from < records.length;) {
    let to = from;
    while (to < records.length && !isHidden(records[to])) to++;
    if (to > from) runs.push({ records: records.slice(from, to), ends: ends.with(partition, first + to) });
    from = to + 1;
  }
  // Whoever goes on from here has missed nothing.
  runs.push({ records: [], ends });
  return runs;
}
