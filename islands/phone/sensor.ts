/**
 * The browser's motion sensor. `devicemotion` is what every mobile browser has; the newer Generic Sensor API is Chromium's alone and
 * is silent while nothing changes.
 *
 * @module
 */
import type { Axes, Sample } from "./batcher.ts";

/** Why there is nothing to record. */
export type SensorTrouble = "insecure" | "missing" | "denied" | "needsTap";

type Motion = typeof DeviceMotionEvent & { requestPermission?: () => Promise<"granted" | "denied"> };

/**
 * The clock of events may stand still while a phone sleeps; past this it is set anew, ms. Never back: a phone whose clock is
 * corrected goes on from where it was, since what lies before windows that are closed would be in none.
 */
const CLOCK_DRIFT_MS = 100;

/** Whether motion can be read here at all; null: it can. */
export function sensorTrouble(): SensorTrouble | null {
  if (!isSecureContext) return "insecure";
  return typeof DeviceMotionEvent === "undefined" ? "missing" : null;
}

/**
 * Asks for what the browser wants asked. iOS answers only right after a tap.
 *
 * @returns null when motion may be read
 */
export async function askPermission(): Promise<SensorTrouble | null> {
  const { requestPermission } = DeviceMotionEvent as Motion;
  if (requestPermission === undefined) return null;
  try {
    return await requestPermission.call(DeviceMotionEvent) === "granted" ? null : "denied";
  } catch (error) {
    if ((error as DOMException).name === "NotAllowedError") return "needsTap";
    throw error;
  }
}

/**
 * Hands over every reading until stopped.
 *
 * @param onSample in the order in which they were made
 * @param onMissing the browser says that the phone has no sensor: one event without figures
 * @returns Stops it
 */
export function followMotion(onSample: (sample: Sample) => void, onMissing: () => void): () => void {
  let offsetMs = NaN;
  const listener = ({ timeStamp, acceleration, accelerationIncludingGravity }: DeviceMotionEvent) => {
    const linear = axesOf(acceleration), total = axesOf(accelerationIncludingGravity);
    if (linear === null && total === null) return onMissing();
    const nowOffsetMs = Date.now() - performance.now();
    if (!(nowOffsetMs - offsetMs <= CLOCK_DRIFT_MS)) offsetMs = nowOffsetMs;
    onSample({ tMs: timeStamp + offsetMs, linear, total });
  };
  addEventListener("devicemotion", listener);
  return () => removeEventListener("devicemotion", listener);
}

function axesOf(acceleration: DeviceMotionEventAcceleration | null): Axes | null {
  const { x, y, z } = acceleration ?? { x: null, y: null, z: null };
  return x === null || y === null || z === null ? null : [x, y, z];
}
