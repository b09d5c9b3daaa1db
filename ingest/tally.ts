/** Enough to see what is wrong with a client; a list of thousands helps nobody. */
export const MAX_ERRORS = 20;

/** Why a reading was not accepted. */
export interface ReadingError {
  /** Position in the message's list of readings. */
  index: number;
  /** JSON pointer to the wrong value. */
  pointer: string;
  code:
    | "bad_reading"
    | "bad_name"
    | "bad_timestamp"
    | "too_old"
    | "in_future"
    | "bad_values"
    | "out_of_range";
  detail: string;
}

/** What became of readings. The first four add up to their number. */
export interface Tally {
  accepted: number;
  rejected: number;
  /** Of other sensors than the best motion sensor. */
  ignored: number;
  /** Same time as an earlier reading of the same sensor, or part of a message that the log already has. */
  duplicate: number;
  /** Accepted, but too old for the live view. */
  late: number;
  /** Accepted, but noticeably ahead of the server's clock. */
  ahead: number;
  /** Same time as an earlier reading in the same message. */
  repeated: number;
  /** The first {@linkcode MAX_ERRORS}. */
  errors: ReadingError[];
}

export const newTally = (): Tally => ({
  accepted: 0,
  rejected: 0,
  ignored: 0,
  duplicate: 0,
  late: 0,
  ahead: 0,
  repeated: 0,
  errors: [],
});

/** The number of readings that were judged. */
export const readingsIn = (tally: Tally): number =>
  tally.accepted + tally.rejected + tally.ignored + tally.duplicate;

/** The log already has the message: what would have been accepted was accepted before. */
export function markDuplicate(tally: Tally): void {
  tally.duplicate += tally.accepted;
  tally.accepted = tally.late = tally.ahead = 0;
}

export function addTally(sum: Tally, tally: Tally): void {
  sum.accepted += tally.accepted;
  sum.rejected += tally.rejected;
  sum.ignored += tally.ignored;
  sum.duplicate += tally.duplicate;
  sum.late += tally.late;
  sum.ahead += tally.ahead;
  sum.repeated += tally.repeated;
  for (const error of tally.errors) {
    if (sum.errors.length < MAX_ERRORS) sum.errors.push(error);
  }
}
