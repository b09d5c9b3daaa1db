/**
 * Requests to a server that do not give up at the first trouble.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/**
 * With the waits below, at most two minutes: enough for a server to restart, short enough to notice it will
 * not.
 */
const MAX_TRIES = 10;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 30_000;
/** A request that takes longer is lost: the server answers or refuses within seconds. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The server cannot be reached, or refuses what it will always refuse. */
export class UploadError extends Error {
  override name = "UploadError";
}

/** What a server said. */
export interface Answer {
  status: number;
  /** NaN when it did not say. */
  retryAfterS: number;
  text: string;
}

export interface RequestParts {
  clock: Clock;
  signal: AbortSignal;
  fetch: (request: Request) => Promise<Response>;
  /** Uniform in [0, 1); spreads the retries of many phones. */
  random: () => number;
}

/** Sends requests that may be sent again. */
export class PatientRequests {
  /** So far. */
  retries = 0;
  readonly #parts: RequestParts;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  /**
   * Sends one until the server has answered it.
   *
   * @param isSettled whether the answer is one; by default 429 and 5xx are not
   * @returns null when the signal was aborted before
   * @throws UploadError when there was no answer after many tries
   */
  async send(
    url: string,
    init: RequestInit,
    isSettled = ({ status }: Answer) => status < 500 && status !== 429,
  ): Promise<Answer | null> {
    const { clock, signal } = this.#parts;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const answer = await this.#try(url, init);
      if (!(answer instanceof Error) && isSettled(answer)) return answer;
      if (signal.aborted) break;
      if (attempt === MAX_TRIES) {
        const trouble = answer instanceof Error ? answer.message : `${answer.status} ${answer.text}`;
        throw new UploadError(`${url}: gave up after ${MAX_TRIES} tries: ${trouble}`);
      }
      this.retries++;
      await clock.sleep(this.#waitMs(answer, attempt), signal);
    }
    return null;
  }

  async #try(url: string, init: RequestInit): Promise<Answer | Error> {
    const signal = AbortSignal.any([this.#parts.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
    try {
      const answer = await this.#parts.fetch(new Request(url, { ...init, signal }));
      const retryAfterS = Number(answer.headers.get("retry-after") ?? NaN);
      return { status: answer.status, retryAfterS, text: await answer.text() };
    } catch (error) {
      // fetch() throws TypeError for the network, DOMException for the time limit; anything else is a mistake
      // of ours.
      if (error instanceof TypeError || error instanceof DOMException) return error;
      throw error;
    }
  }

  /**
   * What the server asks for, or exponential backoff with full jitter (aws.amazon.com/builders-library,
   * "Timeouts, retries").
   */
  #waitMs(answer: Answer | Error, attempt: number): number {
    const asked = answer instanceof Error ? NaN : answer.retryAfterS;
    const jitter = this.#parts.random();
    if (asked >= 0) return Math.min(MAX_BACKOFF_MS, asked * 1000) + jitter * FIRST_BACKOFF_MS;
    return jitter * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
  }
}
