/**
 * What a session's saved state says without being restored.
 *
 * @module
 */
import { PREFIX, prefixBytes } from "./layout.ts";
import type { Counters } from "./window.ts";

/**
 * Reads a saved state.
 *
 * @param state from `SessionTable.save` or `saveClosed`, also of an older version
 */
export function readSaved(state: Uint8Array): { run: number; counters: Counters } {
  const prefix = new Uint8Array(PREFIX.bytes);
  prefix.set(state.subarray(0, PREFIX.bytes));
  const u32 = new Uint32Array(prefix.buffer);
  const hasRun = prefixBytes(u32[PREFIX.versionU32 / 4]) === PREFIX.bytes;
  return { run: hasRun ? u32[PREFIX.runU32 / 4] : 0, counters: countersAt(u32, 0) };
}

/** @param base where the state's row begins, in words */
export const countersAt = (u32: Uint32Array, base: number): Counters => ({
  readings: u32[base + PREFIX.readingsU32 / 4],
  late: u32[base + PREFIX.lateU32 / 4],
  duplicates: u32[base + PREFIX.duplicatesU32 / 4],
  clipped: u32[base + PREFIX.clippedU32 / 4],
});
