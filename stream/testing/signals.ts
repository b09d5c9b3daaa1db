/**
 * Recordings and what can happen to them on the way, for tests.
 *
 * @module
 */
import { type Readings, readRecording } from "../../commands/recordings.ts";
import type { Activity, Gravity } from "../../log/records.ts";
import { SessionTable, type WindowResult } from "../session_table.ts";
import { DEFAULT_WINDOW, type WindowSettings } from "../settings.ts";
import { DEFAULT_THRESHOLDS } from "../thresholds.ts";

export type { Readings };

/** 2026-01-01, a whole second. */
export const START_MS = 1_767_225_600_000;
const BATCH_MS = 1000;

/** Reads a recording of `stream/testdata` and lets it begin at `START_MS`. */
export async function recording(name: "still" | "walking" | "running"): Promise<Readings> {
  const { count, tMs, xyz } = await readRecording(
    new URL(`../testdata/${name}.csv`, import.meta.url).pathname,
  );
  return { count, tMs: tMs.map((t) => START_MS + t), xyz };
}

/** A signal sampled every `stepMs`. */
export function sampled(
  seconds: number,
  stepMs: number,
  axes: (tS: number) => [number, number, number],
): Readings {
  const count = Math.floor(seconds * 1000 / stepMs);
  return {
    count,
    tMs: Float64Array.from({ length: count }, (_, i) => START_MS + i * stepMs),
    xyz: Float64Array.from(Array.from({ length: count }, (_, i) => axes(i * stepMs / 1000)).flat()),
  };
}

/** The reading at `t` on the straight line between its neighbours. */
function at({ count, tMs, xyz }: Readings, t: number): [number, number, number] {
  const next = Math.min(count - 1, Math.max(1, tMs.findIndex((x) => x >= t)));
  const share = (t - tMs[next - 1]) / (tMs[next] - tMs[next - 1]);
  const axis = (a: number) => xyz[3 * (next - 1) + a] + share * (xyz[3 * next + a] - xyz[3 * (next - 1) + a]);
  return [axis(0), axis(1), axis(2)];
}

/** The recording as a phone with another sampling rate and an unsteady clock would have taken it. */
export function resampled(readings: Readings, rateHz: number, jitterMs = 0, random = () => 0.5): Readings {
  const seconds = (readings.tMs[readings.count - 1] - readings.tMs[0]) / 1000;
  const times = Array.from(
    { length: Math.floor(seconds * rateHz) },
    (_, i) => readings.tMs[0] + 1000 * i / rateHz + jitterMs * (random() - 0.5),
  ).sort((a, b) => a - b);
  return {
    count: times.length,
    tMs: Float64Array.from(times),
    xyz: Float64Array.from(times.flatMap((t) => at(readings, t))),
  };
}

/** The recording in another unit. */
export function scaled({ count, tMs, xyz }: Readings, factor: number): Readings {
  return { count, tMs, xyz: xyz.map((v) => v * factor) };
}

/**
 * The recording without gravity: less its mean over two seconds around each reading, as a phone that knows
 * the future would.
 */
export function withoutGravity({ count, tMs, xyz }: Readings): Readings {
  const linear = new Float64Array(3 * count);
  for (let i = 0, from = 0, to = 0; i < count; i++) {
    while (to < count && tMs[to] < tMs[i] + 1000) to++;
    while (tMs[from] < tMs[i] - 1000) from++;
    for (let axis = 0; axis < 3; axis++) {
      let sum = 0;
      for (let k = from; k < to; k++) sum += xyz[3 * k + axis];
      linear[3 * i + axis] = xyz[3 * i + axis] - sum / (to - from);
    }
  }
  return { count, tMs, xyz: linear };
}

/** Readings `from` to before `to`. */
export function part({ tMs, xyz }: Readings, from: number, to: number): Readings {
  return { count: to - from, tMs: tMs.slice(from, to), xyz: xyz.slice(3 * from, 3 * to) };
}

/** One message a second. */
export function batches(readings: Readings): Readings[] {
  const parts: Readings[] = [];
  for (let from = 0, to = 0; from < readings.count; from = to) {
    while (to < readings.count && readings.tMs[to] < readings.tMs[from] + BATCH_MS) to++;
    parts.push(part(readings, from, to));
  }
  return parts;
}

/** A table with the shipped thresholds. */
export function newTable(settings: Partial<WindowSettings> = {}): SessionTable {
  return new SessionTable({ ...DEFAULT_WINDOW, ...settings }, DEFAULT_THRESHOLDS);
}

/** Feeds batches as one session of a new table and closes it. */
export function windowsOf(parts: Readings[], gravity: Gravity = "unknown"): WindowResult[] {
  const table = newTable(), slot = table.open(), windows: WindowResult[] = [];
  const keep = (window: WindowResult) => void windows.push({ ...window });
  for (const { tMs, xyz, count } of parts) table.feed(slot, tMs, xyz, count, gravity, keep);
  table.flush(slot, keep);
  return windows;
}

/** The activities of the windows that lie within the recording and behind its first three seconds. */
export function activities(windows: WindowResult[], { tMs, count }: Readings): Activity[] {
  return windows
    .filter((w) => w.windowStart >= tMs[0] + 3000 && w.timestamp <= tMs[count - 1])
    .map((w) => w.activity);
}
