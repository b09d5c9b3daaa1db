/**
 * Batches for tests of the log.
 *
 * @module
 */
import type { Log } from "../port.ts";
import type { ActivityRecord, ReadingBatch } from "../records.ts";

/** A batch with one reading unless told otherwise. */
export function batchOf(deviceId: string, messageId: string, more: Partial<ReadingBatch> = {}): ReadingBatch {
  return {
    deviceId,
    sessionId: "run-1",
    messageId,
    receivedAtMs: 1_767_225_600_000,
    source: "seed",
    gravity: "unknown",
    count: 1,
    tMs: Float64Array.of(1_767_225_600_000),
    xyz: Float64Array.of(0.1, -0.2, 9.81),
    ...more,
  };
}

/** Columns of `count` readings that repeat the numbers given. */
export function columnsOf(count: number, times: readonly number[], axes: readonly number[]) {
  return {
    count,
    tMs: Float64Array.from({ length: count }, (_, i) => times[i % times.length]),
    xyz: Float64Array.from({ length: 3 * count }, (_, i) => axes[i % axes.length]),
  };
}

const PAGE = 1000;

/** Every kept record of each partition. */
export async function readAllRaw(log: Log): Promise<{ offset: number; record: ReadingBatch }[][]> {
  return await Promise.all(
    Array.from({ length: log.partitions }, (_, p) => drain((at) => log.readRaw(p, at, PAGE))),
  );
}

/** Every kept window of each partition. */
export async function readAllActivity(log: Log): Promise<{ offset: number; record: ActivityRecord }[][]> {
  return await Promise.all(
    Array.from({ length: log.partitions }, (_, p) => drain((at) => log.readActivity(p, at, PAGE))),
  );
}

async function drain<T>(read: (at: number) => Promise<{ records: T[]; next: number }>): Promise<T[]> {
  const all: T[] = [];
  for (let at = 0;;) {
    const { records, next } = await read(at);
    if (records.length === 0) return all;
    all.push(...records);
    at = next;
  }
}
