/**
 * HTTP requests of one batch of readings each, made by patching digits into prepared bytes: writing JSON for
 * thousands of phones would cost the load generator more than the server it measures.
 *
 * @module
 */

/** One second at 50 Hz. */
export const READINGS_PER_BATCH = 50;
export const STEP_MS = 20;
/** Largest axis value of a still, a walking and a running phone, m/s². */
export const AMPLITUDES = [0.1, 5, 14];
const TEMPLATES_PER_AMPLITUDE = 8;
/**
 * Digits drawn anew for every message: otherwise a server that compresses would see the same numbers again
 * and again.
 */
const FRESH_DIGITS = 4;
const ZERO = 48;

const ENCODER = new TextEncoder();

interface Template {
  bytes: Uint8Array;
  message: number;
  session: number;
  device: number;
  times: number[];
  /** Where the last digits of each value are. */
  values: number[];
  key: number;
}

/** Names a phone; all names of a run are equally long. */
export function deviceName(run: string, phone: number): string {
  return `${run}-${String(phone).padStart(6, "0")}`;
}

/** Makes the requests of one run. */
export class BatchRequests {
  readonly #templates: Template[];

  /**
   * @param host value of the Host header
   * @param run prefix of the device names, ASCII
   * @param keys one key a phone, all equally long; empty when the server takes readings without
   */
  constructor(host: string, readonly run: string, readonly keys: string[]) {
    const key = keys[0]?.length ?? 0;
    if (keys.some((k) => k.length !== key)) throw new RangeError("keys differ in length: expected all alike");
    this.#templates = AMPLITUDES.flatMap((amplitude) =>
      Array.from(
        { length: TEMPLATES_PER_AMPLITUDE },
        () => template(host, deviceName(run, 0).length, key, amplitude),
      )
    );
  }

  /** Bytes of the longest request. */
  get maxLength(): number {
    return Math.max(...this.#templates.map(({ bytes }) => bytes.length));
  }

  /**
   * Writes one request; the same bytes whenever the same message is written again.
   *
   * @param into at least {@linkcode maxLength} bytes
   * @param phone which phone sends it
   * @param message its number within the phone's session
   * @param firstMs time of the first reading, whole ms since the Unix epoch
   * @returns how many bytes were written
   */
  write(into: Uint8Array, phone: number, message: number, firstMs: number): number {
    const kind = phone % AMPLITUDES.length;
    const t = this.#templates[kind * TEMPLATES_PER_AMPLITUDE + message % TEMPLATES_PER_AMPLITUDE];
    into.set(t.bytes);
    digits(into, t.message, 8, message);
    ascii(into, t.device, deviceName(this.run, phone));
    ascii(into, t.session, deviceName(this.run, phone));
    if (t.key >= 0) ascii(into, t.key, this.keys[phone]);
    for (let i = 0; i < READINGS_PER_BATCH; i++) digits(into, t.times[i], 13, firstMs + i * STEP_MS);
    // Any seed that differs between messages; the factors are those of two common integer hashes.
    let random = Math.imul(message + 1, 0x9e3779b1) ^ Math.imul(phone + 1, 0x85ebca6b);
    for (const at of t.values) {
      // Numerical Recipes' linear congruential generator: good enough to defeat compression, and cheap.
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      digits(into, at, FRESH_DIGITS, random >>> 19);
    }
    return t.bytes.length;
  }
}

function template(host: string, nameLength: number, keyLength: number, amplitude: number): Template {
  // "@" marks what is patched; it occurs nowhere else.
  const readings = Array.from({ length: READINGS_PER_BATCH }, () => {
    const values = Array.from({ length: 3 }, () => {
      const value = (Math.random() * 2 - 1) * amplitude;
      return `${value.toFixed(2)}${"@".repeat(FRESH_DIGITS)}`;
    });
    return `{"name":"accelerometer","timestamp":${"@".repeat(13)},"values":[${values.join(",")}]}`;
  });
  const name = "@".repeat(nameLength);
  const body = `{"messageId":"${"@".repeat(8)}","sessionId":"s-${name}","deviceId":"${name}",` +
    `"sensorReadings":[${readings.join(",")}]}`;
  const head = [
    "POST /sensor-data HTTP/1.1",
    `Host: ${host}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    ...(keyLength > 0 ? [`Authorization: Bearer ${"@".repeat(keyLength)}`] : []),
    "",
    "",
  ].join("\r\n");
  const text = head + body;
  const marks = [...text.matchAll(/@+/g)].map((match) => match.index);
  const key = keyLength > 0 ? marks.shift()! : -1;
  const [message, session, device, ...rest] = marks;
  return {
    bytes: ENCODER.encode(text),
    message,
    session,
    device,
    times: rest.filter((_, i) => i % 4 === 0),
    values: rest.filter((_, i) => i % 4 !== 0),
    key,
  };
}

function digits(into: Uint8Array, at: number, width: number, value: number): void {
  for (let i = at + width - 1; i >= at; i--) {
    const rest = Math.floor(value / 10);
    into[i] = ZERO + value - rest * 10;
    value = rest;
  }
}

function ascii(into: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) into[at + i] = text.charCodeAt(i);
}
