/**
 * Thresholds side by side, in words.
 *
 * @module
 */
import type { ThresholdValues } from "../../stream/thresholds.ts";
import type { ThresholdsVersion } from "../../web/services.ts";

/** One value of several sets of thresholds. */
export interface Row {
  name: string;
  /** Of the texts, for example "m/s²". */
  unit: string;
  /** One for each set, in their order. */
  texts: string[];
  /** Whether the texts differ. */
  differs: boolean;
}

const VALUES: [name: string, unit: string, text: (values: ThresholdValues) => string | number][] = [
  ["walking from", "m/s²", ({ walkingMs2 }) => walkingMs2],
  ["running from", "m/s²", ({ runningMs2 }) => runningMs2],
  ["still under", "m/s²", ({ stillStdMs2 }) => stillStdMs2],
  ["hysteresis", "m/s²", ({ hysteresisMs2 }) => hysteresisMs2],
  [
    "step rate decides",
    "m/s²",
    ({ cadence }) => cadence === null ? "no" : `${cadence.fromMs2} to ${cadence.toMs2}`,
  ],
  ["running step rate", "Hz", ({ cadence }) => cadence === null ? "–" : cadence.runningHz],
];

/** All values of the sets, a row each. */
export function rowsOf(...sets: ThresholdValues[]): Row[] {
  return VALUES.map(([name, unit, text]) => {
    const texts = sets.map((values) => String(text(values)));
    return { name, unit, texts, differs: new Set(texts).size > 1 };
  });
}

/** What a version changed: the rows that differ from what was in force for the same devices before. */
export interface Change {
  version: ThresholdsVersion;
  /** null: what was before is not among the versions. */
  rows: Row[] | null;
  /** When the next version for the same devices came, ms since the Unix epoch; null: it is in force. */
  untilMs: number | null;
}

/**
 * Each version with what it changed.
 *
 * @param versions newest first, none left out in between
 */
export function changesOf(versions: readonly ThresholdsVersion[]): Change[] {
  return versions.map((version, i) => {
    const next = versions.slice(0, i).findLast((each) => each.deviceId === version.deviceId);
    const before = inForceAt(versions.slice(i + 1), version.deviceId);
    const now = version.values ?? inForceAt(versions.slice(i + 1), null);
    const rows = before === null || now === null
      ? null
      : rowsOf(before, now).filter(({ differs }) => differs);
    return { version, rows: version.version === 1 ? [] : rows, untilMs: next?.atMs ?? null };
  });
}

/** What decided for a device (null: for those without values of their own) after the newest of these; null: not known. */
function inForceAt(versions: readonly ThresholdsVersion[], deviceId: string | null): ThresholdValues | null {
  const own = deviceId === null ? undefined : versions.find((each) => each.deviceId === deviceId);
  if (own?.values) return own.values;
  return versions.find((each) => each.deviceId === null)?.values ?? null;
}
