/**
 * What SensorSpot publishes: one event of one sensor a message, put together here into messages as phones usually send them.
 *
 * Format and units as in its README and source (UmerCodez/SensorSpot at db4d87c: SensorEventProviderImp.kt publishes
 * `{type, values, timestamp}` with Android's names and SensorEvent.timestamp). It names neither device nor session, and its times
 * count from when the phone was started: the device is the topic's last level, and the moment of the session's first event is when
 * it arrived.
 *
 * @module
 */
import { timestampMs } from "../timestamp.ts";

/** Android's names of the sensors that tell about movement, and ours. */
const SENSORS: Record<string, string> = {
  "android.sensor.accelerometer": "acceleration including gravity",
  "android.sensor.linear_acceleration": "linear acceleration",
  "android.sensor.accelerometer_uncalibrated": "accelerometer uncalibrated",
};
/** Phones whose sessions are followed; the one heard longest ago gives way and begins another. */
const MAX_DEVICES = 1000;
/** A silence after which a session is another one, and how far a phone's clock may leave ours before that, ms. */
const SAME_SESSION_MS = 30_000;
/** Clocks of a phone that count from 1970 show about what ours does, ms. */
const SAME_CLOCK_MS = 86_400_000;

/** One message of SensorSpot. */
export interface SensorSpotEvent {
  type: string;
  values: unknown[];
  timestamp: number;
}

/** Whether a message, as `JSON.parse` returned it, is one of SensorSpot. */
export function isSensorSpot(message: unknown): message is SensorSpotEvent {
  if (typeof message !== "object" || message === null) return false;
  const { type, values, timestamp } = message as Record<string, unknown>;
  return typeof type === "string" && type.startsWith("android.") && Array.isArray(values) &&
    typeof timestamp === "number" && Number.isFinite(timestamp);
}

interface Followed {
  sessionId: string;
  /** What is added to the phone's times, ms. */
  offsetMs: number;
  lastMs: number;
}

/** Gives events a session and real times. */
export class SensorSpotSessions {
  readonly #devices = new Map<string, Followed>();

  /**
   * Makes one message of a device's events.
   *
   * @param events at least one, in the order they came
   * @param nowMs when the first of them came, ms since the Unix epoch
   */
  toMessage(deviceId: string, events: readonly SensorSpotEvent[], nowMs: number) {
    const first = events[0];
    const device = this.#follow(deviceId, first.timestamp, nowMs);
    const last = events[events.length - 1];
    device.lastMs = eventMs(last.timestamp) + device.offsetMs;
    return {
      messageId: `${first.timestamp}-${events.length}`,
      sessionId: device.sessionId,
      deviceId,
      sensorReadings: events.map(({ type, values, timestamp }) => ({
        name: SENSORS[type] ?? type,
        timestamp: eventMs(timestamp) + device.offsetMs,
        // An uncalibrated sensor's drift comes after its axes.
        values: values.slice(0, 3),
      })),
    };
  }

  #follow(deviceId: string, timestamp: number, nowMs: number): Followed {
    let device = this.#devices.get(deviceId);
    this.#devices.delete(deviceId);
    const tMs = eventMs(timestamp);
    if (device === undefined || Math.abs(tMs + device.offsetMs - device.lastMs) > SAME_SESSION_MS) {
      const isEpoch = Math.abs(timestampMs(timestamp) - nowMs) < SAME_CLOCK_MS;
      device = { sessionId: `sensorspot-${nowMs}`, offsetMs: isEpoch ? 0 : nowMs - tMs, lastMs: nowMs };
    }
    if (this.#devices.size >= MAX_DEVICES) this.#devices.delete(this.#devices.keys().next().value!);
    this.#devices.set(deviceId, device);
    return device;
  }
}

/** Android's event times are nanoseconds. */
const eventMs = (timestamp: number) => timestamp / 1e6;
