/**
 * Every open session's clock, panes and verdicts.
 *
 * A session is a row of bytes, so that saving one is a copy, ten thousand of them are a few MB without an
 * object for the garbage collector to visit, and a released row is reused. A window is built from panes of
 * one slide each; a pane keeps sums only, so memory does not grow with the sampling rate. A pane keeps its
 * sums twice, with gravity and without: whether the stream contains gravity is decided when a window closes,
 * and nothing has to be computed again.
 *
 * @module
 */
import { ACTIVITIES, type Gravity } from "../log/records.ts";
import {
  byName,
  describe,
  type GravityVerdict,
  isInG,
  REASON,
  type Reason,
  STANDARD_GRAVITY,
  STREAM,
  type Stream,
} from "./gravity.ts";
import { inOrder, isInOrder } from "./in_order.ts";
import { CELLS, FILTER, Layout, MAX_IN_BIN, PREFIX, prefixBytes, STATE_VERSION, SUM } from "./layout.ts";
import { Rows } from "./rows.ts";
import { Runs } from "./runs.ts";
import { countersAt } from "./saved.ts";
import type { WindowSettings } from "./settings.ts";
import type { StreamSetting } from "./stream_setting.ts";
import type { Thresholds } from "./thresholds.ts";
import { Verdicts } from "./verdicts.ts";
import type { Counters, Emit } from "./window.ts";

export type { Counters, Emit, WindowResult } from "./window.ts";

/**
 * Time constant of the gravity filter, s: long against a step (0.5 s), short against turning the phone over.
 */
const GRAVITY_TAU_S = 1;
/**
 * A reading after a pause counts this much in the gravity filter at most, s, so that a single noisy one never
 * becomes the gravity.
 */
const MAX_FILTER_STEP_S = 0.1;
/**
 * After such a pause the phone may lie differently, so the filter starts anew, s; longer than the jumps of
 * swapped batches of a second.
 */
const FILTER_RESTART_S = 2.5;
/**
 * Readings within this share of the largest axis value are at the sensor's limit: axes clip up to 2 % apart.
 */
const CLIP_SHARE = 0.98;
/** No phone's range ends below 2 g; extremes under this are movement, not clipping. In m/s² and in g. */
const MIN_LIMIT_MS2 = 17;
const MIN_LIMIT_G = MIN_LIMIT_MS2 / STANDARD_GRAVITY;

/**
 * Feeds sessions with readings and gives out their windows.
 *
 * Window ends are multiples of `slideMs`. A window closes when the session's newest reading is `latenessMs`
 * past its end, and is emitted once, in order; one without any reading is not emitted. Time is the readings'
 * own.
 *
 * ```ts
 * import { SessionTable } from "./session_table.ts";
 * import { DEFAULT_WINDOW } from "./settings.ts";
 * import { DEFAULT_THRESHOLDS } from "./thresholds.ts";
 *
 * const table = new SessionTable(DEFAULT_WINDOW, DEFAULT_THRESHOLDS);
 * const slot = table.open();
 * const tMs = Float64Array.from({ length: 1000 }, (_, i) => 1_767_225_600_000 + 20 * i);
 * const xyz = Float64Array.from({ length: 3000 }, (_, i) => i % 3 === 2 ? 9.81 : 0);
 * table.feed(slot, tMs, xyz, 1000, "unknown", (w) => console.log(w.activity)); // … stationary
 * ```
 */
export class SessionTable {
  /** Bytes that {@link save} returns. */
  readonly stateBytes: number;
  /** What becomes of sessions whose clock is set back. */
  readonly runs: Runs;
  readonly #settings: WindowSettings;
  readonly #layout: Layout;
  readonly #rows: Rows;
  readonly #verdicts: Verdicts;
  /** The occupied cells of every pane as the current batch found them. */
  readonly #occupiedBefore: Uint32Array;

  /** @throws {RangeError} When the settings do not fit together. */
  constructor(settings: WindowSettings, thresholds: Thresholds) {
    this.#settings = settings;
    this.#layout = new Layout(settings);
    this.stateBytes = this.#layout.bytes;
    this.#rows = new Rows(this.stateBytes);
    this.runs = new Runs(this.#rows, this.stateBytes, settings.latenessMs, (slot) => this.#clear(slot));
    this.#verdicts = new Verdicts(settings, this.#layout, thresholds);
    this.#occupiedBefore = new Uint32Array(this.#layout.panes);
  }

  /** Open sessions. */
  get size(): number {
    return this.#rows.size;
  }

  /** Windows that close from now on are decided by these. */
  setThresholds(thresholds: Thresholds): void {
    this.#verdicts.thresholds = thresholds;
  }

  /** Windows that close from now on are of streams that are as set; null: it is found out. */
  setStreamSetting(setting: StreamSetting | null): void {
    this.#verdicts.streamSetting = setting;
  }

  /** @returns The slot of a fresh session. */
  open(): number {
    const slot = this.#rows.open();
    this.#clear(slot);
    return slot;
  }

  /**
   * Forgets the session; the slot will be given to another.
   *
   * @throws {RangeError} When the slot is not open.
   */
  release(slot: number): void {
    this.#rows.release(slot);
  }

  /** @returns A copy of the session for {@link restore}, `stateBytes` long. */
  save(slot: number): Uint8Array {
    return this.#rows.u8.slice(slot * this.stateBytes, (slot + 1) * this.stateBytes);
  }

  /**
   * @returns The few bytes that must outlive a closed session: the frontier, so that a batch resent days
   * later gives no window twice, and the verdicts.
   */
  saveClosed(slot: number): Uint8Array {
    return this.#rows.u8.slice(slot * this.stateBytes, slot * this.stateBytes + PREFIX.bytes);
  }

  /**
   * Opens a session as it was saved.
   *
   * A closed one, and one saved by another version or with other window settings, keeps the frontier,
   * counters and verdicts and starts with empty panes, because their bytes mean something else now. The
   * windows that were open then count as less covered or unknown; a window given twice would be worse.
   *
   * @param state From {@link save} or {@link saveClosed}.
   * @returns Its slot.
   * @throws {RangeError} When the state is cut short.
   */
  restore(state: Uint8Array): number {
    const kept = state.length < 4
      ? PREFIX.bytes
      : prefixBytes(new DataView(state.buffer, state.byteOffset).getUint32(0, true));
    if (state.length < kept) {
      throw new RangeError(
        `a session state of ${state.length} bytes is cut short: expected ${kept} or ${this.stateBytes}`,
      );
    }
    const slot = this.open(), base = slot * this.stateBytes;
    const { u8, f64 } = this.#rows;
    const stampBytes = PREFIX.frontierMsF64;
    const sameStamp = state.subarray(0, stampBytes).every((byte, i) => byte === u8[base + i]);
    if (sameStamp && state.length === this.stateBytes) {
      u8.set(state, base);
    } else {
      u8.set(state.subarray(stampBytes, kept), base + stampBytes);
      const at = (base + PREFIX.frontierMsF64) / 8, { slideMs } = this.#settings;
      f64[at] = Math.ceil(f64[at] / slideMs) * slideMs;
    }
    return slot;
  }

  /**
   * End of the newest window that was emitted or passed over as empty, ms since the Unix epoch; -Infinity
   * before the first reading.
   */
  frontierMs(slot: number): number {
    return this.#rows.f64[(slot * this.stateBytes + PREFIX.frontierMsF64) / 8];
  }

  /** Time of the newest reading, ms since the Unix epoch; -Infinity before the first. */
  maxMs(slot: number): number {
    return this.#rows.f64[(slot * this.stateBytes + PREFIX.maxMsF64) / 8];
  }

  /** @returns What became of the readings of the session's run. */
  counters(slot: number): Counters {
    return countersAt(this.#rows.u32, slot * this.stateBytes / 4);
  }

  /** @returns What the session's stream is taken for, and why. */
  gravityVerdict(slot: number): GravityVerdict {
    const { u8 } = this.#rows, base = slot * this.stateBytes;
    return describe(u8[base + PREFIX.streamU8] as Stream, u8[base + PREFIX.reasonU8] as Reason);
  }

  /**
   * Takes one batch of readings and emits every window that it closes.
   *
   * Batches may be split anywhere, repeated, or arrive in the wrong order within `latenessMs`. Readings older
   * than the next window are dropped as late. A reading no newer than what earlier batches brought is dropped
   * as a duplicate when they left one in the same 32nd of its pane; so of two batches that interleave reading
   * by reading, the second is lost.
   *
   * @param tMs Times of the readings, ms since the Unix epoch, finite.
   * @param xyz Their axes, three for each, finite, in whatever unit the phone uses.
   * @param count How many readings to take; the columns may be longer.
   * @param gravity What the sensor's name tells.
   */
  feed(
    slot: number,
    tMs: Float64Array,
    xyz: Float64Array,
    count: number,
    gravity: Gravity,
    emit: Emit,
  ): void {
    if (count === 0) return;
    const layout = this.#layout, { panes, bins } = layout;
    const { slideMs, windowMs, latenessMs } = this.#settings;
    const { f64, f32, u32, u8 } = this.#rows;
    const base = slot * this.stateBytes;
    const maxAt = (base + PREFIX.maxMsF64) / 8, frontierAt = (base + PREFIX.frontierMsF64) / 8;
    let readings = 0, late = 0, duplicates = 0;

    if (!isInOrder(tMs, count)) {
      const given = count;
      ({ tMs, xyz, count } = inOrder(tMs, xyz, count));
      duplicates = given - count;
    }
    if (gravity !== "unknown" && u8[base + PREFIX.streamU8] === STREAM.undecided) {
      u8[base + PREFIX.streamU8] = byName(gravity);
      u8[base + PREFIX.reasonU8] = REASON.name;
    }
    const maxBefore = f64[maxAt];
    let maxMs = maxBefore;
    if (maxBefore === -Infinity) {
      // As if time had begun one lateness earlier: when the second batch comes first, the first still gives
      // its windows.
      f64[frontierAt] = Math.floor((tMs[0] - latenessMs) / slideMs) * slideMs;
    } else if (tMs[0] <= maxBefore) {
      for (let ring = 0; ring < panes; ring++) {
        this.#occupiedBefore[ring] =
          u32[(base + layout.firstPane + ring * layout.paneBytes + layout.occupied) / 4];
      }
    }

    const gravityAt = (base + FILTER.gravityF32) / 4;
    let gx = f32[gravityAt], gy = f32[gravityAt + 1], gz = f32[gravityAt + 2];
    let horizonS = f32[(base + FILTER.horizonSF32) / 4];
    let lastMs = f64[(base + FILTER.lastMsF64) / 8];
    const minLimit = isInG(u8[base + PREFIX.streamU8] as Stream) ? MIN_LIMIT_G : MIN_LIMIT_MS2;
    let limit = Math.max(minLimit, f32[(base + FILTER.limitF32) / 4]);
    let nearLimit = CLIP_SHARE * limit;
    let clipped = u32[(base + PREFIX.clippedU32) / 4];

    const binsPerMs = bins / slideMs, cellsPerMs = CELLS / slideMs;
    let closeAt = f64[frontierAt] + slideMs + latenessMs, oldest = closeAt - latenessMs - windowMs;
    let paneStart = Infinity,
      paneEnd = -Infinity,
      ring = 0,
      binAt = 0,
      sumAt = 0,
      occupiedAt = 0,
      countAt = 0;
    for (let i = 0, j = 0; i < count; i++, j += 3) {
      const t = tMs[i];
      if (t >= closeAt) {
        f64[maxAt] = maxMs;
        this.#advance(slot, t - latenessMs, emit);
        closeAt = f64[frontierAt] + slideMs + latenessMs;
        oldest = closeAt - latenessMs - windowMs;
      }
      if (t < oldest) {
        late++;
        continue;
      }
      if (t < paneStart || t >= paneEnd) {
        const index = Math.floor(t / slideMs);
        paneStart = index * slideMs;
        paneEnd = paneStart + slideMs;
        ring = layout.ringAt(index);
        const at = base + layout.firstPane + ring * layout.paneBytes;
        binAt = at / 4;
        sumAt = (at + layout.sums) / 4;
        occupiedAt = (at + layout.occupied) / 4;
        countAt = at + layout.counts;
      }
      const cell = 1 << (t - paneStart) * cellsPerMs;
      const bin = (t - paneStart) * binsPerMs | 0;
      const inBin = u8[countAt + bin];
      const taken = t <= maxBefore && (this.#occupiedBefore[ring] & cell) !== 0;
      if (taken || inBin === MAX_IN_BIN) {
        duplicates++;
        continue;
      }
      if (t > maxMs) maxMs = t;
      readings++;
      u8[countAt + bin] = inBin + 1;
      u32[occupiedAt] |= cell;

      const x = xyz[j], y = xyz[j + 1], z = xyz[j + 2];
      const sinceS = Math.abs(t - lastMs) / 1000;
      lastMs = t;
      if (sinceS > FILTER_RESTART_S) {
        horizonS = 0;
        gx = x;
        gy = y;
        gz = z;
      } else {
        // A running mean until it has averaged for the time constant, an exponential one after.
        const stepS = Math.min(sinceS, MAX_FILTER_STEP_S);
        horizonS = Math.min(horizonS + stepS, GRAVITY_TAU_S);
        const share = stepS / (horizonS + stepS);
        gx += share * (x - gx);
        gy += share * (y - gy);
        gz += share * (z - gz);
      }
      const squares = x * x + y * y + z * z;
      const filteredSquares = (x - gx) ** 2 + (y - gy) ** 2 + (z - gz) ** 2;
      f32[binAt + bin] += Math.sqrt(squares);
      f32[sumAt + SUM.rawSquares] += squares;
      f32[sumAt + SUM.filtered] += Math.sqrt(filteredSquares);
      f32[sumAt + SUM.filteredSquares] += filteredSquares;
      f32[sumAt + SUM.x] += x;
      f32[sumAt + SUM.y] += y;
      f32[sumAt + SUM.z] += z;

      const extreme = Math.max(Math.abs(x), Math.abs(y), Math.abs(z));
      if (extreme >= nearLimit) {
        if (CLIP_SHARE * extreme > limit) clipped = 0;
        if (extreme > limit) {
          limit = extreme;
          nearLimit = CLIP_SHARE * limit;
        }
        clipped++;
      }
    }

    f64[maxAt] = maxMs;
    f64[(base + FILTER.lastMsF64) / 8] = lastMs;
    f32[gravityAt] = gx;
    f32[gravityAt + 1] = gy;
    f32[gravityAt + 2] = gz;
    f32[(base + FILTER.horizonSF32) / 4] = horizonS;
    if (limit > minLimit) f32[(base + FILTER.limitF32) / 4] = limit;
    u32[(base + PREFIX.readingsU32) / 4] += readings;
    u32[(base + PREFIX.lateU32) / 4] += late;
    u32[(base + PREFIX.duplicatesU32) / 4] += duplicates;
    u32[(base + PREFIX.clippedU32) / 4] = clipped;
  }

  /**
   * The session closes and nothing more is awaited: emits what is pending, through the pane of the newest
   * reading.
   */
  flush(slot: number, emit: Emit): void {
    const { slideMs } = this.#settings, maxMs = this.maxMs(slot);
    if (maxMs > -Infinity) this.#advance(slot, Math.floor(maxMs / slideMs) * slideMs + slideMs, emit);
  }

  /** Closes every window that ends by `throughMs`. */
  #advance(slot: number, throughMs: number, emit: Emit): void {
    const { slideMs, windowMs } = this.#settings, layout = this.#layout;
    const { f64, u8 } = this.#rows;
    const base = slot * this.stateBytes, frontierAt = (base + PREFIX.frontierMsF64) / 8;
    const maxMs = this.maxMs(slot), last = Math.floor(throughMs / slideMs) * slideMs;
    // A window that begins after the newest reading is empty, and so are all after it: a gap costs no more
    // than a ring.
    for (let end = f64[frontierAt] + slideMs; end <= last && end - windowMs <= maxMs; end += slideMs) {
      f64[frontierAt] = end;
      const window = this.#verdicts.close(this.#rows, base, end);
      if (window !== null) emit(window);
      const done = base + layout.paneAt((end - windowMs) / slideMs);
      u8.fill(0, done, done + layout.paneBytes);
    }
    if (f64[frontierAt] < last) {
      f64[frontierAt] = last;
      u8.fill(0, base + layout.firstPane, base + this.stateBytes);
    }
  }

  /** Makes the row that of a fresh session. */
  #clear(slot: number): void {
    const base = slot * this.stateBytes, { f64, u32, u8 } = this.#rows;
    const { windowMs, slideMs, latenessMs } = this.#settings;
    u8.fill(0, base, base + this.stateBytes);
    u32[(base + PREFIX.versionU32) / 4] = STATE_VERSION;
    u32[(base + PREFIX.windowMsU32) / 4] = windowMs;
    u32[(base + PREFIX.slideMsU32) / 4] = slideMs;
    u32[(base + PREFIX.latenessMsU32) / 4] = latenessMs;
    f64[(base + PREFIX.frontierMsF64) / 8] = -Infinity;
    f64[(base + PREFIX.maxMsF64) / 8] = -Infinity;
    f64[(base + FILTER.lastMsF64) / 8] = -Infinity;
    u8[base + PREFIX.activityU8] = ACTIVITIES.indexOf("unknown");
  }
}
