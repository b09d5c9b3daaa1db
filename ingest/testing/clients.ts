/**
 * What each client sends, written from its documentation or source: one second of readings in its shape.
 *
 * Nothing of it was captured from a phone of ours; `source` says where the shape was read.
 *
 * @module
 */

/** One second of a phone's life. */
export interface Second {
  /** Since the session began. */
  n: number;
  /** When the session began, ms since the Unix epoch. */
  startMs: number;
  readings: {
    tMs: number;
    /** Acceleration with gravity, and gravity alone, m/s², with the signs of Android. */
    total: [number, number, number];
    gravity: [number, number, number];
  }[];
}

/** A client whose readings are taken. */
export interface Client {
  name: string;
  source: string;
  /** How it sends: to `/sensor-data` or `/ingest/{token}`, to `/ingest/phyphox/{token}`, or to a broker. */
  by: "post" | "phyphox" | "mqtt";
  /** Its content type where it is not application/json. */
  contentType?: string;
  /** The bodies, or MQTT messages, in which it sends a second. */
  send: (second: Second) => unknown[];
}

type Axes = [number, number, number];
const G_MS2 = 9.80665;
const minus = (a: Axes, b: Axes): Axes => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const times = (factor: number, [x, y, z]: Axes): Axes => [factor * x, factor * y, factor * z];
const ns = (tMs: number) => Math.round(tMs * 1e6);
const named = (name: string, tMs: number, [x, y, z]: Axes, more = {}) => ({
  name,
  time: ns(tMs),
  values: { z, y, x },
  ...more,
});

/** Ids as in the capture below: counters and UUIDs. */
const SESSION = {
  sessionId: "0ba5f3e8-a340-4c40-b9ea-95d7ed4d1132",
  deviceId: "8b5937fb-2160-4825-ba40-4bc646f93839",
};
const pushed = (
  second: Second,
  payload: unknown[],
  more = {},
) => [{ messageId: second.n, ...SESSION, payload, ...more }];
const eachOf = (second: Second, read: (reading: Second["readings"][number]) => unknown[]) =>
  second.readings.flatMap(read);

const PUSHING = "tszheichoi/awesome-sensor-logger, PUSHING.md and UNITS.md (app 1.63)";

/** Readings of it arrive at windows. */
export const CLIENTS: Client[] = [
  {
    name: "the seed's own format",
    source: "design/contracts.md, POST /sensor-data",
    by: "post",
    send: ({ n, readings }) => [{
      messageId: String(n),
      sessionId: "walk-1",
      deviceId: "phone-1",
      sensorReadings: readings.map(({ tMs, total }) => ({
        name: "accelerometer",
        timestamp: tMs,
        values: total,
      })),
    }],
  },
  {
    name: "Sensor Logger on an iPhone: the accelerometer without gravity among other sensors, signs turned",
    source:
      `${PUSHING}; order of fields and shared times as captured in Sn-one/Sensor-Logger-Streaming, data.json`,
    by: "post",
    send: (second) =>
      pushed(
        second,
        eachOf(second, ({ tMs, total, gravity }) => [
          named("gravity", tMs, times(-1, gravity)),
          named("gyroscope", tMs, [0.0087, -0.0183, -0.0187]),
          {
            name: "orientation",
            time: ns(tMs),
            values: { yaw: -1.5, qx: 0.1, qz: -0.6, roll: 0, qw: 0.6, qy: -0.2, pitch: 0.5 },
          },
          named("accelerometer", tMs, times(-1, minus(total, gravity))),
        ]),
      ),
  },
  {
    name: "Sensor Logger in a Study on Android: accuracies, a user, both accelerations",
    source: `${PUSHING}; TotalAcceleration's stream name is its file's in lower case, which no document says`,
    by: "post",
    send: (second) =>
      pushed(
        second,
        eachOf(second, ({ tMs, total, gravity }) => [
          named("totalacceleration", tMs, total, { accuracy: 3 }),
          named("accelerometer", tMs, minus(total, gravity), { accuracy: 3 }),
        ]),
        { userId: "participant-7" },
      ),
  },
  {
    name: "Sensor Logger on an Android phone that cannot take gravity out",
    source: `${PUSHING}, "some Android devices may not have the capability"`,
    by: "post",
    send: (second) =>
      pushed(second, eachOf(second, ({ tMs, total }) => [named("totalacceleration", tMs, total)])),
  },
  {
    name: "Sensor Logger on an iPhone with only the raw accelerometer, which is in g",
    source: `${PUSHING}, Accelerometer Uncalibrated`,
    by: "post",
    send: (second) =>
      pushed(
        second,
        eachOf(
          second,
          ({ tMs, total }) => [named("accelerometeruncalibrated", tMs, times(-1 / G_MS2, total))],
        ),
      ),
  },
  {
    name: "Sensor Logger's times as text, as its files have them, with what the phone and its owner say",
    source: "awesome-sensor-logger README.md, JSON; PUSHING.md, AnnotationReading; UNITS.md, Activity",
    by: "post",
    send: (second) =>
      pushed(second, [
        ...eachOf(second, ({ tMs, total, gravity }) => [
          { ...named("accelerometer", tMs, minus(total, gravity)), time: String(ns(tMs)) },
        ]),
        {
          name: "annotation",
          time: ns(second.startMs),
          values: { text: "walking", millisecond_press_duration: 90 },
        },
        { name: "activity", time: ns(second.startMs), values: { activity: "walking", confidence: "high" } },
        {
          name: "battery",
          time: ns(second.startMs),
          values: { batteryLevel: 0.5, batteryState: "full", lowPowerMode: false },
        },
      ]),
  },
  {
    name: "phyphox with our experiment file",
    source:
      "phyphox/phyphox-android at cb5f8d8: NetworkService.java (HttpTask), ExperimentTimeReference.java",
    by: "phyphox",
    contentType: "application/json; utf-8",
    send: ({ startMs, readings }) => [{
      acc_time: readings.map(({ tMs }) => (tMs - startMs) / 1000),
      accX: readings.map(({ total }) => total[0]),
      // NaN is sent as null; such a reading is refused by itself.
      accY: readings.map(({ total }, i) => i === 7 ? null : total[1]),
      accZ: readings.map(({ total }) => total[2]),
      time: {
        now: startMs / 1000 + 100,
        events: [{ event: "START", experimentTime: 0, systemTime: startMs / 1000 }],
      },
    }],
  },
  {
    name: "our phone page in a browser: both accelerations, 60 Hz, rounded to 0.1 m/s²",
    source:
      "islands/phone/batcher.ts; rates and rounding measured in Chromium 156, see the W3C's deviceorientation",
    by: "post",
    send: ({ n, readings }) => {
      const rounded = (axes: Axes) => axes.map((value) => Number(value.toFixed(1)));
      return [{
        messageId: String(n),
        sessionId: "page-1",
        deviceId: "phone-1",
        sensorReadings: [
          ...readings.map(({ tMs, total, gravity }) => ({
            name: "acceleration",
            timestamp: tMs,
            values: rounded(minus(total, gravity)),
          })),
          ...readings.map(({ tMs, total }) => ({
            name: "accelerationIncludingGravity",
            timestamp: tMs,
            values: rounded(total),
          })),
        ],
      }];
    },
  },
  {
    name: "Sensor Logger over MQTT",
    source: `${PUSHING}, MQTT Publishing: the same JSON`,
    by: "mqtt",
    send: (second) =>
      pushed(
        second,
        eachOf(second, ({ tMs, total, gravity }) => [named("accelerometer", tMs, minus(total, gravity))]),
      ),
  },
  {
    name: "SensorSpot over MQTT: one event a message, times since the phone was started",
    source: "UmerCodez/SensorSpot at db4d87c: README.md, SensorEventProviderImp.kt",
    by: "mqtt",
    send: ({ startMs, readings }) =>
      readings.map(({ tMs, total }) => ({
        type: "android.sensor.accelerometer",
        values: total,
        timestamp: 3_925_657_519_043_709 + ns(tMs - startMs),
      })),
  },
];

/** Clients of the research whose messages hold no readings for us: refused with a reason, never half taken. */
export const REFUSED: { name: string; source: string; body: unknown }[] = [
  {
    name: "OwnTracks: a place and no acceleration",
    source: "owntracks.org/booklet/tech/json (_type=location)",
    body: {
      _type: "location",
      lat: 48.2,
      lon: 16.3,
      tst: 1_767_225_600,
      tid: "ab",
      motionactivities: ["walking"],
    },
  },
  {
    name: "Overland: places as GeoJSON",
    source: "aaronpk/Overland-iOS README.md, API",
    body: {
      locations: [{
        type: "Feature",
        geometry: { type: "Point", coordinates: [16.3, 48.2] },
        properties: { timestamp: "2026-01-01T00:00:00Z", motion: ["walking"] },
      }],
    },
  },
  {
    name: "Traccar Client: a place",
    source: "traccar.org/osmand, JSON format",
    body: {
      location: { timestamp: "2026-01-01T00:00:00Z", coords: { latitude: 48.2, longitude: 16.3 } },
      device_id: "123456",
    },
  },
  {
    name: "an event of SensorServer, which serves instead of sending",
    source: "umer0586/SensorServer README.md",
    body: { accuracy: 2, timestamp: 3_925_657_519_043_709, values: [0.31, -0.97, 10.04] },
  },
];
