/**
 * How each device's readings come in, as this process sees it: rate, jitter, lag, missing messages, what was refused and why.
 * Kept in memory only; nothing is decided by it.
 *
 * @module
 */
import type { Gravity, ReadingBatch, Source } from "../log/records.ts";
import type { ReadingError, Tally } from "./tally.ts";

/** Twice the phones one machine can serve, about 20 MB; past it the one that has been silent longest goes. */
const MAX_DEVICES = 20_000;
/** Senders that were refused and are no known device. More than anyone reads; a flood of them pushes out only one another. */
const MAX_STRANGERS = 100;
/** Of what was refused, UTF-16 units: enough to see what is wrong, whatever was sent. */
const EXCERPT_LENGTH = 200;
const MAX_REASON_LENGTH = 400;
const MAX_AGENT_LENGTH = 100;
/** The beginning of a refused body in which its device is looked for, bytes. */
const HEAD_BYTES = 2048;
/** Readings of a batch that are measured: at 50 Hz all of a second's, and a bound on the cost of long ones. */
const MEASURED_READINGS = 64;
/** Mean vectors of phones in use are judged over as long as the first window, ms. */
const JUDGED_MS = 5000;
/** A silence after which measuring begins anew, ms. */
const SILENCE_MS = 30_000;
/** Readings a second are counted in pieces of this length, ms, over so many of them and the present one. */
const PIECE_MS = 10_000;
const PIECES = 6;
/** Before that nothing can be said of the rate, ms. */
const MIN_RATE_MS = 3000;
/** A new batch's share in the averages of lag and intervals. */
const WEIGHT = 1 / 8;
/** At ten messages a second a counter gets there after three years; what is larger is a time or a random number. */
const MAX_COUNTER = 1e9;

/** What the readings themselves say. */
export interface Measured {
  /** Whether gravity is in them. */
  included: boolean;
  unit: "ms2" | "g";
}

/**
 * Judges some seconds of readings.
 *
 * @param meanVector length of the mean vector, in the readings' own unit
 * @param meanMagnitude mean length of the vectors, same unit
 */
export type Judge = (meanVector: number, meanMagnitude: number) => Measured;

/** Something that was sent and not taken. */
export interface Refusal {
  /** When, ms since the Unix epoch. */
  at: number;
  /** HTTP status of the answer; 200 when other readings of the same request were taken. */
  status: number;
  /** What was wrong and what was expected, as the sender was told. */
  reason: string;
  /** The offending part of what was sent; empty when it was not looked at. */
  excerpt: string;
}

/** Someone who was refused and is no device that is known here. */
export interface Stranger extends Refusal {
  /** As the message said; null when it said nothing, or was not read because its key was wrong. */
  deviceId: string | null;
  /** The sender's `User-Agent`. */
  agent: string | null;
  /** How often since it was first seen. */
  count: number;
}

/** One device, as this process has seen it since it started. */
export interface DeviceHealth {
  /** When something of it was last taken, ms since the Unix epoch; null: never. */
  lastSeenAt: number | null;
  /** The client format of the last message. */
  source: Source | null;
  /** What the sensor's name says about gravity. */
  named: Gravity;
  /** What the readings say; null before some seconds of them have come. */
  measured: Measured | null;
  /** Over the last minute; null when too little has come. */
  readingsPerS: number | null;
  /** Between two readings, mean and standard deviation, ms. */
  intervalMs: number | null;
  jitterMs: number | null;
  /** How old the newest reading of a message is when it arrives, by the server's clock, ms; negative: from the future. */
  lagMs: number | null;
  /** Messages that were taken. */
  messages: number;
  /** Messages that came again. */
  duplicates: number;
  /** Messages of the present session that have not come, by their numbers; null when message ids are no counter. */
  missing: number | null;
  /** Readings that were rejected. */
  rejected: number;
  refused: Refusal | null;
}

/** One device's figures, to be updated without making anything. */
class Watched {
  lastSeenMs = -Infinity;
  /** Since the last look of who makes room. */
  wasSeen = true;
  source: Source | null = null;
  named: Gravity = "unknown";
  measured: Measured | null = null;
  messages = 0;
  duplicates = 0;
  rejected = 0;
  refused: Refusal | null = null;
  lagMs = NaN;
  intervalMs = NaN;
  varianceMs2 = NaN;
  /** Readings per piece of time, in a ring. */
  readonly pieces = new Float64Array(PIECES + 1);
  piece = -Infinity;
  sinceMs = 0;
  sessionId = "";
  lowest = NaN;
  highest = NaN;
  distinct = 0;
  judgedFromMs = NaN;
  judged = 0;
  x = 0;
  y = 0;
  z = 0;
  length = 0;
}

/** See the module's text. */
export class DeviceHealths {
  readonly #judge: Judge;
  readonly #maxDevices: number;
  readonly #devices = new Map<string, Watched>();
  readonly #strangers = new Map<string, Stranger>();

  constructor(judge: Judge, maxDevices: number = MAX_DEVICES) {
    this.#judge = judge;
    this.#maxDevices = maxDevices;
  }

  /**
   * A message was judged; to be called while its columns are valid.
   *
   * @param message as it was parsed, for the excerpt of a rejected reading
   * @returns what {@linkcode DeviceHealths.repeated} is told when the log has it already
   */
  took(batch: ReadingBatch, tally: Tally, message: unknown): Watched {
    const nowMs = batch.receivedAtMs;
    const device = this.#watched(batch.deviceId);
    device.wasSeen = true;
    device.rejected += tally.rejected;
    if (tally.errors.length > 0) device.refused = rejection(tally.errors[0], message, nowMs);
    if (batch.count === 0) return device;
    if (nowMs - device.lastSeenMs > SILENCE_MS) {
      device.sinceMs = nowMs;
      device.pieces.fill(0);
    }
    device.lastSeenMs = nowMs;
    device.source = batch.source;
    device.named = batch.gravity;
    device.messages++;
    countReadings(device, batch.count, nowMs);
    countMessage(device, batch);
    this.#measure(device, batch);
    return device;
  }

  /** The message that was just taken is in the log already. */
  repeated(device: Watched): void {
    device.duplicates++;
    device.messages--;
    device.distinct--;
  }

  /**
   * A request was refused as a whole.
   *
   * @param keyDevice whose key came with it
   * @param body as far as it was read
   */
  refused(
    { status, reason, keyDevice, body, agent, nowMs }: {
      status: number;
      reason: string;
      keyDevice: string | undefined;
      body: Uint8Array | undefined;
      agent: string | null;
      nowMs: number;
    },
  ): void {
    // The server's own trouble says nothing about a device, and such refusals have to be cheap.
    if (status === 503) return;
    const text = body === undefined ? "" : new TextDecoder().decode(body.subarray(0, HEAD_BYTES));
    const refusal: Refusal = {
      at: nowMs,
      status,
      reason: reason.slice(0, MAX_REASON_LENGTH),
      excerpt: cut(text),
    };
    const deviceId = keyDevice ?? deviceIdIn(text);
    if (keyDevice !== undefined) this.#watched(keyDevice).refused = refusal;
    else if (deviceId !== null && this.#devices.has(deviceId)) this.#devices.get(deviceId)!.refused = refusal;
    else this.#note({ ...refusal, deviceId, agent: agent && agent.slice(0, MAX_AGENT_LENGTH), count: 1 });
  }

  /** @param nowMs the server's clock, ms since the Unix epoch */
  of(deviceId: string, nowMs: number): DeviceHealth | null {
    const device = this.#devices.get(deviceId);
    return device === undefined ? null : reportOf(device, nowMs);
  }

  /** Every device that is known here, whether registered or not. */
  deviceIds(): Iterable<string> {
    return this.#devices.keys();
  }

  /** The newest first. */
  strangers(): Stranger[] {
    return [...this.#strangers.values()].reverse();
  }

  #watched(deviceId: string): Watched {
    let device = this.#devices.get(deviceId);
    if (device === undefined) {
      if (this.#devices.size >= this.#maxDevices) this.#makeRoom();
      device = new Watched();
      this.#devices.set(deviceId, device);
    }
    return device;
  }

  /** Second chance: to keep the devices in the order they were seen would cost every request, this only who is new. */
  #makeRoom(): void {
    for (const [deviceId, device] of this.#devices) {
      this.#devices.delete(deviceId);
      if (!device.wasSeen) return;
      device.wasSeen = false;
      this.#devices.set(deviceId, device);
    }
  }

  #note(stranger: Stranger): void {
    const key = JSON.stringify([stranger.deviceId, stranger.agent, stranger.status]);
    stranger.count += this.#strangers.get(key)?.count ?? 0;
    this.#strangers.delete(key);
    if (this.#strangers.size >= MAX_STRANGERS) {
      this.#strangers.delete(this.#strangers.keys().next().value!);
    }
    this.#strangers.set(key, stranger);
  }

  #measure(device: Watched, { tMs, xyz, count, receivedAtMs }: ReadingBatch): void {
    const newestMs = Math.max(tMs[0], tMs[count - 1]);
    device.lagMs = averaged(device.lagMs, receivedAtMs - newestMs);
    if (!(newestMs >= device.judgedFromMs && newestMs < device.judgedFromMs + SILENCE_MS)) {
      startJudging(device, tMs[0]);
    }
    const measured = Math.min(count, MEASURED_READINGS);
    let sum = 0, squares = 0, intervals = 0;
    let sumX = 0, sumY = 0, sumZ = 0, length = 0;
    let beforeMs = Infinity;
    for (let i = 0, at = 0; i < measured; i++, at += 3) {
      const x = xyz[at], y = xyz[at + 1], z = xyz[at + 2];
      sumX += x;
      sumY += y;
      sumZ += z;
      length += Math.sqrt(x * x + y * y + z * z);
      const intervalMs = tMs[i] - beforeMs;
      beforeMs = tMs[i];
      if (!(intervalMs > 0)) continue;
      sum += intervalMs;
      squares += intervalMs * intervalMs;
      intervals++;
    }
    if (intervals > 1) {
      const meanMs = sum / intervals;
      device.intervalMs = averaged(device.intervalMs, meanMs);
      device.varianceMs2 = averaged(device.varianceMs2, Math.max(0, squares / intervals - meanMs * meanMs));
    }
    device.x += sumX;
    device.y += sumY;
    device.z += sumZ;
    device.length += length;
    device.judged += measured;
    if (newestMs - device.judgedFromMs < JUDGED_MS) return;
    const { x, y, z, judged } = device;
    device.measured = this.#judge(Math.sqrt(x * x + y * y + z * z) / judged, device.length / judged);
    startJudging(device, newestMs);
  }
}

function startJudging(device: Watched, fromMs: number): void {
  device.judgedFromMs = fromMs;
  device.judged =
    device.x =
    device.y =
    device.z =
    device.length =
      0;
}

function countReadings(device: Watched, count: number, nowMs: number): void {
  const piece = Math.floor(nowMs / PIECE_MS);
  if (piece > device.piece) {
    const first = Math.max(device.piece + 1, piece - PIECES);
    for (let i = first; i <= piece; i++) device.pieces[i % (PIECES + 1)] = 0;
    device.piece = piece;
  }
  device.pieces[device.piece % (PIECES + 1)] += count;
}

function countMessage(device: Watched, { sessionId, messageId }: ReadingBatch): void {
  const number = messageId.length <= 10 ? Number(messageId) : NaN;
  if (sessionId !== device.sessionId) {
    device.sessionId = sessionId;
    device.lowest = device.highest = number;
    device.distinct = 1;
    return;
  }
  device.lowest = Math.min(device.lowest, number);
  device.highest = Math.max(device.highest, number);
  device.distinct++;
}

const averaged = (average: number, value: number) =>
  Number.isNaN(average) ? value : average + WEIGHT * (value - average);

function reportOf(device: Watched, nowMs: number): DeviceHealth {
  const { lastSeenMs, source, named, measured, messages, duplicates, rejected, refused } = device;
  return {
    lastSeenAt: Number.isFinite(lastSeenMs) ? lastSeenMs : null,
    source,
    named,
    measured,
    readingsPerS: rateOf(device, nowMs),
    intervalMs: orNull(device.intervalMs),
    jitterMs: orNull(Math.sqrt(device.varianceMs2)),
    lagMs: orNull(device.lagMs),
    messages,
    duplicates,
    missing: missingOf(device),
    rejected,
    refused,
  };
}

const orNull = (value: number) => Number.isFinite(value) ? value : null;

function rateOf({ pieces, piece, sinceMs, lastSeenMs }: Watched, nowMs: number): number | null {
  const now = Math.floor(nowMs / PIECE_MS);
  const fromMs = Math.max(sinceMs, (now - PIECES) * PIECE_MS);
  if (!Number.isFinite(lastSeenMs) || nowMs - fromMs < MIN_RATE_MS) return null;
  let sum = 0;
  for (let i = now - PIECES; i <= Math.min(now, piece); i++) {
    if (i > piece - PIECES - 1) sum += pieces[i % (PIECES + 1)];
  }
  return sum / ((nowMs - fromMs) / 1000);
}

function missingOf({ lowest, highest, distinct }: Watched): number | null {
  const isCounter = Number.isInteger(lowest) && Number.isInteger(highest) && lowest >= 0 &&
    highest < MAX_COUNTER;
  return isCounter ? Math.max(0, highest - lowest + 1 - distinct) : null;
}

function rejection({ index, detail }: ReadingError, message: unknown, nowMs: number): Refusal {
  const { sensorReadings, payload } = message as Record<string, unknown>;
  const readings = (sensorReadings ?? payload) as unknown[];
  return {
    at: nowMs,
    status: 200,
    reason: detail.slice(0, MAX_REASON_LENGTH),
    excerpt: cut(JSON.stringify(readings[index])),
  };
}

const cut = (text: string) => text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;

/** Without parsing the message: it may be broken, and refusing must stay cheap. */
function deviceIdIn(text: string): string | null {
  return /"deviceId"\s*:\s*"([^"\\]{1,128})"/.exec(text)?.[1] ?? null;
}
