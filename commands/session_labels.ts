/**
 * Tells a server what the recordings that were posted to it really are.
 *
 * @module
 */
import { type Answer, PatientRequests, type RequestParts, UploadError } from "./patient_requests.ts";
import { type Label, LABELS } from "./recordings.ts";

/** Who may label: only people and programs that sign in. */
const REFUSED: Record<number, string> = {
  401:
    "labels are an admin's: pass an API token of the role admin with --token att_… (made on the account page)",
  403: "this token may not label: pass one of the role admin with --token att_…",
};

export interface LabellingOptions extends RequestParts {
  url: string;
  token?: string;
}

/** A session that was posted whole. */
export interface PostedSession {
  deviceId: string;
  sessionId: string;
  name: string;
  label: Label;
  /** Times of its first and last reading, ms since the Unix epoch. */
  fromMs: number;
  toMs: number;
}

/** Names and labels sessions, and counts them. */
export class SessionLabels {
  readonly #requests: PatientRequests;
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #labelled: Record<Label, number> = { stationary: 0, walking: 0, running: 0 };
  /** Sessions that could not be labelled. */
  failed = 0;
  #firstFailure = "";

  constructor(options: LabellingOptions) {
    this.#requests = new PatientRequests(options);
    this.#url = `${options.url.replace(/\/+$/, "")}/api/sessions`;
    this.#headers = { "content-type": "application/json" };
    if (options.token !== undefined) this.#headers.authorization = `Bearer ${options.token}`;
  }

  /**
   * Asks whether labelling is allowed, before hours of recordings are posted: a session that is not there has no labels to take.
   *
   * @throws UploadError when it is not
   */
  async check(): Promise<void> {
    await this.#send("DELETE", "replay-check/labels/0-1?deviceId=replay-check", undefined, () => true);
  }

  /**
   * Gives a session its name and labels all of it. What the server refuses is counted; the readings are there all the same.
   *
   * @throws UploadError when the server does not answer, or refuses what it will always refuse
   */
  async label({ deviceId, sessionId, name, label, fromMs, toMs }: PostedSession): Promise<void> {
    const query = `?${new URLSearchParams({ deviceId })}`;
    const path = `${encodeURIComponent(sessionId)}`;
    const span = `${Math.floor(fromMs)}-${Math.ceil(toMs)}`;
    // It is known once its first readings are processed, a moment after they were stored.
    const isKnown = ({ status }: Answer) => status < 500 && status !== 429 && status !== 404;
    const answers = [
      await this.#send(
        "PUT",
        `${path}/labels/${span}${query}`,
        { activity: label, source: "import" },
        isKnown,
      ),
      await this.#send("PATCH", path + query, { name }, isKnown),
    ];
    const refusal = answers.find((answer) => answer !== null && answer.status !== 200);
    if (refusal) {
      this.failed++;
      this.#firstFailure ||= `${sessionId}: ${refusal.status} ${refusal.text}`;
    } else if (!answers.includes(null)) this.#labelled[label]++;
  }

  /** A line, or two when something failed. */
  get summary(): string {
    const counts = LABELS.map((label) => `${this.#labelled[label]} ${label}`).join(", ");
    const failures = `${this.failed} sessions could not be labelled; the first: ${this.#firstFailure}`;
    return `labelled sessions: ${counts}${this.failed === 0 ? "" : `\n${failures}`}`;
  }

  async #send(
    method: string,
    path: string,
    body: unknown,
    isSettled?: (answer: Answer) => boolean,
  ): Promise<Answer | null> {
    const url = `${this.#url}/${path}`;
    const answer = await this.#requests.send(
      url,
      { method, headers: this.#headers, body: body === undefined ? undefined : JSON.stringify(body) },
      isSettled,
    );
    if (answer !== null && answer.status in REFUSED) {
      throw new UploadError(`${url}: answered ${answer.status}: ${REFUSED[answer.status]}`);
    }
    return answer;
  }
}
