/**
 * What a window means: gravity or not, the features, the activity.
 *
 * @module
 */
import { ACTIVITIES } from "../log/records.ts";
import { Aggregate } from "./aggregate.ts";
import { Cadence } from "./cadence.ts";
import { classify, confidence, type Features } from "./classifier.ts";
import {
  hasGravity,
  isInG,
  judge,
  REASON,
  type Reason,
  revise,
  STANDARD_GRAVITY,
  STREAM,
  type Stream,
} from "./gravity.ts";
import { type Layout, PREFIX } from "./layout.ts";
import type { Rows } from "./rows.ts";
import type { WindowSettings } from "./settings.ts";
import { allows, judgeWith, reviseWith, type StreamSetting } from "./stream_setting.ts";
import type { Thresholds } from "./thresholds.ts";
import type { WindowResult } from "./window.ts";

/**
 * Windows covered less than this are unknown. A session's first windows hold one and two fifths; one batch of
 * a second lost out of five still leaves enough to see a rhythm.
 */
const MIN_COVERAGE = 0.55;
/**
 * Below this a rhythm would be the sensor's noise, and looking for it would be most of a still phone's cost,
 * m/s².
 */
const MIN_RHYTHM_STD_MS2 = 0.3;
/**
 * Nobody runs more gently than this, mean magnitude in m/s²: rates faster than walking are harmonics then.
 */
const GENTLE_MS2 = 5;
/** Fastest walking step rate, Hz. */
const MAX_WALKING_HZ = 2.5;
/** Windows in a row that must contradict a measured gravity verdict before it is revised. */
const CONTRARY_WINDOWS = 3;

/** Closes windows of any session; holds no session's state, only scratch space. */
export class Verdicts {
  /** Decide the windows from now on. */
  thresholds: Thresholds;
  /** Holds for the windows from now on; null: what the stream is, is found out. */
  streamSetting: StreamSetting | null = null;
  readonly #settings: WindowSettings;
  readonly #layout: Layout;
  readonly #cadence: Cadence;
  readonly #aggregate = new Aggregate();
  readonly #features: Features = { meanMs2: 0, stdMs2: 0, cadenceHz: null };
  readonly #result: WindowResult;

  constructor(settings: WindowSettings, layout: Layout, thresholds: Thresholds) {
    this.thresholds = thresholds;
    this.#settings = settings;
    this.#layout = layout;
    this.#cadence = new Cadence(layout.bins * layout.windowPanes, settings.slideMs / layout.bins);
    this.#result = {
      timestamp: 0,
      magnitude: 0,
      activity: "unknown",
      windowStart: 0,
      windowMs: settings.windowMs,
      magnitudeStd: 0,
      cadenceHz: null,
      readings: 0,
      coverage: 0,
      confidence: 0,
      gravityRemoved: false,
      thresholdsVersion: thresholds.version,
    };
  }

  /**
   * Judges a window whose readings are all in.
   *
   * @param base Offset of the session's row, bytes; its verdict and activity are updated.
   * @param end The window's end, ms since the Unix epoch.
   * @returns The result, the same object every time; null when the window holds no readings.
   */
  close(rows: Rows, base: number, end: number): WindowResult | null {
    const { windowMs, slideMs } = this.#settings, { u8 } = rows;
    const sums = this.#aggregate,
      features = this.#features,
      result = this.#result,
      thresholds = this.thresholds;
    sums.collect(rows, this.#layout, base, (end - windowMs) / slideMs, this.#cadence.values);
    if (sums.readings === 0) return null;
    const covered = sums.coverage >= MIN_COVERAGE;
    const stream = this.#judge(u8, base, covered);
    const filtered = hasGravity(stream);
    const unitMs2 = isInG(stream) ? STANDARD_GRAVITY : 1;
    const mean = (filtered ? sums.filtered : sums.raw) / sums.readings;
    const variance = (filtered ? sums.filteredSquares : sums.rawSquares) / sums.readings - mean * mean;
    features.meanMs2 = mean * unitMs2;
    features.stdMs2 = Math.sqrt(Math.max(0, variance)) * unitMs2;
    features.cadenceHz = this.#stepRate(features);
    const activity = covered
      ? classify(features, thresholds, ACTIVITIES[u8[base + PREFIX.activityU8]])
      : "unknown";
    if (covered) u8[base + PREFIX.activityU8] = ACTIVITIES.indexOf(activity);

    result.timestamp = end;
    result.windowStart = end - windowMs;
    result.activity = activity;
    result.magnitude = Math.round(features.meanMs2 * 1e4) / 1e4;
    result.magnitudeStd = Math.round(features.stdMs2 * 1e4) / 1e4;
    result.cadenceHz = features.cadenceHz === null ? null : Math.round(features.cadenceHz * 1e3) / 1e3;
    result.readings = sums.readings;
    result.coverage = Math.round(sums.coverage * 1e4) / 1e4;
    result.confidence = Math.round(confidence(features, thresholds, activity) * 1e4) / 1e4;
    result.gravityRemoved = filtered;
    result.thresholdsVersion = thresholds.version;
    return result;
  }

  #stepRate({ meanMs2, stdMs2 }: Features): number | null {
    if (stdMs2 < MIN_RHYTHM_STD_MS2) return null;
    return meanMs2 < GENTLE_MS2 ? this.#cadence.measure(MAX_WALKING_HZ) : this.#cadence.measure();
  }

  /** Lets the collected window speak on gravity. @returns What the window is to be taken for. */
  #judge(u8: Uint8Array, base: number, covered: boolean): Stream {
    if (this.streamSetting !== null) return this.#judgeWith(this.streamSetting, u8, base, covered);
    // The setting was taken back.
    if (u8[base + PREFIX.reasonU8] === REASON.setting) this.#take(u8, base, STREAM.undecided, REASON.none);
    const { meanVector, raw, readings } = this.#aggregate;
    const current = u8[base + PREFIX.streamU8] as Stream, reason = u8[base + PREFIX.reasonU8] as Reason;
    const verdict = current === STREAM.undecided
      ? judge(meanVector, raw / readings)
      : revise(current, meanVector, raw / readings);
    if (!covered) return current === STREAM.undecided ? verdict : current;
    if (verdict === current) {
      u8[base + PREFIX.contraryU8] = 0;
      return current;
    }
    // A name is a hint that one clear window overrules; what was measured needs more to be doubted.
    if (reason === REASON.data || reason === REASON.dataOverName || reason === REASON.dataChanged) {
      if (++u8[base + PREFIX.contraryU8] < CONTRARY_WINDOWS) return current;
    }
    const now = reason === REASON.none
      ? REASON.data
      : reason === REASON.name
      ? REASON.dataOverName
      : REASON.dataChanged;
    return this.#take(u8, base, verdict, now);
  }

  /** The same of what the setting leaves open. */
  #judgeWith(setting: StreamSetting, u8: Uint8Array, base: number, covered: boolean): Stream {
    const { meanVector, raw, readings } = this.#aggregate;
    const current = u8[base + PREFIX.streamU8] as Stream;
    if (u8[base + PREFIX.reasonU8] !== REASON.setting || !allows(setting, current)) {
      const verdict = judgeWith(setting, meanVector, raw / readings);
      return covered ? this.#take(u8, base, verdict, REASON.setting) : verdict;
    }
    if (!covered) return current;
    const verdict = reviseWith(setting, current, meanVector, raw / readings);
    if (verdict === current) {
      u8[base + PREFIX.contraryU8] = 0;
      return current;
    }
    if (++u8[base + PREFIX.contraryU8] < CONTRARY_WINDOWS) return current;
    return this.#take(u8, base, verdict, REASON.setting);
  }

  #take(u8: Uint8Array, base: number, stream: Stream, reason: Reason): Stream {
    u8[base + PREFIX.contraryU8] = 0;
    u8[base + PREFIX.streamU8] = stream;
    u8[base + PREFIX.reasonU8] = reason;
    return stream;
  }
}
