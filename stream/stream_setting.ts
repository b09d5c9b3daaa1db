/**
 * What an admin says about a device's readings, in place of what is found out.
 *
 * @module
 */
import {
  hasGravity,
  IMPOSSIBLY_WEAK_MS2,
  isInG,
  judge,
  revise,
  STANDARD_GRAVITY,
  STREAM,
  type Stream,
} from "./gravity.ts";

/** null: found out. Not both: then there is no setting. */
export interface StreamSetting {
  /** Whether gravity is in the readings. */
  gravity: "included" | "removed" | null;
  unit: "ms2" | "g" | null;
}

/** Says what is set for a device, now. */
export interface StreamSource {
  streamOf(deviceId: string): StreamSetting | null;
}

/** @returns Whether the stream is one that the setting leaves possible. */
export function allows({ gravity, unit }: StreamSetting, stream: Stream): boolean {
  if (stream === STREAM.undecided) return false;
  return (gravity === null || (gravity === "included") === hasGravity(stream)) &&
    (unit === null || (unit === "g") === isInG(stream));
}

/**
 * What a window looks like, judged alone, of what the setting leaves possible.
 *
 * @param meanVector As for {@link judge}.
 * @param meanMagnitude As for {@link judge}.
 */
export function judgeWith(setting: StreamSetting, meanVector: number, meanMagnitude: number): Stream {
  const { gravity, unit } = setting;
  if (unit !== null) {
    const scale = scaleOf(setting);
    const included = gravity === null
      ? judge(meanVector * scale, meanMagnitude * scale) === STREAM.included
      : gravity === "included";
    return streamOf(included, unit === "g");
  }
  // With gravity the mean magnitude tells the unit. Without, nothing does: phones that take gravity out say m/s².
  return streamOf(gravity === "included", gravity === "included" && meanMagnitude < IMPOSSIBLY_WEAK_MS2);
}

/**
 * What a window says against the current verdict; as {@link revise}, of what the setting leaves possible.
 *
 * @param current One that the setting allows.
 */
export function reviseWith(
  setting: StreamSetting,
  current: Stream,
  meanVector: number,
  meanMagnitude: number,
): Stream {
  const { gravity, unit } = setting;
  if (unit === null || gravity !== null) return current;
  const scale = scaleOf(setting);
  const inMs2 = streamOf(hasGravity(current), false);
  const verdict = revise(inMs2, meanVector * scale, meanMagnitude * scale);
  return verdict === inMs2 ? current : streamOf(verdict === STREAM.included, unit === "g");
}

const scaleOf = ({ unit }: StreamSetting) => unit === "g" ? STANDARD_GRAVITY : 1;

function streamOf(included: boolean, inG: boolean): Stream {
  if (included) return inG ? STREAM.includedG : STREAM.included;
  return inG ? STREAM.removedG : STREAM.removed;
}
