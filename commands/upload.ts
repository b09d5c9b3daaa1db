/**
 * Posts messages to a server and does not give up at the first trouble.
 *
 * @module
 */
import { type Answer, PatientRequests, type RequestParts, UploadError } from "./patient_requests.ts";
import type { Message } from "./playback.ts";

export { UploadError } from "./patient_requests.ts";

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

export interface UploadOptions extends RequestParts {
  url: string;
  key?: string;
}

/** Posts messages one after the other or side by side and counts the answers. */
export class Uploader {
  readonly #counts = { messages: 0, accepted: 0, rejected: 0, duplicate: 0 };
  #firstRefusal: string | null = null;
  readonly #requests: PatientRequests;
  readonly #target: string;
  readonly #headers: Record<string, string>;

  constructor(options: UploadOptions) {
    this.#requests = new PatientRequests(options);
    this.#target = `${options.url.replace(/\/+$/, "")}/sensor-data`;
    this.#headers = { "content-type": "application/json" };
    if (options.key !== undefined) this.#headers.authorization = `Bearer ${options.key}`;
  }

  get counts(): UploadCounts {
    return { ...this.#counts, retries: this.#requests.retries, firstRefusal: this.#firstRefusal };
  }

  /**
   * Posts one message until the server has answered it; a resent one keeps its messageId, so it counts once.
   * Returns early, with the message unanswered, when the signal is aborted.
   *
   * @throws UploadError when it cannot be delivered
   */
  async send(message: Message): Promise<void> {
    const body = JSON.stringify(message);
    const answer = await this.#requests.send(this.#target, { method: "POST", headers: this.#headers, body });
    if (answer !== null) this.#count(answer, message.sensorReadings.length);
  }

  #count({ status, text }: Answer, readings: number): void {
    if (status in HOPELESS) {
      throw new UploadError(`${this.#target}: answered ${status}: ${HOPELESS[status]}`);
    }
    this.#counts.messages++;
    if (status !== 200) {
      this.#counts.rejected += readings;
      this.#firstRefusal ??= `${status} ${text}`;
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
    this.#counts.accepted += result.accepted;
    this.#counts.rejected += result.rejected;
    this.#counts.duplicate += result.duplicate;
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
