/**
 * What phyphox posts from an experiment's network connection, made into the message that every phone sends.
 *
 * phyphox sends an object of buffers, each a list of numbers under the id that the experiment file gives it, NaN as null; a `time`
 * entry tells which moment the experiment's seconds count from. Read in the source of its Android app (NetworkService.java, HttpTask,
 * and ExperimentTimeReference.java); its content type is the malformed `application/json; utf-8`, and only 2xx counts as received.
 *
 * @module
 */
import { UnusableMessage } from "./message.ts";

/** Ids that our experiment file gives what it sends. */
export const PHYPHOX_IDS = { x: "accX", y: "accY", z: "accZ", t: "acc_time", time: "time" } as const;

/** A message in the seed's shape, with a device of its own that the key's overrules. */
export interface SeedMessage {
  messageId: string;
  sessionId: string;
  deviceId: string;
  sensorReadings: { name: string; timestamp: number; values: unknown[] }[];
}

const AXES = [PHYPHOX_IDS.x, PHYPHOX_IDS.y, PHYPHOX_IDS.z];
/** phyphox's accelerometer holds gravity on every phone, in m/s². */
const SENSOR = "acceleration including gravity";
const DEVICE = "phyphox";
/** Pressing play and pause makes two each; an hour of that with a second between them is still fewer. */
const MAX_EVENTS = 10_000;
export const EXAMPLE = '{"acc_time":[0.01],"accX":[0.1],"accY":[0.2],"accZ":[9.8],' +
  '"time":{"now":1700000000.5,"events":[{"event":"START","experimentTime":0,"systemTime":1700000000}]}}';

/** A stretch of experiment time that ran without a pause. */
interface Stretch {
  /** Experiment time at its start, s. */
  fromS: number;
  /** The moment that was, s since the Unix epoch. */
  atS: number;
}

/**
 * Makes a message of one post. A post with no readings, which phyphox sends until the first come, makes one without readings.
 *
 * The session is the measurement: it begins when play is pressed first after clearing. The message id is the time of the first
 * reading and their number, since a buffer that is emptied when sent never has the same reading twice.
 *
 * @param body as `JSON.parse` returned it
 * @throws UnusableMessage when a buffer or the time is missing or is not what it should be
 */
export function fromPhyphox(body: unknown): SeedMessage {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw unusable("", "is no object");
  const fields = body as Record<string, unknown>;
  const seconds = listOf(fields, PHYPHOX_IDS.t);
  const axes = AXES.map((id) => listOf(fields, id));
  if (seconds.length === 0) {
    return { messageId: "0", sessionId: DEVICE, deviceId: DEVICE, sensorReadings: [] };
  }
  const stretches = stretchesOf(fields[PHYPHOX_IDS.time]);
  return {
    messageId: `${seconds[0]}-${seconds.length}`,
    sessionId: `phyphox-${Math.round(stretches[0].atS * 1000)}`,
    deviceId: DEVICE,
    // Buffers differ in length when one is written to while it is sent: what lacks an axis is refused by itself.
    sensorReadings: seconds.map((second, i) => ({
      name: SENSOR,
      timestamp: timestampOf(second, stretches),
      values: axes.map((axis) => axis[i] ?? null),
    })),
  };
}

function listOf(fields: Record<string, unknown>, id: string): unknown[] {
  const list = fields[id];
  if (Array.isArray(list)) return list;
  throw unusable(`/${id}`, `has ${list === undefined ? `no ${id}` : `a ${id} that is no list`}`);
}

function stretchesOf(time: unknown): Stretch[] {
  const pointer = `/${PHYPHOX_IDS.time}`;
  const events = typeof time === "object" && time !== null
    ? (time as { events?: unknown }).events
    : undefined;
  if (!Array.isArray(events) || events.length > MAX_EVENTS) {
    throw unusable(
      pointer,
      'does not say when it was recorded (its experiment lacks <send id="time" type="time" />)',
    );
  }
  const stretches: Stretch[] = [];
  for (const entry of events) {
    const { event, experimentTime, systemTime } = (entry ?? {}) as Record<string, unknown>;
    if (event !== "START") continue;
    if (typeof experimentTime !== "number" || typeof systemTime !== "number") {
      throw unusable(`${pointer}/events`, "has a START without its two times");
    }
    stretches.push({ fromS: experimentTime, atS: systemTime });
  }
  if (stretches.length === 0) throw unusable(`${pointer}/events`, "was never started");
  return stretches.sort((a, b) => a.fromS - b.fromS);
}

/** NaN, which no clock shows, when it is no number. */
function timestampOf(second: unknown, stretches: Stretch[]): number {
  if (typeof second !== "number") return NaN;
  let { fromS, atS } = stretches[0];
  for (const stretch of stretches) if (stretch.fromS <= second) ({ fromS, atS } = stretch);
  return (atS + second - fromS) * 1000;
}

function unusable(pointer: string, what: string): UnusableMessage {
  return new UnusableMessage(
    "bad_envelope",
    pointer,
    `the post ${what}: expected what the experiment file of the Devices page sends, such as ${EXAMPLE}`,
  );
}
