/**
 * Thresholds as they are being edited: what stands in the fields, right or not.
 *
 * @module
 */
import { DEFAULT_THRESHOLDS, orderFaults, type ThresholdValues } from "../../stream/thresholds.ts";

/** Texts of the fields, as they were typed. */
export interface Draft extends Record<Field, string> {
  /** Whether the step rate decides where the magnitude cannot. */
  hasCadence: boolean;
}

export type Field = "walkingMs2" | "runningMs2" | "stillStdMs2" | "hysteresisMs2" | CadenceField;
type CadenceField = "runningHz" | "fromMs2" | "toMs2";

/** What is wrong with a field, in words. */
export type Faults = Partial<Record<Field, string>>;

const CADENCE_FIELDS: CadenceField[] = ["runningHz", "fromMs2", "toMs2"];
const PLAIN_FIELDS = ["walkingMs2", "runningMs2", "stillStdMs2", "hysteresisMs2"] as const;
/** Digits after the point that are kept when a value is moved: finer than anything that can be felt. */
const DIGITS = 2;

/** The fields' texts for values. Without the rule of the step rate its fields have the program's own values. */
export function draftOf(values: ThresholdValues): Draft {
  const { runningHz, fromMs2, toMs2 } = values.cadence ?? DEFAULT_THRESHOLDS.cadence!;
  return {
    walkingMs2: String(values.walkingMs2),
    runningMs2: String(values.runningMs2),
    stillStdMs2: String(values.stillStdMs2),
    hysteresisMs2: String(values.hysteresisMs2),
    hasCadence: values.cadence !== null,
    runningHz: String(runningHz),
    fromMs2: String(fromMs2),
    toMs2: String(toMs2),
  };
}

/** The values that the fields say; only of a draft without faults. */
export function valuesOf(draft: Draft): ThresholdValues {
  const { walkingMs2, runningMs2, stillStdMs2, hysteresisMs2, hasCadence } = draft;
  return {
    walkingMs2: Number(walkingMs2),
    runningMs2: Number(runningMs2),
    stillStdMs2: Number(stillStdMs2),
    hysteresisMs2: Number(hysteresisMs2),
    cadence: hasCadence
      ? { runningHz: Number(draft.runningHz), fromMs2: Number(draft.fromMs2), toMs2: Number(draft.toMs2) }
      : null,
  };
}

/** What cannot be sent: texts that are no numbers, and numbers that are not in order. The server knows their bounds. */
export function faultsOf(draft: Draft): Faults {
  const faults: Faults = {};
  const shown: readonly Field[] = draft.hasCadence ? [...PLAIN_FIELDS, ...CADENCE_FIELDS] : PLAIN_FIELDS;
  for (const field of shown) if (!isNumber(draft[field])) faults[field] = "Type a number, for example 8.5";
  // Without all numbers there is no order to speak of.
  if (Object.keys(faults).length > 0) return faults;
  const values = valuesOf(draft);
  for (const { field } of orderFaults(values)) Object.assign(faults, ORDER_WORDS[field]?.(values));
  return faults;
}

const ORDER_WORDS: Partial<Record<keyof ThresholdValues, (values: ThresholdValues) => Faults>> = {
  runningMs2: ({ walkingMs2 }) => ({ runningMs2: `Must be above the one for walking, ${walkingMs2}` }),
  // Between thresholds out of order there is no room for any.
  hysteresisMs2: ({ walkingMs2, runningMs2 }) =>
    walkingMs2 < runningMs2
      ? {
        hysteresisMs2: `At most ${
          Math.floor(50 * (runningMs2 - walkingMs2)) / 100
        }, half the way from walking to running`,
      }
      : {},
  cadence: ({ walkingMs2, cadence }) =>
    walkingMs2 > cadence!.fromMs2
      ? { fromMs2: `Must not be below the threshold for walking, ${walkingMs2}` }
      : { toMs2: `Must be above ${cadence!.fromMs2}` },
};

/** The field that a JSON pointer of `PUT /api/thresholds` names; null for another one. */
export function fieldAt(pointer: string): Field | null {
  const [, , name, inner] = pointer.split("/");
  // The rule as a whole is shown at its first magnitude.
  const field = name === "cadence" ? inner ?? "fromMs2" : name;
  return [...PLAIN_FIELDS, ...CADENCE_FIELDS].find((known) => known === field) ?? null;
}

/** The text of a field moved by some; a text that is no number stays. */
export function moved(text: string, by: number): string {
  return isNumber(text) ? String(Math.max(0, round(Number(text) + by))) : text;
}

const isNumber = (text: string) => text.trim() !== "" && Number.isFinite(Number(text));

function round(value: number): number {
  return Number(value.toFixed(DIGITS));
}
