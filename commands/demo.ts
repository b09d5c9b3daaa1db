/**
 * The demo: plays the bundled recording into the server as a phone would, for people who have no phone at
 * hand.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Demo } from "../web/services.ts";
import type { Clock } from "./clock.ts";
import { play } from "./playback.ts";
import { readRecording } from "./recordings.ts";

const RECORDING = new URL("../static/demo/recording.csv.gz", import.meta.url);
/** Length of the recording, ms; a test holds it to the file. */
const DURATION_MS = 119_980;
const DEVICE_ID = "demo-phone";

/** A demo that can be stopped, for a server that ends. */
export interface StoppableDemo extends Demo {
  /** Stops what is playing and waits until nothing more is posted. */
  stop(): Promise<void>;
}

/**
 * Makes the demo. It plays in real time, one message a second, one playing at a time.
 *
 * @param post takes one body of `POST /sensor-data`
 * @param clock paces the messages and stamps their readings
 */
export function createDemo(post: (body: object) => Promise<Response>, clock: Clock): StoppableDemo {
  const stop = new AbortController();
  let playing: ReturnType<Demo["start"]> | null = null;
  let played = Promise.resolve();

  async function run(sessionId: string): Promise<void> {
    const readings = await readRecording(fileURLToPath(RECORDING));
    const sender = { deviceId: DEVICE_ID, sessionId, gravity: "removed" } as const;
    await play(readings, sender, 1, clock, stop.signal, async (message) => {
      const answer = await post(message);
      const text = await answer.text();
      // Like a phone that is refused: says so and goes on, the next second may be taken.
      if (!answer.ok) {
        console.error(`demo: message ${message.messageId} was refused: ${answer.status} ${text}`);
      }
    });
  }

  return {
    start() {
      if (playing !== null) return playing;
      const sessionId = `demo-${Math.floor(clock.nowMs()).toString(36)}`;
      playing = { deviceId: DEVICE_ID, sessionId, durationMs: DURATION_MS };
      played = run(sessionId)
        .catch((error) => console.error("demo: stopped playing:", error))
        .finally(() => playing = null);
      return playing;
    },
    async stop() {
      stop.abort();
      await played;
    },
  };
}
