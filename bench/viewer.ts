/**
 * One open Live page: follows `/api/live` and takes how old each window is when it arrives.
 *
 * @module
 */
import { percentiles } from "./percentiles.ts";

/** What a viewer saw of one run. */
export interface ViewerResult {
  windows: number;
  sessions: number;
  /** From a window's end to its arrival here, ms. */
  lagP50Ms: number;
  lagP95Ms: number;
  lagP99Ms: number;
  /**
   * The same within the first and the last third of the run: a lag that grows means the server does not keep
   * up.
   */
  lagP50FirstThirdMs: number;
  lagP99FirstThirdMs: number;
  lagP50LastThirdMs: number;
  lagP99LastThirdMs: number;
}

export class Viewer {
  #reader: ReadableStreamDefaultReader<string> | null = null;
  readonly #lags: number[] = [];
  readonly #sessions = new Set<string>();
  #following: Promise<void> = Promise.resolve();

  /**
   * @param url of the live stream
   * @param run only sessions with this in their name are counted
   * @param nowMs clock, ms since the Unix epoch
   */
  constructor(readonly url: string, readonly run: string, readonly nowMs: () => number = Date.now) {}

  /** Opens the stream; it is followed until {@linkcode stop}. */
  async open(): Promise<void> {
    const answer = await fetch(this.url);
    if (!answer.ok || answer.body === null) {
      throw new Error(`${this.url}: answered ${answer.status}, expected a live stream`);
    }
    const text = answer.body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>);
    this.#reader = text.getReader();
    this.#following = this.#follow(this.#reader);
    // stop() passes the error on; until then it must not count as unhandled and end the process with servers
    // still running.
    this.#following.catch(() => {});
  }

  async stop(): Promise<ViewerResult> {
    await this.#reader?.cancel();
    await this.#following;
    const third = Math.floor(this.#lags.length / 3);
    // Before all are sorted in place.
    const [firstP50Ms, firstP99Ms] = percentiles(this.#lags.slice(0, third), [50, 99]);
    const [lastP50Ms, lastP99Ms] = percentiles(this.#lags.slice(-third), [50, 99]);
    const [lagP50Ms, lagP95Ms, lagP99Ms] = percentiles(this.#lags, [50, 95, 99]);
    return {
      windows: this.#lags.length,
      sessions: this.#sessions.size,
      lagP50Ms,
      lagP95Ms,
      lagP99Ms,
      lagP50FirstThirdMs: firstP50Ms,
      lagP99FirstThirdMs: firstP99Ms,
      lagP50LastThirdMs: lastP50Ms,
      lagP99LastThirdMs: lastP99Ms,
    };
  }

  async #follow(reader: ReadableStreamDefaultReader<string>): Promise<void> {
    let rest = "";
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const lines = (rest + chunk.value).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (line.startsWith("data:")) this.#take(line.slice(5));
    }
  }

  #take(data: string): void {
    const value: unknown = JSON.parse(data);
    const now = this.nowMs();
    for (const record of Array.isArray(value) ? value : [value]) {
      if (typeof record?.sessionId !== "string" || !record.sessionId.includes(this.run)) continue;
      this.#lags.push(now - record.timestamp);
      this.#sessions.add(record.sessionId);
    }
  }
}
