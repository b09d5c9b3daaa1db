/**
 * Takes readings from phones: one POST in, one durable batch in the log, one answer.
 *
 * @module
 */
import type { Appended } from "../../log/port.ts";
import type { Source } from "../../log/records.ts";
import { TooLarge } from "../../log/too_large.ts";
import { Unavailable } from "../../log/unavailable.ts";
import { HttpProblem } from "../../web/problem.ts";
import type { Ingest } from "../../web/services.ts";
import { BodyReader } from "./body.ts";
import { countProblem, countReadings, type IngestCounters } from "../counters.ts";
import type { DeviceHealths } from "../device_health.ts";
import { deviceOfKey, forbidden, headerKey, type KeyRing, unauthorized } from "./keys.ts";
import { EXAMPLE, MessageReader, UnusableMessage } from "../message.ts";
import type { PhoneLabels } from "../phone_labels.ts";
import { fromPhyphox } from "../phyphox.ts";
import { RateLimiter } from "../rate_limit.ts";
import { allRejected, hint, reply } from "./reply.ts";
import type { IngestSettings } from "../settings.ts";
import type { BatchSink } from "../sink.ts";
import { LoadShedder } from "./load_shedder.ts";
import { addTally, markDuplicate, newTally, readingsIn, type Tally } from "../tally.ts";

export interface IngestDeps {
  sink: BatchSink;
  keys: KeyRing;
  settings: IngestSettings;
  /** The server's clock, ms since the Unix epoch. */
  now: () => number;
  counters: IngestCounters;
  /** Watches how each device's readings come in. */
  health?: DeviceHealths;
  /** Hears what phones say of their activity. */
  labels?: Pick<PhoneLabels, "hear">;
}

export interface IngestService extends Ingest {
  /** Ends its timer. */
  close(): void;
}

/**
 * Builds the handler of all ingest routes.
 *
 * With a token (a key in the path) readings are stored under the token's device, whatever the message says: apps such as Sensor
 * Logger make up a device id that nobody knows when the key is issued. A key in a header must belong to the device that the
 * message names.
 */
export function createIngest(deps: IngestDeps): IngestService {
  const handler = new IngestHandler(deps);
  return {
    post: (req, token) => handler.post(req, token),
    postPhyphox: (req, token) => handler.post(req, token, PHYPHOX),
    close: () => handler.close(),
  };
}

/** What a refused phone is told to wait, s: a refusal costs almost half of what an accepted request does, so they must be few. */
const MIN_RETRY_AFTER_S = 5;
const RETRY_SPREAD_S = 10;

/** What a client sends that has a shape of its own. */
interface Format {
  source: Source;
  /** Makes a message of any shape that is read of what was sent. @throws UnusableMessage when it cannot */
  toMessage(body: unknown): unknown;
}
const PHYPHOX: Format = { source: "phyphox", toMessage: fromPhyphox };

/** How one request is to be handled, beside its body. */
interface Manner {
  nowMs: number;
  /** Device to store under, whatever the messages say. */
  ownDevice: string | undefined;
  /** Device that the messages must name. */
  keyDevice: string | undefined;
  /** Whether the body holds several messages, one a line. */
  lines: boolean;
  /** Undefined when the message itself shows it. */
  format: Format | undefined;
  /** Refuse everything if one reading is rejected. */
  strict: boolean;
  /** Whether what a person can mend is answered as Sensor Logger shows it to them. */
  hints: boolean;
}

/** Messages that are with the sink. */
interface Handed {
  /** Of those of which nothing is stored. */
  sum: Tally;
  /** Of each of the others, in order. */
  watched: (ReturnType<DeviceHealths["took"]> | undefined)[];
  tallies: Tally[];
  appends: Promise<Appended>[];
}

class IngestHandler {
  readonly #deps: IngestDeps;
  readonly #bodies: BodyReader;
  readonly #messages: MessageReader;
  readonly #limiter: RateLimiter;
  readonly #shedder = new LoadShedder();
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true });

  constructor(deps: IngestDeps) {
    this.#deps = deps;
    this.#bodies = new BodyReader(deps.settings);
    this.#messages = new MessageReader(deps.settings);
    this.#limiter = new RateLimiter(deps.settings.requestsPerS, deps.settings.burst);
  }

  close(): void {
    this.#shedder.close();
    this.#bodies.close();
  }

  async post(req: Request, token?: string, format?: Format): Promise<Response> {
    const { counters } = this.#deps;
    counters.requests++;
    let keyDevice: string | undefined, bytes: Uint8Array | undefined;
    const query = req.url.includes("?") ? new URL(req.url).searchParams : null;
    const strict = query?.get("strict") === "1";
    const hints = token !== undefined && query?.get("hints") === "499";
    try {
      const lines = isLines(req.headers.get("content-type"));
      keyDevice = this.#keyDevice(req.headers, token);
      bytes = await this.#bodies.read(req);
      // Not before: a connection whose request was not read to its end is closed, and to make a new one costs more than to read.
      if (!this.#shedder.admit()) throw overloaded();
      const ownDevice = token === undefined ? undefined : keyDevice;
      const enteredMs = this.#shedder.enter();
      try {
        const nowMs = this.#deps.now();
        const answer = this.#take(bytes, { nowMs, ownDevice, keyDevice, lines, format, strict, hints });
        // Nor their bytes: what is wrong with a body has shown by now.
        bytes = undefined;
        return await answer;
      } finally {
        this.#shedder.leave(enteredMs);
      }
    } catch (error) {
      const problem = asProblem(error);
      countProblem(counters, problem.status);
      this.#deps.health?.refused({
        status: problem.status,
        reason: problem.message,
        keyDevice,
        body: bytes,
        agent: req.headers.get("user-agent"),
        nowMs: this.#deps.now(),
      });
      return (hints ? hint(problem) : null) ?? problem.toResponse();
    }
  }

  /** In two steps, so that thousands of parsed messages are not kept alive while they wait for the disk. */
  #take(bytes: Uint8Array, manner: Manner): Promise<Response> {
    const parsed = this.#parse(bytes, manner.lines);
    const messages = manner.format === undefined ? parsed : parsed.map(manner.format.toMessage);
    if (manner.lines || manner.strict) this.#check(messages, manner);
    return this.#answer(this.#hand(messages, manner), manner);
  }

  /** The device whose key came with the request; undefined when none came and none is needed. */
  #keyDevice(headers: Headers, token: string | undefined): string | undefined {
    const key = token ?? headerKey(headers);
    if (key !== null) return deviceOfKey(this.#deps.keys, key);
    if (this.#deps.settings.openIngest) return undefined;
    throw unauthorized(
      "readings need the device's key: send Authorization: Bearer <key>, or post to /ingest/<key>; pairing the phone on the Devices page makes one",
    );
  }

  #parse(bytes: Uint8Array, lines: boolean): unknown[] {
    let text: string;
    try {
      text = this.#utf8.decode(bytes);
    } catch {
      throw unreadable(
        "the body is not UTF-8 text: expected JSON in UTF-8, with content-encoding if it is compressed",
      );
    }
    if (!lines) return [parseJson(text, "the body")];
    const messages = text.split("\n").filter((line) => line.trim() !== "");
    const { maxMessages } = this.#deps.settings;
    if (messages.length > maxMessages) {
      throw new HttpProblem(
        413,
        `the body holds ${messages.length} messages: expected at most ${maxMessages}; send them in parts`,
      );
    }
    return messages.map((line, i) => parseJson(line, `message ${i + 1}`));
  }

  /** Judges all messages without storing any, so that what is refused as a whole leaves nothing behind. */
  #check(messages: unknown[], manner: Manner): void {
    const sum = newTally();
    messages.forEach((message, i) => addTally(sum, this.#read(message, i, manner)));
    const { maxReadings } = this.#deps.settings;
    const readings = readingsIn(sum);
    if (readings > maxReadings) {
      throw new UnusableMessage(
        "too_many_readings",
        "",
        `the messages hold ${readings} readings: expected at most ${maxReadings} a request; send them in parts`,
      );
    }
    if (manner.strict && sum.rejected > 0) throw allRejected(sum);
  }

  /** Waits for nothing until every message is with the sink: the columns are shared scratch space. */
  #hand(messages: unknown[], manner: Manner): Handed {
    const { sink, health } = this.#deps;
    const handed: Handed = { sum: newTally(), watched: [], tallies: [], appends: [] };
    let limited = false;
    for (let i = 0; i < messages.length; i++) {
      const tally = this.#read(messages[i], i, manner);
      if (!limited && readingsIn(tally) > 0) {
        limited = true;
        this.#limit(this.#messages.batch.deviceId, manner.nowMs);
      }
      if (this.#messages.hasNotes) this.#hear(messages[i]);
      const seen = readingsIn(tally) > 0 ? health?.took(this.#messages.batch, tally, messages[i]) : undefined;
      if (tally.accepted === 0) {
        addTally(handed.sum, tally);
      } else {
        handed.watched.push(seen);
        handed.tallies.push(tally);
        handed.appends.push(sink.append(this.#messages.batch));
      }
    }
    return handed;
  }

  async #answer({ sum, watched, tallies, appends }: Handed, manner: Manner): Promise<Response> {
    const { counters, health } = this.#deps;
    // Nearly every request is one message, and Promise.all costs a microsecond.
    const results = appends.length === 1 ? [await appends[0]] : await Promise.all(appends);
    for (let i = 0; i < results.length; i++) {
      if (results[i].duplicate) {
        counters.duplicateMessages++;
        if (watched[i] !== undefined) health!.repeated(watched[i]!);
        markDuplicate(tallies[i]);
      }
      addTally(sum, tallies[i]);
    }
    countReadings(counters, sum);
    if (appends.length === 0 && sum.rejected > 0) throw allRejected(sum);
    return (manner.hints && !this.#moved(manner) ? hint(sum) : null) ?? reply(sum);
  }

  /** Whether the device's motion sensor reports, so that it is on: some messages hold only what other sensors say. */
  #moved({ keyDevice, nowMs }: Manner): boolean {
    return typeof this.#deps.health?.of(keyDevice!, nowMs)?.readingsPerS === "number";
  }

  #hear(message: unknown): void {
    const { payload } = message as { payload?: unknown[] };
    const { deviceId, sessionId } = this.#messages.batch;
    if (payload !== undefined) this.#deps.labels?.hear(deviceId, sessionId, payload);
  }

  #read(message: unknown, position: number, { nowMs, ownDevice, keyDevice, lines, format }: Manner): Tally {
    const { batch } = this.#messages;
    let tally: Tally;
    try {
      tally = this.#messages.read(message, nowMs, ownDevice);
      if (format !== undefined) batch.source = format.source;
    } catch (error) {
      if (lines && error instanceof UnusableMessage) error.pointer = `/${position}${error.pointer}`;
      throw error;
    }
    if (keyDevice !== undefined && readingsIn(tally) > 0 && batch.deviceId !== keyDevice) {
      throw forbidden(
        `the key is for device ${keyDevice}, the message is from ${batch.deviceId}: use that device's key, ` +
          `or post to /ingest/<key>, which stores everything under ${keyDevice}`,
      );
    }
    if (lines) { for (const error of tally.errors) error.pointer = `/${position}${error.pointer}`; }
    return tally;
  }

  #limit(deviceId: string, nowMs: number): void {
    const waitMs = this.#limiter.take(deviceId, nowMs);
    if (waitMs === 0) return;
    const { requestsPerS, burst } = this.#deps.settings;
    throw new HttpProblem(
      429,
      `device ${deviceId} sends too often: expected ${requestsPerS} requests a second, up to ${burst} at once; ` +
        "put more readings into each",
      { headers: { "retry-after": String(Math.ceil(waitMs / 1000)) } },
    );
  }
}

function overloaded(): HttpProblem {
  // Spread, or those refused together come back together.
  const retryAfterS = MIN_RETRY_AFTER_S + Math.floor(Math.random() * RETRY_SPREAD_S);
  return new HttpProblem(
    503,
    "the server has more readings than it can take in time: nothing was stored, send them again",
    { headers: { "retry-after": String(retryAfterS) } },
  );
}

const LINES_TYPES = new Set(["application/x-ndjson", "application/ndjson", "application/jsonl"]);
// Beacons can only send text/plain without a preflight.
const JSON_TYPES = new Set(["", "application/json", "text/json", "text/plain"]);

/** Whether a content type means several messages, one a line. Parameters are not looked at: phyphox sends malformed ones. */
function isLines(contentType: string | null): boolean {
  if (contentType === null || contentType === "application/json") return false;
  const type = contentType.split(";", 1)[0].trim().toLowerCase();
  if (LINES_TYPES.has(type)) return true;
  if (JSON_TYPES.has(type)) return false;
  throw new HttpProblem(
    415,
    `content-type is ${JSON.stringify(contentType.slice(0, 80))}: expected application/json, ` +
      "or application/x-ndjson for one message a line",
    { headers: { accept: "application/json, application/x-ndjson" } },
  );
}

function parseJson(text: string, what: string): unknown {
  if (text === "") throw unreadable(`${what} is empty: expected ${EXAMPLE}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(`${what} is not JSON (${(error as Error).message}): expected ${EXAMPLE}`);
  }
}

const unreadable = (detail: string) => new HttpProblem(400, detail);

/** Anything but the errors made here and by the log is a fault of the program: it goes on to whoever reports those. */
function asProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof UnusableMessage) {
    const { code, pointer, message: detail } = error;
    const faults = [{ pointer, code, detail }];
    return new HttpProblem(code === "too_many_readings" ? 413 : 400, detail, { errors: faults });
  }
  if (error instanceof TooLarge) return new HttpProblem(413, error.message);
  if (error instanceof Unavailable) {
    return new HttpProblem(503, error.detail, { headers: { "retry-after": String(error.retryAfterS) } });
  }
  throw error;
}
