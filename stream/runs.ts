/**
 * Runs of a session's clock. Windows are closed by the session's own clock, so after a phone's clock is set back nothing it sends
 * would have a window until the clock is where it was. So what comes then is a run of its own, with windows of its own.
 *
 * Times alone do not tell a clock that was set back from readings that come late; the numbers of the messages do: late ones have
 * lower numbers than those before them, a clock that was set back higher ones.
 *
 * @module
 */
import { MAX_ID_LENGTH } from "../log/id.ts";
import { PREFIX } from "./layout.ts";
import type { Rows } from "./rows.ts";

/** What a message is to the run that its session is in: part of it, the first of the next one, or one left over from those before. */
export type Place = "same" | "next" | "before";

/** So many messages in a row that are numbered one after the other show that the phone counts them. */
const MIN_STREAK = 3;
/** So many numbers in a row may be missing: messages that were lost, are still on their way, or had nothing to classify. */
const MAX_MISSING = 60;
/** The streak is kept in a byte. */
const MAX_STREAK = 255;
/**
 * What the windows of a run are stored under: `walk`, then `walk~2`, `walk~3` each time the clock is set back.
 *
 * @param run from 0
 * @returns an id that is no longer than ids may be
 */
export function runSessionId(sessionId: string, run: number): string {
  if (run === 0) return sessionId;
  const suffix = `~${run + 1}`, cut = sessionId.slice(0, MAX_ID_LENGTH - suffix.length);
  return (cut.isWellFormed() ? cut : cut.slice(0, -1)) + suffix;
}

/** The session and run that windows stored under an id may be of: phones may give ids that look like a later run's. */
export function runsNamed(sessionId: string): { givenId: string; run: number }[] {
  const [, givenId, place] = /^(.+)~([1-9]\d*)$/.exec(sessionId) ?? [];
  const asGiven = { givenId: sessionId, run: 0 };
  return place === undefined || place === "1" ? [asGiven] : [{ givenId, run: Number(place) - 1 }, asGiven];
}

/**
 * The id of the run before, by what ids look like: whether there is one, only a look tells.
 *
 * @returns null when it is none of a later run
 */
export function sessionIdBefore(sessionId: string): string | null {
  const [{ givenId, run }] = runsNamed(sessionId);
  return run === 0 ? null : runSessionId(givenId, run - 1);
}

/** The runs of the sessions in a table. */
export class Runs {
  readonly #rows: Rows;
  readonly #rowBytes: number;
  readonly #latenessMs: number;
  readonly #clear: (slot: number) => void;

  /**
   * @param latenessMs readings that are no further behind are in time
   * @param clear makes a row as that of a fresh session
   */
  constructor(rows: Rows, rowBytes: number, latenessMs: number, clear: (slot: number) => void) {
    this.#rows = rows;
    this.#rowBytes = rowBytes;
    this.#latenessMs = latenessMs;
    this.#clear = clear;
  }

  /** Which run a session is in, from 0. */
  of(slot: number): number {
    return this.#rows.u32[(slot * this.#rowBytes + PREFIX.runU32) / 4];
  }

  /**
   * Takes note of a message before it is fed.
   *
   * @param number see `numberOf` in log/message_number.ts
   * @param tMs times of its readings, at least one, ms since the Unix epoch
   * @returns whether to feed it as it is, to flush the session and {@linkcode begin} first, or not to feed it: it counts as late
   */
  place(slot: number, number: number | null, tMs: Float64Array, count: number): Place {
    if (number === null) return "same";
    const base = slot * this.#rowBytes, { f64, u32, u8 } = this.#rows;
    const nextAt = (base + PREFIX.nextNumberF64) / 8, streakAt = base + PREFIX.streakU8;
    if (this.of(slot) > 0 && number < f64[(base + PREFIX.runFromF64) / 8]) {
      u32[(base + PREFIX.lateU32) / 4] += count;
      return "before";
    }
    if (number < f64[nextAt]) return "same";
    const missing = number - f64[nextAt], isNear = missing <= MAX_MISSING;
    const isCounting = isNear && u8[streakAt] >= MIN_STREAK;
    if (!isNear) u8[streakAt] = 0;
    else if (missing === 0) u8[streakAt] = Math.min(u8[streakAt] + 1, MAX_STREAK);
    f64[nextAt] = number + 1;
    const inTimeMs = f64[(base + PREFIX.maxMsF64) / 8] - this.#latenessMs;
    if (!isCounting || tMs[count - 1] >= inTimeMs) return "same";
    for (let i = 0; i < count; i++) if (tMs[i] >= inTimeMs) return "same";
    return "next";
  }

  /** The next run begins with the message of this number: of the one before, only what the stream is taken for stays. */
  begin(slot: number, number: number): void {
    const base = slot * this.#rowBytes, { f64, u32, u8 } = this.#rows;
    const run = this.of(slot), streak = u8[base + PREFIX.streakU8];
    const stream = u8[base + PREFIX.streamU8], reason = u8[base + PREFIX.reasonU8];
    this.#clear(slot);
    u32[(base + PREFIX.runU32) / 4] = run + 1;
    f64[(base + PREFIX.runFromF64) / 8] = number;
    f64[(base + PREFIX.nextNumberF64) / 8] = number + 1;
    u8[base + PREFIX.streakU8] = streak;
    u8[base + PREFIX.streamU8] = stream;
    u8[base + PREFIX.reasonU8] = reason;
  }
}
