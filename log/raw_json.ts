/**
 * Values of `raw_sensor_data`: JSON in the contract's shape, exact to the last digit.
 *
 * @module
 */
import { emptyBatch, type Gravity, type ReadingBatch, type Source } from "./records.ts";

/** Of every reading, as clients call the sensor. */
const NAME = "accelerometer";
/** Ingest takes no more in a message; bounds what a reader keeps. */
const MAX_READINGS = 20_000;
/** Longest id that is read, UTF-16 units: eight times what ingest accepts, so that no id a client got in is refused here. */
const MAX_ID_LENGTH = 1024;

const SOURCES = {
  "seed": true,
  "sensor-logger": true,
  "phyphox": true,
  "phone": true,
  "replay": true,
  "mqtt": true,
} satisfies Record<Source, true>;
const GRAVITIES = { included: true, removed: true, unknown: true } satisfies Record<Gravity, true>;
const CONTROL_CHARACTER = /\p{Cc}/u;

/** Text of a finite number that gives back exactly that number; -0, which `String` takes for 0, too. */
const textOf = (value: number): string => value === 0 && 1 / value < 0 ? "-0" : `${value}`;

/**
 * The record's value.
 *
 * ```ts
 * import { equal } from "node:assert/strict";
 * const batch = {
 *   deviceId: "phone-1",
 *   sessionId: "run-1",
 *   messageId: "7",
 *   receivedAtMs: 1767225600250,
 *   source: "seed" as const,
 *   gravity: "included" as const,
 *   count: 1,
 *   tMs: Float64Array.of(1767225600000.5),
 *   xyz: Float64Array.of(0.1, -0, 9.81),
 * };
 * equal(
 *   encodeRaw(batch),
 *   '{"messageId":"7","sessionId":"run-1","deviceId":"phone-1","sensorReadings":[' +
 *     '{"name":"accelerometer","timestamp":1767225600000.5,"values":[0.1,-0,9.81]}],' +
 *     '"receivedAt":1767225600250,"source":"seed","gravity":"included"}',
 * );
 * ```
 */
export function encodeRaw(batch: ReadingBatch): string {
  const { count, tMs, xyz } = batch;
  let text =
    `{"messageId":${JSON.stringify(batch.messageId)},"sessionId":${JSON.stringify(batch.sessionId)},` +
    `"deviceId":${JSON.stringify(batch.deviceId)},"sensorReadings":[`;
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    text += `${i === 0 ? "" : ","}{"name":"${NAME}","timestamp":${textOf(tMs[i])},"values":[${
      textOf(xyz[at])
    },${textOf(xyz[at + 1])},${textOf(xyz[at + 2])}]}`;
  }
  return `${text}],"receivedAt":${
    textOf(batch.receivedAtMs)
  },"source":"${batch.source}","gravity":"${batch.gravity}"}`;
}

/** A batch for `decodeRaw` to read into; its columns grow as needed. */
export const newScratch = (): ReadingBatch => emptyBatch(256);

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a value that `encodeRaw` made.
 *
 * @param into filled when the value is one of ours; otherwise left in any state
 * @returns `into`, or null when the value has any other shape
 */
export function decodeRaw(value: Uint8Array, into: ReadingBatch): ReadingBatch | null {
  let message: unknown;
  try {
    message = JSON.parse(utf8.decode(value));
  } catch {
    return null;
  }
  return isObject(message) && readHead(message, into) && readColumns(message.sensorReadings, into)
    ? into
    : null;
}

function readHead(message: Record<string, unknown>, into: ReadingBatch): boolean {
  const { messageId, sessionId, deviceId, receivedAt, source, gravity } = message;
  if (!isId(messageId) || !isId(sessionId) || !isId(deviceId)) return false;
  if (!Number.isFinite(receivedAt) || !isKeyOf(SOURCES, source) || !isKeyOf(GRAVITIES, gravity)) return false;
  into.messageId = messageId;
  into.sessionId = sessionId;
  into.deviceId = deviceId;
  into.receivedAtMs = receivedAt as number;
  into.source = source;
  into.gravity = gravity;
  return true;
}

function readColumns(readings: unknown, into: ReadingBatch): boolean {
  if (!Array.isArray(readings) || readings.length > MAX_READINGS) return false;
  const count = readings.length;
  if (into.tMs.length < count) {
    into.tMs = new Float64Array(2 * count);
    into.xyz = new Float64Array(6 * count);
  }
  const { tMs, xyz } = into;
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    const reading: unknown = readings[i];
    if (!isObject(reading) || reading.name !== NAME || !Number.isFinite(reading.timestamp)) return false;
    const { values } = reading;
    if (!Array.isArray(values) || values.length !== 3) return false;
    const [x, y, z]: unknown[] = values;
    if (!Number.isFinite(x) || !Number.isFinite(y) || !Number.isFinite(z)) return false;
    tMs[i] = reading.timestamp as number;
    xyz[at] = x as number;
    xyz[at + 1] = y as number;
    xyz[at + 2] = z as number;
  }
  into.count = count;
  return true;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Control characters separate the parts of keys, and half a surrogate pair cannot be stored as UTF-8. */
const isId = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= MAX_ID_LENGTH && value.isWellFormed() &&
  !CONTROL_CHARACTER.test(value);

const isKeyOf = <K extends string>(names: Record<K, true>, value: unknown): value is K =>
  typeof value === "string" && Object.hasOwn(names, value);
