/**
 * Readings of the browser's motion sensor, cut into messages of a second.
 *
 * @module
 */

export type Axes = [x: number, y: number, z: number];

/** One `devicemotion` event. */
export interface Sample {
  /** ms since the Unix epoch. */
  tMs: number;
  /** Without gravity, m/s²; null where the phone cannot tell it apart. */
  linear: Axes | null;
  /** With gravity, m/s². */
  total: Axes | null;
}

/** What is posted, in the seed's shape. */
export interface Message {
  messageId: string;
  sessionId: string;
  deviceId: string;
  sensorReadings: { name: string; timestamp: number; values: Axes }[];
}

/** A session as it goes on after a reload. */
export interface Session {
  sessionId: string;
  /** Of the next message: counts up, so that one sent twice is known. */
  nextMessage: number;
}

/** One message holds so much: what is lost when the page is killed, and how far the live view is behind, ms. */
export const BATCH_MS = 1000;
/** A sensor that gives more in a second is broken: rates of 60 to 200 Hz are usual. */
const MAX_SAMPLES = 1000;
/** Digits behind the point: browsers round to 0.1 m/s², and clocks to 0.1 ms. */
const DIGITS = 3;

/** Cuts samples into messages. */
export class Batcher {
  readonly session: Session;
  readonly #deviceId: string;
  #samples: Sample[] = [];

  constructor(deviceId: string, session: Session) {
    this.#deviceId = deviceId;
    this.session = session;
  }

  /** @returns the message that the sample ends, if any */
  add(sample: Sample): Message | null {
    if (sample.linear === null && sample.total === null) return null;
    const first = this.#samples[0];
    const isFull = first !== undefined &&
      (sample.tMs - first.tMs >= BATCH_MS || sample.tMs < first.tMs || this.#samples.length >= MAX_SAMPLES);
    const message = isFull ? this.flush() : null;
    this.#samples.push(sample);
    return message;
  }

  /** What there is although the second is not over; null when there is nothing. */
  flush(): Message | null {
    if (this.#samples.length === 0) return null;
    const samples = this.#samples;
    this.#samples = [];
    return {
      messageId: String(this.session.nextMessage++),
      sessionId: this.session.sessionId,
      deviceId: this.#deviceId,
      sensorReadings: [
        ...readingsOf(samples, "acceleration", ({ linear }) => linear),
        ...readingsOf(samples, "accelerationIncludingGravity", ({ total }) => total),
      ],
    };
  }
}

function readingsOf(samples: Sample[], name: string, axesOf: (sample: Sample) => Axes | null) {
  return samples.flatMap((sample) => {
    const axes = axesOf(sample);
    return axes === null ? [] : [{ name, timestamp: rounded(sample.tMs), values: axes.map(rounded) as Axes }];
  });
}

const rounded = (value: number) => Number(value.toFixed(DIGITS));
