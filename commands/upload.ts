/**
 * Posts messages to a server and does not give up at the first trouble.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { Message } from "./playback.ts";

/**
 * With the waits below, at most two minutes: enough for a server to restart, short enough to notice it will
 * not.
 */
const MAX_TRIES = 10;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 30_000;
/** A request that takes longer is lost: the server answers or refuses within seconds. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Answers that mean every further message will fare the same. */
const HOPELESS: Record<number, string> = {
  401: "the server wants a device key: pass one with --key",
  403: "the key is not one of this device: pass the right one with --key",
  404: "there is no /sensor-data at this address: check --url",
  405: "the server takes no readings at this address: check --url",
};

/** What became of the messages so far. */
export interface UploadCounts {
  messages: number;
  accepted: number;
  rejected: number;
  duplicate: number;
  retries: number;
  /** The server's words about the first message it refused. */
  firstRefusal: string | null;
}

/** The server cannot be reached, or refuses what it will always refuse. */
export class UploadError extends Error {
  override name = "UploadError";
}

interface Answer {
  status: number;
  /** NaN when the server did not say. */
  retryAfterS: number;
  text: string;
}

export interface UploadOptions {
  url: string;
  key?: string;
  clock: Clock;
  signal: AbortSignal;
  fetch: (request: Request) => Promise<Response>;
  /** Uniform in [0, 1); spreads the retries of many phones. */
  random: () => number;
}

/** Posts messages one after the other or side by side and counts the answers. */
export class Uploader {
  readonly counts: UploadCounts = {
    messages: 0,
    accepted: 0,
    rejected: 0,
    duplicate: 0,
    retries: 0,
    firstRefusal: null,
  };
  readonly #target: string;
  readonly #headers: Record<string, string>;

  constructor(readonly options: UploadOptions) {
    this.#target = `${options.url.replace(/\/+$/, "")}/sensor-data`;
    this.#headers = { "content-type": "application/json" };
    if (options.key !== undefined) this.#headers.authorization = `Bearer ${options.key}`;
  }

  /**
   * Posts one message until the server has answered it; a resent one keeps its messageId, so it counts once.
   * Returns early, with the message unanswered, when the signal is aborted.
   *
   * @throws UploadError when it cannot be delivered
   */
  async send(message: Message): Promise<void> {
    const { clock, signal } = this.options;
    const body = JSON.stringify(message);
    for (let attempt = 1; !signal.aborted; attempt++) {
      const answer = await this.#try(body);
      const settled = !(answer instanceof Error) && answer.status < 500 && answer.status !== 429;
      if (settled) return this.#count(answer, message.sensorReadings.length);
      if (signal.aborted) return;
      if (attempt === MAX_TRIES) {
        const trouble = answer instanceof Error ? answer.message : `${answer.status} ${answer.text}`;
        throw new UploadError(`${this.#target}: gave up after ${MAX_TRIES} tries: ${trouble}`);
      }
      this.counts.retries++;
      await clock.sleep(this.#waitMs(answer, attempt), signal);
    }
  }

  async #try(body: string): Promise<Answer | Error> {
    const { signal } = this.options;
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    try {
      const answer = await this.options.fetch(
        new Request(this.#target, {
          method: "POST",
          headers: this.#headers,
          body,
          signal: AbortSignal.any([signal, timeout]),
        }),
      );
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
    const jitter = this.options.random();
    if (asked >= 0) return Math.min(MAX_BACKOFF_MS, asked * 1000) + jitter * FIRST_BACKOFF_MS;
    return jitter * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
  }

  #count({ status, text }: Answer, readings: number): void {
    if (status in HOPELESS) {
      throw new UploadError(`${this.#target}: answered ${status}: ${HOPELESS[status]}`);
    }
    this.counts.messages++;
    if (status !== 200) {
      this.counts.rejected += readings;
      this.counts.firstRefusal ??= `${status} ${text}`;
      return;
    }
    const result = numbers(text);
    if (result === null) {
      throw new UploadError(
        `${this.#target}: answered ${status} without a count of readings (${
          JSON.stringify(text.slice(0, 80))
        }), ` +
          `expected {"status":"ok","accepted":50,…}: is this an Activity Tracker server?`,
      );
    }
    this.counts.accepted += result.accepted;
    this.counts.rejected += result.rejected;
    this.counts.duplicate += result.duplicate;
  }
}

function numbers(text: string): Pick<UploadCounts, "accepted" | "rejected" | "duplicate"> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("accepted" in value)) return null;
  const { accepted, rejected = 0, duplicate = 0 } = value as Record<string, unknown>;
  if (typeof accepted !== "number" || typeof rejected !== "number") return null;
  // A server may say how many readings it had already, or only that it had the message.
  return { accepted, rejected, duplicate: Number(duplicate) };
}
