/**
 * A viewer of the live stream that looks at how long sessions' results stay away.
 *
 * @module
 */
import { liveEvents } from "./client.ts";

export class LiveGaps {
  readonly #lastMs = new Map<string, number>();
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;
  #longestMs = 0;

  private constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#ended = this.#read(body).catch((error) => {
      if (!this.#abort.signal.aborted) throw error;
    });
    // A server that is killed because its test has failed ends it too: `stop` tells, if it is asked.
    this.#ended.catch(() => {});
  }

  /** Joins the stream of a server. */
  static async follow(url: string): Promise<LiveGaps> {
    const response = await fetch(`${url}/api/live`);
    return new LiveGaps(response.body!);
  }

  /** Looks at what comes from now on; what is on its way counts from its last result. */
  reset(): void {
    this.#longestMs = 0;
  }

  /** The longest time between two results of a session, or since its last, ms. */
  get longestMs(): number {
    const nowMs = performance.now();
    let longestMs = this.#longestMs;
    for (const lastMs of this.#lastMs.values()) longestMs = Math.max(longestMs, nowMs - lastMs);
    return longestMs;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const { record } of liveEvents(body, this.#abort.signal)) if (record) this.#note(record);
  }

  #note({ deviceId }: { deviceId: string }): void {
    const nowMs = performance.now();
    this.#longestMs = Math.max(this.#longestMs, nowMs - (this.#lastMs.get(deviceId) ?? nowMs));
    this.#lastMs.set(deviceId, nowMs);
  }
}
