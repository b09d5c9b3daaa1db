/**
 * How faults are written on the command line.
 *
 * @module
 */
import type { Disguise } from "./disguise.ts";
import { type FaultCounts, type Faults, NO_FAULTS } from "./faults.ts";
import { numberOption, UsageError } from "./usage.ts";

const UNIT_MS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 } as const;
/** Longer than any server accepts readings afterwards, and what it makes of a clock that far off can be seen. */
const MAX_TIME_MS = 30 * 86_400_000;
const MAX_SEED = 2 ** 31 - 1;

/** For `parseArgs`. */
export const FAULT_OPTIONS = {
  drop: { type: "string" },
  duplicate: { type: "string" },
  reorder: { type: "string" },
  delay: { type: "string" },
  offline: { type: "string" },
  clock: { type: "string" },
  "clock-jump": { type: "string" },
  unit: { type: "string" },
  gravity: { type: "string" },
  seed: { type: "string" },
} as const;

type Given = Partial<Record<keyof typeof FAULT_OPTIONS, string>>;

/**
 * Reads the options.
 *
 * @returns null for what nobody asked for
 * @throws UsageError when one is not written as it should be
 */
export function readFaults(given: Given): { faults: Faults | null; disguise: Disguise | null } {
  const share = (name: "drop" | "duplicate" | "reorder") => {
    const value = given[name];
    if (value === undefined) return 0;
    const n = Number(value);
    if (value.trim() !== "" && n > 0 && n <= 1) return n;
    throw wrong(`--${name}`, value, "a share of the messages above 0 and up to 1", "0.05");
  };
  const faults: Faults = {
    seed: numberOption("--seed", given.seed, NO_FAULTS.seed, { min: 0, max: MAX_SEED }),
    drop: share("drop"),
    duplicate: share("duplicate"),
    reorder: share("reorder"),
    delayMs: given.delay === undefined ? NO_FAULTS.delayMs : delayMs(given.delay),
    offline: given.offline === undefined ? null : offline(given.offline),
    clockMs: given.clock === undefined ? 0 : clockMs(given.clock),
    clockJump: given["clock-jump"] === undefined ? null : clockJump(given["clock-jump"]),
  };
  const { seed, unit, gravity, ...others } = given;
  const isFaulty = Object.values(others).some((value) => value !== undefined);
  if (seed !== undefined && !isFaulty) {
    throw new UsageError("--seed is for faults, of which there is none: add one, for example --drop 0.05");
  }
  return { faults: isFaulty ? faults : null, disguise: readDisguise(unit, gravity) };
}

/** What happened, for people: one line. */
export function tellFaults(counts: FaultCounts, faults: Faults): string {
  const { messages, dropped, droppedReadings, duplicated, reordered, delayed, held } = counts;
  const { seed, delayMs: [leastMs, mostMs], clockMs, clockJump } = faults;
  const told = [
    dropped > 0 && `${dropped} dropped (${droppedReadings} readings)`,
    duplicated > 0 && `${duplicated} sent twice`,
    reordered > 0 && `${reordered} sent after the next`,
    delayed > 0 && `${delayed} delayed by ${leastMs} to ${mostMs} ms`,
    held > 0 && `${held} held back while offline`,
    clockMs !== 0 && `all by a clock that is ${offset(clockMs, "ahead", "behind")}`,
    clockJump !== null &&
    `from ${clockJump.atMs / 1000} s on by one that leapt ${offset(clockJump.byMs, "forward", "back")}`,
  ].filter(Boolean);
  return `faults (seed ${seed}) in ${messages} messages: ${told.join(", ") || "none"}`;
}

const offset = (ms: number, forth: string, back: string) =>
  `${Math.abs(ms) / 1000} s ${ms > 0 ? forth : back}`;

function readDisguise(unit: string | undefined, gravity: string | undefined): Disguise | null {
  if (unit === undefined && gravity === undefined) return null;
  if (unit !== undefined && unit !== "g" && unit !== "ms2") throw wrong("--unit", unit, "g or ms2", "g");
  if (gravity !== undefined && gravity !== "included" && gravity !== "removed") {
    throw wrong("--gravity", gravity, "included or removed", "removed");
  }
  return { unit: unit ?? "ms2", gravity: gravity ?? null };
}

function delayMs(value: string): [number, number] {
  const [, least, most] = /^(\d{1,10})-(\d{1,10})$/.exec(value) ?? [];
  if (
    most !== undefined && Number(least) <= Number(most) && Number(most) > 0 && Number(most) <= MAX_TIME_MS
  ) {
    return [Number(least), Number(most)];
  }
  throw wrong("--delay", value, "the shortest and the longest delay in ms", "0-2000");
}

function offline(value: string): NonNullable<Faults["offline"]> {
  const [length, at, ...more] = value.split("@");
  const lengthMs = timeMs(length), atMs = timeMs(at ?? "");
  if (lengthMs > 0 && atMs >= 0 && more.length === 0) return { lengthMs, atMs };
  throw wrong("--offline", value, "how long @ from when in the recording (ms, s, min or h)", "30s@60s");
}

function clockMs(value: string): number {
  const ms = timeMs(value, true);
  if (ms !== 0 && !Number.isNaN(ms)) return ms;
  throw wrong(
    "--clock",
    value,
    "how far the phone's clock is ahead, or with a minus behind (ms, s, min or h)",
    "+180s or --clock=-180s",
  );
}

function clockJump(value: string): NonNullable<Faults["clockJump"]> {
  const [by, at, ...more] = value.split("@");
  const byMs = timeMs(by, true), atMs = timeMs(at ?? "");
  if (byMs !== 0 && !Number.isNaN(byMs) && atMs >= 0 && more.length === 0) return { byMs, atMs };
  throw wrong(
    "--clock-jump",
    value,
    "how far the phone's clock leaps @ when in the recording (ms, s, min or h)",
    "60s@30s or --clock-jump=-60s@30s",
  );
}

/** @returns NaN when it is no time, or one out of bounds */
function timeMs(text: string, signed = false): number {
  const [, sign, digits, unit] = /^([+-]?)(\d{1,12}(?:\.\d{1,3})?)(ms|s|min|h)$/.exec(text) ?? [];
  if (unit === undefined || (sign !== "" && !signed)) return NaN;
  const ms = Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return ms > MAX_TIME_MS ? NaN : sign === "-" ? -ms : ms;
}

function wrong(option: string, value: string, expected: string, example: string): UsageError {
  return new UsageError(
    `${option} is ${JSON.stringify(value)}: expected ${expected}, for example ${option} ${example}`,
  );
}
