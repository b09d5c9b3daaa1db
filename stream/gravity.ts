/**
 * Does a stream of accelerations contain gravity, and in which unit is it? Judged window by window from the
 * mean vector: whatever the phone does, it stays on Earth, so over some seconds the mean of a raw
 * accelerometer is about 9.81 m/s² (or 1 g) long, while that of a gravity-free one is near 0.
 *
 * @module
 */
import type { Gravity } from "../log/records.ts";

/** Standard gravity, m/s² (ISO 80000-3). */
export const STANDARD_GRAVITY = 9.80665;

/** What a stream is taken for. The numbers rest in session states: never reuse one. */
export const STREAM = { undecided: 0, included: 1, includedG: 2, removed: 3, removedG: 4 } as const;
export type Stream = (typeof STREAM)[keyof typeof STREAM];

/** Why. The numbers rest in session states: never reuse one. */
export const REASON = { none: 0, name: 1, data: 2, dataOverName: 3, dataChanged: 4, setting: 5 } as const;
export type Reason = (typeof REASON)[keyof typeof REASON];

const REASON_TEXTS: Record<Reason, string> = {
  [REASON.none]: "waiting for the first full window",
  [REASON.name]: "the sensor's name says so",
  [REASON.data]: "measured: the mean vector of the first full window",
  [REASON.dataOverName]: "measured: the mean vector contradicts the sensor's name",
  [REASON.dataChanged]: "measured: the mean vector changed during the session",
  [REASON.setting]: "set for this device by an admin",
};

/** What the device page shows. */
export interface GravityVerdict {
  included: boolean;
  unit: "m/s2" | "g";
  reason: string;
  /** False while the verdict is only a first guess. */
  decided: boolean;
}

/** @returns The verdict in words. */
export function describe(stream: Stream, reason: Reason): GravityVerdict {
  return {
    included: stream === STREAM.included || stream === STREAM.includedG,
    unit: isInG(stream) ? "g" : "m/s2",
    reason: REASON_TEXTS[reason],
    decided: stream !== STREAM.undecided,
  };
}

/** @returns Whether its unit is g. */
export const isInG = (stream: Stream): boolean => stream === STREAM.includedG || stream === STREAM.removedG;

/** @returns Whether gravity is taken to be in it: also while nothing is known, as most phones send it. */
export const hasGravity = (stream: Stream): boolean =>
  stream !== STREAM.removed && stream !== STREAM.removedG;

/** @returns What a sensor's name tells about its stream. */
export function byName(gravity: Gravity): Stream {
  return gravity === "included" ? STREAM.included : gravity === "removed" ? STREAM.removed : STREAM.undecided;
}

/**
 * Mean vector of a raw accelerometer at rest, g: offsets and scale errors of phones reach 6 %, turning it
 * shortens the mean.
 */
const ONE_G = { min: 0.85, max: 1.15 };
/**
 * Least mean vector that is taken for gravity in m/s²: 5.7 for joggers whose sensor clips, gravity-free ones
 * begin under 4.2.
 */
const MIN_GRAVITY_MS2 = 4.2;
/**
 * How far the mean magnitude may exceed the mean vector with gravity in it: joggers reach 1.9; without
 * gravity 3 and more.
 */
const MAX_RATIO = 2.4;

/**
 * What a window looks like, judged alone.
 *
 * The numbers come from the recordings' first windows: 37 subjects and devices with gravity (WISDM 2019, S8
 * pocket, HHAR) and 14 without (MotionSense). A gravity-free stream in g cannot be told from one in m/s² that
 * moves less: it is taken for m/s².
 *
 * @param meanVector Length of the mean vector, in the stream's own unit.
 * @param meanMagnitude Mean length of the vectors, same unit.
 */
export function judge(meanVector: number, meanMagnitude: number): Stream {
  if (meanMagnitude > MAX_RATIO * meanVector) return STREAM.removed;
  if (meanVector > MIN_GRAVITY_MS2) return STREAM.included;
  return meanVector > ONE_G.min && meanVector < ONE_G.max ? STREAM.includedG : STREAM.removed;
}

/**
 * With gravity the mean magnitude of seconds stays near or above it, except in free fall. In m/s² and in g.
 */
export const IMPOSSIBLY_WEAK_MS2 = 4;
const IMPOSSIBLY_WEAK_G = 0.7;
/** No runner's mean magnitude is that large, g: then the unit is m/s². */
const IMPOSSIBLY_STRONG_G = 4;
/**
 * A ratio like {@link MAX_RATIO}, further out: clipping took it past 2.4 in one jogging window of a thousand,
 * to 3.0 once.
 */
const IMPOSSIBLE_RATIO = 3.5;
/** Mean vector of a raw accelerometer at rest, m/s²: phones measure 9.2 to 10.4. */
const AT_REST_MS2 = { min: 9, max: 10.6 };
/** At rest all readings point the same way; walking with a drift of 9 m/s² the ratio was 1.14 and more. */
const AT_REST_RATIO = 1.02;

/**
 * What a window says against the current verdict. Only what cannot be otherwise counts: linear acceleration
 * as phones compute it drifts past 1 m/s² in a seated pocket and past 12 m/s² on some walks, and a clipped
 * jog hides half of gravity.
 *
 * @param current A verdict, not undecided.
 * @param meanVector As for {@link judge}.
 * @param meanMagnitude As for {@link judge}.
 * @returns `current`, or the stream that it must be instead.
 */
export function revise(current: Stream, meanVector: number, meanMagnitude: number): Stream {
  return isImpossible(current, meanVector, meanMagnitude) ? judge(meanVector, meanMagnitude) : current;
}

function isImpossible(current: Stream, meanVector: number, meanMagnitude: number): boolean {
  switch (current) {
    case STREAM.included:
      return meanMagnitude < IMPOSSIBLY_WEAK_MS2 || meanMagnitude > IMPOSSIBLE_RATIO * meanVector;
    case STREAM.includedG:
      return meanMagnitude < IMPOSSIBLY_WEAK_G || meanMagnitude > IMPOSSIBLY_STRONG_G;
    case STREAM.removed:
      return meanVector > AT_REST_MS2.min && meanVector < AT_REST_MS2.max &&
        meanMagnitude < AT_REST_RATIO * meanVector;
    case STREAM.removedG:
    case STREAM.undecided:
      return false;
  }
}
