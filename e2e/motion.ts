/**
 * Recorded motion as the browser's own sensor: `devicemotion` events of the page under test come from a recording.
 *
 * @module
 */
import type { CDPSession, Page } from "playwright-core";
import { type Readings, readRecording } from "../commands/recordings.ts";

/** Faster than the 60 readings a second that the page sees. */
const STEP_MS = 10;

/** A phone's sensor in somebody's hands. */
export class Motion {
  readonly #cdp: CDPSession;
  #readings: Readings | null = null;
  #startMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #sending: Promise<unknown> = Promise.resolve();

  private constructor(cdp: CDPSession) {
    this.#cdp = cdp;
  }

  /** Gives a page an accelerometer; before it is loaded, since a page looks for sensors when it opens. */
  static async of(page: Page): Promise<Motion> {
    const cdp = await page.context().newCDPSession(page);
    // Alone: Chromium sends no event before every sensor that it believes in has a reading.
    await cdp.send("Emulation.setSensorOverrideEnabled", { enabled: true, type: "accelerometer" });
    return new Motion(cdp);
  }

  /** Moves as a recording of `stream/testdata` does, again and again. */
  async play(file: string): Promise<void> {
    const path = new URL(`../stream/testdata/${file}.csv`, import.meta.url).pathname;
    this.#readings = await readRecording(path);
    this.#startMs = performance.now();
    this.#timer ??= setInterval(() => this.#send(), STEP_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
  }

  #send(): void {
    const { tMs, xyz, count } = this.#readings!;
    const lengthMs = tMs[count - 1] - tMs[0];
    const atMs = tMs[0] + (performance.now() - this.#startMs) % lengthMs;
    let i = 0;
    while (i < count - 1 && tMs[i + 1] <= atMs) i++;
    const [x, y, z] = xyz.subarray(3 * i, 3 * i + 3);
    this.#sending = this.#cdp.send("Emulation.setSensorOverrideReadings", {
      type: "accelerometer",
      reading: { xyz: { x, y, z } },
    });
  }
}
