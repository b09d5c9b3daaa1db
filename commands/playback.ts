/**
 * Plays a recording as a phone would have sent it: in batches, stamped with the present.
 *
 * @module
 */
import type { Gravity } from "../log/records.ts";
import type { Clock } from "./clock.ts";
import type { Readings } from "./recordings.ts";

/** A phone at real-time speed sends what one second recorded. */
const BATCH_MS = 1000;
/**
 * More requests than this say nothing more about a server than bigger ones do, so higher speeds send bigger
 * batches.
 */
const MAX_REQUESTS_PER_S = 5;
/**
 * What a batch holds when it goes as fast as the server takes it; a phone that was offline sends about as
 * much.
 */
const MAX_SPEED_BATCH_MS = 10_000;
/** Keeps a message far below the server's limit of size, whatever the rate of the recording (about 90 kB). */
const MAX_BATCH_READINGS = 1000;

/** Readings `from` to before `to` of a recording, sent in one message. */
export interface Batch {
  /** Its number in the recording. */
  id: number;
  from: number;
  to: number;
  /** When it is sent, in the recording's own time from its beginning, ms. */
  atMs: number;
}

/** How a recording is laid on the clock. */
export interface Plan {
  /** Added to a reading's time to get ms since the Unix epoch. */
  shiftMs: number;
  batches: Batch[];
}

/**
 * Lays a recording on the clock so that its last reading is stamped with the moment it is sent. At a higher
 * speed the first readings therefore lie in the past and the rest catches up; no reading is ever stamped
 * later than it is sent.
 *
 * @param readings the recording, at least one reading, times ascending
 * @param speed times real time, 1 or more; Infinity to send without waiting
 * @param startMs when it begins, ms since the Unix epoch
 */
export function plan(readings: Readings, speed: number, startMs: number): Plan {
  const { tMs, count } = readings;
  const firstMs = tMs[0], lengthMs = tMs[count - 1] - firstMs;
  const batchMs = speed === Infinity
    ? MAX_SPEED_BATCH_MS
    : Math.max(BATCH_MS, speed * 1000 / MAX_REQUESTS_PER_S);
  const batches: Batch[] = [];
  for (let from = 0; from < count;) {
    const endMs = Math.min(lengthMs, (Math.floor((tMs[from] - firstMs) / batchMs) + 1) * batchMs);
    // The last reading lies on the end of the last batch, not before it.
    const inBatch = (i: number) => tMs[i] - firstMs < endMs || endMs === lengthMs;
    let to = from + 1;
    while (to < count && to - from < MAX_BATCH_READINGS && inBatch(to)) to++;
    batches.push({ id: batches.length, from, to, atMs: endMs });
    from = to;
  }
  return { shiftMs: Math.floor(startMs + lengthMs / speed - lengthMs - firstMs), batches };
}

/** Who sends a recording. */
export interface Sender {
  deviceId: string;
  sessionId: string;
  gravity: Gravity;
}

/** What goes wrong on the way. */
export interface Trouble {
  /** What is sent in the end, in the order in which it is. */
  schedule(batches: readonly Batch[]): Batch[];
  /** How far the phone's clock is ahead at a time of the recording (from its beginning, ms), ms. */
  clockErrorMs(atMs: number): number;
}

/** The body of one message, in the shape of `POST /sensor-data`. */
export interface Message {
  messageId: string;
  sessionId: string;
  deviceId: string;
  sensorReadings: { name: string; timestamp: number; values: [number, number, number] }[];
}

/**
 * Plays a recording: waits for each batch's time and hands it over. Returns early when the signal is aborted.
 *
 * @param send takes one message, and how much of the recording has been played with it, 0 to 1; the next one waits until its
 * promise is fulfilled
 */
export async function play(
  readings: Readings,
  sender: Sender,
  speed: number,
  clock: Clock,
  signal: AbortSignal,
  send: (message: Message, played: number) => Promise<void>,
  trouble?: Trouble,
): Promise<void> {
  const startMs = clock.nowMs();
  const { shiftMs, batches } = plan(readings, speed, startMs);
  const sent = trouble?.schedule(batches) ?? batches;
  // Android's name for the acceleration without gravity: the server must not remove it a second
  // time.
  const name = sender.gravity === "removed" ? "linearacceleration" : "accelerometer";
  for (const [i, { id, from, to, atMs }] of sent.entries()) {
    await clock.sleep(startMs + atMs / speed - clock.nowMs(), signal);
    if (signal.aborted) return;
    const sensorReadings: Message["sensorReadings"] = [];
    for (let r = from; r < to; r++) {
      const [x, y, z] = readings.xyz.subarray(3 * r, 3 * r + 3);
      const errorMs = trouble?.clockErrorMs(readings.tMs[r] - readings.tMs[0]) ?? 0;
      sensorReadings.push({ name, timestamp: readings.tMs[r] + shiftMs + errorMs, values: [x, y, z] });
    }
    await send({
      messageId: String(id),
      sessionId: sender.sessionId,
      deviceId: sender.deviceId,
      sensorReadings,
    }, (i + 1) / sent.length);
  }
}
