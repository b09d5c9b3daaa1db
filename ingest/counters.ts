import type { Tally } from "./tally.ts";

/** What ingest has done since the start, for `/metrics`. Only ever goes up. */
export interface IngestCounters {
  requests: number;
  /** Readings by fate; together they are all readings that ever arrived in a readable message. */
  accepted: number;
  rejected: number;
  ignored: number;
  duplicate: number;
  /** Messages that were already in the log. */
  duplicateMessages: number;
  /** Accepted readings too old for the live view. */
  late: number;
  /** Requests by the answer they got instead of 200. */
  badRequests: number;
  unauthorized: number;
  tooLarge: number;
  timedOut: number;
  rateLimited: number;
  unavailable: number;
}

export const newIngestCounters = (): IngestCounters => ({
  requests: 0,
  accepted: 0,
  rejected: 0,
  ignored: 0,
  duplicate: 0,
  duplicateMessages: 0,
  late: 0,
  badRequests: 0,
  unauthorized: 0,
  tooLarge: 0,
  timedOut: 0,
  rateLimited: 0,
  unavailable: 0,
});

export function countReadings(counters: IngestCounters, tally: Tally): void {
  counters.accepted += tally.accepted;
  counters.rejected += tally.rejected;
  counters.ignored += tally.ignored;
  counters.duplicate += tally.duplicate;
  counters.late += tally.late;
}

const COUNTER_OF_STATUS: Record<number, keyof IngestCounters> = {
  401: "unauthorized",
  403: "unauthorized",
  408: "timedOut",
  413: "tooLarge",
  429: "rateLimited",
  503: "unavailable",
};

/** Counts a refused request. */
export function countProblem(counters: IngestCounters, status: number): void {
  counters[COUNTER_OF_STATUS[status] ?? "badRequests"]++;
}
