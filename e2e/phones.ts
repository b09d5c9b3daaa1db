/**
 * Phones for tests that kill what they post to: every reading is the same in every run, so the windows must be too.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededU32 } from "../commands/random.ts";

/** From 0 to 1, the same in every run. */
export function random(seed: number): () => number {
  const next = seededU32(seed);
  return () => next() / 2 ** 32;
}

/** Waits in real time: the processes under test have their own clocks. */
export const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export interface PhonesOptions {
  phones: number;
  /** Messages a phone posts, one second of readings each. */
  messages: number;
  /** Between a phone's messages, ms; under the limit of 20 requests a second. */
  paceMs: number;
  /** Time of the first reading, ms since the Unix epoch. */
  startMs: number;
}

const HZ = 20;

/** A phone that changes between still, walking and running, all its messages ready to be sent. */
function messagesOf(phone: number, { messages, startMs }: PhonesOptions): string[] {
  const next = random(phone + 1);
  return Array.from({ length: messages }, (_, message) => {
    const amplitude = [0.1, 6, 18][Math.floor((message + phone * 7) / 20) % 3];
    const sensorReadings = Array.from({ length: HZ }, (_, i) => {
      const timestamp = startMs + message * 1000 + i * (1000 / HZ);
      const swing = amplitude * Math.sin(timestamp * 0.0113) + next();
      return { name: "accelerometer", timestamp, values: [swing, next() * 0.3, 9.81 + next() * 0.2] };
    });
    return JSON.stringify({
      messageId: `${message}`,
      sessionId: `run-${phone}`,
      deviceId: `phone-${phone}`,
      sensorReadings,
    });
  });
}

/** Posts a phone's messages in order, each again until it is acknowledged. */
async function post(
  messages: readonly string[],
  paceMs: number,
  url: () => Promise<string>,
  onAck: () => void,
): Promise<void> {
  for (const body of messages) {
    for (;;) {
      try {
        const response = await fetch(`${await url()}/sensor-data`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        const text = await response.text();
        if (response.status === 200) break;
        assert.ok(response.status === 503 || response.status === 429, `status ${response.status}: ${text}`);
        await delay(Number(response.headers.get("retry-after") ?? 1) * 1000);
      } catch (error) {
        // The server was killed under the request: the phone does not know whether it was taken, and sends it again.
        if (!(error instanceof TypeError)) throw error;
        await delay(20);
      }
    }
    onAck();
    await delay(paceMs);
  }
}

/**
 * Posts everything of every phone.
 *
 * @param url where to post now; awaited before every try
 */
export function postAll(options: PhonesOptions, url: () => Promise<string>): Posting {
  const phones = Array.from({ length: options.phones }, (_, phone) => messagesOf(phone, options));
  return postMessages(phones, options.paceMs, url);
}

/** What phones have been told so far. */
export interface Posting {
  /** Resolves when all is acknowledged. */
  done: Promise<void>;
  acked(): number;
  total: number;
}

/**
 * Posts each phone's messages in order, each again until it is acknowledged.
 *
 * @param phones bodies of each one's messages
 * @param paceMs between a phone's messages, ms
 * @param url where to post now; awaited before every try
 */
export function postMessages(
  phones: readonly (readonly string[])[],
  paceMs: number,
  url: () => Promise<string>,
): Posting {
  let acked = 0;
  const posting = phones.map((messages) => post(messages, paceMs, url, () => acked++));
  const total = phones.reduce((sum, messages) => sum + messages.length, 0);
  const done = Promise.all(posting).then(() => assert.equal(acked, total));
  return { done, acked: () => acked, total };
}
