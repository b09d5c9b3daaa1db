/**
 * One message of a phone, parsed from JSON, made into columns: the shape is recognised, every reading judged on its own.
 *
 * Written by hand rather than with the schema because it runs for every reading of every phone: 1 µs a message of 50 instead of
 * 21. `schema_test.ts` proves that both agree.
 *
 * @module
 */
import { emptyBatch, type ReadingBatch } from "../log/records.ts";
import { isId } from "../log/id.ts";
import { isNoteSensor } from "./phone_notes.ts";
import type { IngestSettings } from "./settings.ts";
import { gravityOf, MOTION_RANKS, NO_MOTION, sensorRank } from "./sensors.ts";
import { MAX_ERRORS, newTally, type ReadingError, type Tally } from "./tally.ts";
import { timestampMs } from "./timestamp.ts";

/** No phone's sensor measures beyond 32 g (314 m/s²), so more is a wrong unit or rubbish. */
export const MAX_AXIS_MS2 = 400;
/** The live view shows about a minute, so an older reading no longer reaches it. */
export const LATE_AFTER_MS = 60_000;
/** Clocks set by the network agree to well under a second; only more is worth a warning. */
export const CLOCK_SKEW_MS = 1000;
export const EXAMPLE = '{"messageId":"1","sessionId":"walk-1","deviceId":"phone-1","sensorReadings":' +
  '[{"name":"accelerometer","timestamp":1700000000000,"values":[0.1,0.2,9.8]}]}';

/** The message as a whole cannot be used; nothing of it was taken. */
export class UnusableMessage extends Error {
  override name = "UnusableMessage";
  constructor(
    readonly code: "bad_envelope" | "bad_id" | "too_many_readings",
    public pointer: string,
    detail: string,
  ) {
    super(detail);
  }
}

type Fields = Record<string, unknown>;

/** Reads messages one at a time into the same scratch columns. */
export class MessageReader {
  /** The last message's accepted readings; overwritten by the next {@linkcode MessageReader.read}. */
  readonly batch: ReadingBatch;
  readonly #settings: IngestSettings;
  readonly #ranks: Int8Array;
  #list = "";
  #hasNotes = false;
  #tally: Tally = newTally();

  constructor(settings: IngestSettings) {
    this.#settings = settings;
    this.#ranks = new Int8Array(settings.maxReadings);
    this.batch = emptyBatch(settings.maxReadings);
  }

  /**
   * Judges a message and fills {@linkcode MessageReader.batch}.
   *
   * If several motion sensors report, the best one with a usable reading is taken: two at once would double the sampling rate.
   *
   * @param message as `JSON.parse` returned it
   * @param nowMs the server's clock, ms since the Unix epoch
   * @param ownDeviceId the device to store the readings under, whatever the message says
   * @returns what became of its readings
   * @throws UnusableMessage when no shape is recognised, an id is missing or there are too many readings
   */
  read(message: unknown, nowMs: number, ownDeviceId?: string): Tally {
    const { batch } = this;
    const readings = this.#open(message);
    const tally = this.#tally = newTally();
    batch.count = 0;
    this.#hasNotes = false;
    batch.receivedAtMs = nowMs;
    // Apps send an empty message to test the connection, with whatever ids they have at the time.
    if (readings.length === 0) return tally;
    const fields = message as Fields;
    batch.messageId = id(fields, "messageId");
    batch.sessionId = id(fields, "sessionId");
    batch.deviceId = ownDeviceId ?? id(fields, "deviceId");

    const present = this.#survey(readings);
    for (let rank = 0; rank < MOTION_RANKS && batch.count === 0; rank++) {
      if ((present & (1 << rank)) !== 0) this.#extract(readings, rank, nowMs);
    }
    tally.accepted = batch.count;
    tally.ignored = readings.length - tally.accepted - tally.rejected - tally.duplicate;
    if (tally.errors.length > 1) tally.errors.sort((a, b) => a.index - b.index);
    return tally;
  }

  /** Whether the last message also held what a phone says of its activity, see `phone_notes.ts`. */
  get hasNotes(): boolean {
    return this.#hasNotes;
  }

  /** Recognises the shape and returns the list of readings. */
  #open(message: unknown): unknown[] {
    if (typeof message !== "object" || message === null || Array.isArray(message)) {
      throw new UnusableMessage(
        "bad_envelope",
        "",
        `the message is ${shown(message)}: expected an object like ${EXAMPLE}`,
      );
    }
    const fields = message as Fields;
    const seed = fields.sensorReadings !== undefined;
    this.#list = seed ? "sensorReadings" : "payload";
    this.batch.source = seed ? "seed" : "sensor-logger";
    const readings = fields[this.#list];
    if (!Array.isArray(readings)) {
      throw readings === undefined
        ? new UnusableMessage(
          "bad_envelope",
          "",
          `the message has neither sensorReadings nor payload (Sensor Logger's name for it): expected ${EXAMPLE}`,
        )
        : new UnusableMessage(
          "bad_envelope",
          `/${this.#list}`,
          `${this.#list} is ${shown(readings)}: expected a list of readings, as in ${EXAMPLE}`,
        );
    }
    if (readings.length > this.#settings.maxReadings) {
      throw new UnusableMessage(
        "too_many_readings",
        `/${this.#list}`,
        `the message holds ${readings.length} readings: expected at most ${this.#settings.maxReadings}; send it in parts`,
      );
    }
    return readings;
  }

  /** Ranks the sensor of each reading and returns the motion sensors' ranks as bits. */
  #survey(readings: unknown[]): number {
    const ranks = this.#ranks;
    let present = 0;
    let lastName: unknown = "";
    let lastRank = NO_MOTION;
    for (let i = 0; i < readings.length; i++) {
      const reading = readings[i];
      if (typeof reading !== "object" || reading === null) {
        ranks[i] = NO_MOTION;
        this.#reject(i, "", "bad_reading", `the reading is ${shown(reading)}: expected an object`);
        continue;
      }
      const name = (reading as Fields).name;
      if (name !== lastName) {
        if (typeof name !== "string") {
          ranks[i] = NO_MOTION;
          this.#reject(
            i,
            "/name",
            "bad_name",
            `name is ${shown(name)}: expected the sensor, such as "accelerometer"`,
          );
          continue;
        }
        lastName = name;
        lastRank = sensorRank(name);
        if (lastRank !== NO_MOTION) present |= 1 << lastRank;
        else if (isNoteSensor(name)) this.#hasNotes = true;
      }
      ranks[i] = lastRank;
    }
    return present;
  }

  #extract(readings: unknown[], rank: number, nowMs: number): void {
    const { batch } = this;
    const { tMs, xyz, source } = batch;
    const ranks = this.#ranks;
    const tally = this.#tally;
    const oldestMs = nowMs - this.#settings.maxPastMs;
    const newestMs = nowMs + this.#settings.maxFutureMs;
    const lateBeforeMs = nowMs - LATE_AFTER_MS;
    const aheadAfterMs = nowMs + CLOCK_SKEW_MS;
    const isSeed = source === "seed";
    const [axisX, axisY, axisZ] = isSeed ? [0, 1, 2] : ["x", "y", "z"];
    let count = 0;
    let latestMs = -Infinity;
    let seenMs: Set<number> | undefined;
    for (let i = 0; i < readings.length; i++) {
      if (ranks[i] !== rank) continue;
      const reading = readings[i] as Fields;
      const time = timestampMs(isSeed ? reading.timestamp : reading.time);
      if (!(time >= oldestMs && time <= newestMs)) {
        this.#rejectTime(i, reading, time, nowMs);
        continue;
      }
      const values = (hasAxes(reading.values, isSeed) ? reading.values : NO_VALUES) as Fields;
      const x = values[axisX], y = values[axisY], z = values[axisZ];
      if (!(withinRange(x) && withinRange(y) && withinRange(z))) {
        this.#rejectValues(i, reading.values, [x, y, z]);
        continue;
      }
      if (time > latestMs) latestMs = time;
      else {
        // Rare, so the set is made only once a reading is not newer than all before it.
        seenMs ??= new Set(tMs.subarray(0, count));
        if (seenMs.has(time)) {
          tally.duplicate++;
          tally.repeated++;
          continue;
        }
      }
      seenMs?.add(time);
      if (time < lateBeforeMs) tally.late++;
      else if (time > aheadAfterMs) tally.ahead++;
      tMs[count] = time;
      xyz[3 * count] = x;
      xyz[3 * count + 1] = y;
      xyz[3 * count + 2] = z;
      count++;
    }
    batch.count = count;
    batch.gravity = gravityOf(rank, source);
  }

  #rejectTime(i: number, reading: Fields, time: number, nowMs: number): void {
    const field = this.batch.source === "seed" ? "timestamp" : "time";
    const raw = shown(reading[field]);
    if (!Number.isFinite(time)) {
      return this.#reject(
        i,
        `/${field}`,
        "bad_timestamp",
        `${field} is ${raw}: expected a Unix time such as ${nowMs} (ms) or "${
          new Date(nowMs).toISOString()
        }"`,
      );
    }
    const old = time < nowMs;
    const boundMs = old ? this.#settings.maxPastMs : this.#settings.maxFutureMs;
    this.#reject(
      i,
      `/${field}`,
      old ? "too_old" : "in_future",
      `${field} is ${raw}, ${duration(Math.abs(time - nowMs))} ${
        old ? "before" : "after"
      } the server's clock: ` +
        `expected at most ${duration(boundMs)}; is the phone's clock right?`,
    );
  }

  #rejectValues(i: number, values: unknown, axes: unknown[]): void {
    const isSeed = this.batch.source === "seed";
    const axis = axes.findIndex((a) => !withinRange(a));
    const value = axes[axis];
    if (typeof value === "number" && Number.isFinite(value)) {
      return this.#reject(
        i,
        `/values/${isSeed ? axis : "xyz"[axis]}`,
        "out_of_range",
        `${"xyz"[axis]} is ${value} m/s²: expected ${-MAX_AXIS_MS2} to ${MAX_AXIS_MS2}`,
      );
    }
    const expected = isSeed ? "[0.1, 0.2, 9.8]" : '{"x": 0.1, "y": 0.2, "z": 9.8}';
    const what = value === undefined ? `values is ${shown(values)}` : `${"xyz"[axis]} is ${shown(value)}`;
    this.#reject(
      i,
      "/values",
      "bad_values",
      `${what}: expected three finite numbers in m/s² such as ${expected}`,
    );
  }

  #reject(index: number, field: string, code: ReadingError["code"], detail: string): void {
    const { errors } = this.#tally;
    this.#tally.rejected++;
    if (errors.length < MAX_ERRORS) {
      errors.push({ index, pointer: `/${this.#list}/${index}${field}`, code, detail });
    }
  }
}

/** Whether values has the place for three axes: a list of three in the seed's shape, an object in Sensor Logger's. */
function hasAxes(values: unknown, isSeed: boolean): boolean {
  return isSeed
    ? Array.isArray(values) && values.length === 3
    : typeof values === "object" && values !== null;
}

const NO_VALUES: Fields = {};

function withinRange(axis: unknown): axis is number {
  return typeof axis === "number" && axis >= -MAX_AXIS_MS2 && axis <= MAX_AXIS_MS2;
}

/** An id as text. Numbers past 2^53 are refused: JSON.parse has already made neighbours equal, so one would count as a repeat. */
function id(fields: Fields, field: "messageId" | "sessionId" | "deviceId"): string {
  const raw = fields[field];
  if (typeof raw === "number" && Math.abs(raw) <= Number.MAX_SAFE_INTEGER) return String(raw);
  if (typeof raw === "string" && isId(raw)) return raw;
  const problem = raw === undefined ? `${field} is missing` : `${field} is ${shown(raw)}`;
  const hint = field === "messageId"
    ? "; it must differ from message to message, so that a resent one is told apart"
    : "";
  throw new UnusableMessage(
    "bad_id",
    `/${field}`,
    `${problem}: expected 1 to 128 printable characters or a number below 2^53${hint}, for example ${EXAMPLE}`,
  );
}

/** A value for an error message: short, whatever it is. */
function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return value === undefined ? "missing" : String(value);
}

function duration(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}
