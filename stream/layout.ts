/**
 * Where a session's state lies in its row of bytes. Little-endian, as every machine Deno runs on.
 *
 * @module
 */
import type { WindowSettings } from "./settings.ts";

/**
 * Version of a state. Raise it when a pane or the filter changes its layout or meaning, or the prefix grows.
 */
export const STATE_VERSION = 2;

/**
 * Byte offsets of the prefix. It is all that a closed session keeps, and all that is read from a state of
 * another version: never move a field; append by way of a new version.
 */
export const PREFIX = {
  versionU32: 0,
  windowMsU32: 4,
  slideMsU32: 8,
  latenessMsU32: 12,
  frontierMsF64: 16,
  maxMsF64: 24,
  readingsU32: 32,
  lateU32: 36,
  duplicatesU32: 40,
  clippedU32: 44,
  /** What the stream is taken for, windows in a row that contradicted it, why, and the activity until now. */
  streamU8: 48,
  contraryU8: 49,
  reasonU8: 50,
  activityU8: 51,
  /** The number of the message that should come next, that with which the clock's run began, and which run it is, from 0. */
  nextNumberF64: 56,
  runFromF64: 64,
  runU32: 72,
  /** Messages in a row that were numbered one after the other. */
  streakU8: 76,
  bytes: 80,
} as const;

/** How much prefix a state of each version has; of a version that is still to come, at least ours. */
export const prefixBytes = (version: number): number => version === 1 ? 56 : PREFIX.bytes;

/** Byte offsets of the gravity filter, after the prefix. */
export const FILTER = {
  /** Time of the reading it saw last. */
  lastMsF64: PREFIX.bytes,
  /** x, y, z, in the stream's unit. */
  gravityF32: PREFIX.bytes + 8,
  /** How much time it has averaged, s; at most its time constant. */
  horizonSF32: PREFIX.bytes + 20,
  /** Largest axis value seen. */
  limitF32: PREFIX.bytes + 24,
  /** With four bytes of padding, so that rows stay aligned. */
  end: PREFIX.bytes + 32,
} as const;

/** Index of each sum among the f32 sums that follow a pane's bins. */
export const SUM = { rawSquares: 0, filtered: 1, filteredSquares: 2, x: 3, y: 4, z: 5, length: 6 } as const;

/** Times within a pane that are told apart when a batch comes late: the bits of a word. */
export const CELLS = 32;
/**
 * A bin counts in a byte. 2,550 readings a second would be needed to fill it; the fastest phones give 500.
 */
export const MAX_IN_BIN = 255;
/**
 * Length of a bin of the magnitude, ms, about: 10 Hz shows rhythms to 4 Hz and still holds two readings of a
 * 20 Hz sensor.
 */
const BIN_MS = 100;

/**
 * Sizes that follow from the window settings; a pane is its bins (f32), sums (f32), occupied cells (u32),
 * counts of bins (u8).
 */
export class Layout {
  /** Panes a window is made of. */
  readonly windowPanes: number;
  /** Panes a row holds: those of the next window and those that may fill before it closes. */
  readonly panes: number;
  /** Bins in a pane. */
  readonly bins: number;
  /** Offset of the first pane in a row. */
  readonly firstPane = FILTER.end;
  /** Offsets within a pane. */
  readonly sums: number;
  readonly occupied: number;
  readonly counts: number;
  readonly paneBytes: number;
  /** Length of a row. */
  readonly bytes: number;

  /** @throws {RangeError} When the settings do not fit together. */
  constructor({ windowMs, slideMs, latenessMs }: WindowSettings) {
    if (
      !Number.isInteger(windowMs) || !Number.isInteger(slideMs) || slideMs <= 0 || windowMs <= 0 ||
      windowMs % slideMs !== 0
    ) {
      throw new RangeError(
        `slideMs ${slideMs} must divide windowMs ${windowMs} in whole numbers, for example 1000 and 5000`,
      );
    }
    if (!Number.isInteger(latenessMs) || latenessMs < 0) {
      throw new RangeError(`latenessMs ${latenessMs} must be a whole number from 0, for example 2000`);
    }
    this.windowPanes = windowMs / slideMs;
    this.panes = Math.ceil((windowMs + latenessMs) / slideMs);
    this.bins = Math.max(1, Math.round(slideMs / BIN_MS));
    this.sums = 4 * this.bins;
    this.occupied = this.sums + 4 * SUM.length;
    this.counts = this.occupied + 4;
    this.paneBytes = roundUp(this.counts + this.bins, 4);
    this.bytes = roundUp(this.firstPane + this.panes * this.paneBytes, 8);
  }

  /** Offset within a row of the pane that begins at `index * slideMs`. */
  paneAt(index: number): number {
    return this.firstPane + this.ringAt(index) * this.paneBytes;
  }

  /** Place of that pane in the ring. */
  ringAt(index: number): number {
    const ring = index % this.panes;
    return ring < 0 ? ring + this.panes : ring;
  }
}

const roundUp = (n: number, to: number) => Math.ceil(n / to) * to;
