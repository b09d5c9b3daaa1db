/**
 * Request bodies, read within bounds: on the wire, inflated, in time, and in the memory of all bodies together.
 *
 * @module
 */
import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { HttpProblem } from "../../web/problem.ts";
import type { IngestSettings } from "../settings.ts";

/** Deadlines are checked this often during one time-out: a single timer, as one for each read costs 1.4 µs of about 25. */
const DEADLINE_CHECKS = 10;
/** A reader that waits this long finds the memory of hundreds of bodies free again, s. */
const RETRY_AFTER_S = 1;

interface PendingRead {
  startedMs: number;
  timeOut: (problem: HttpProblem) => void;
}

/** Reads bodies; keeps account of all that are being read. */
export class BodyReader {
  readonly #settings: IngestSettings;
  /** In the order they started. */
  readonly #pending = new Set<PendingRead>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #bytes = 0;

  constructor(settings: IngestSettings) {
    this.#settings = settings;
  }

  /** Ends the timer; reads under way lose their deadline. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /**
   * Reads a body whole and inflates it.
   *
   * @throws HttpProblem 400 (broken), 408, 413, 415 (encoding) or 503
   */
  async read(req: Request): Promise<Uint8Array> {
    const encoding = req.headers.get("content-encoding");
    const inflate = encoding === null ? null : inflater(encoding);
    const declared = req.headers.get("content-length");
    const bytes = declared === null
      ? await this.#readCounting(req)
      : await this.#readDeclared(req, Number(declared));
    return inflate === null ? bytes : this.#inflate(inflate, bytes, encoding!);
  }

  /** The fast way: the runtime collects the body in native code and never takes more than was declared. */
  async #readDeclared(req: Request, length: number): Promise<Uint8Array> {
    if (!(length <= this.#settings.maxBodyBytes)) throw this.#tooLarge(`${length} bytes`);
    this.#reserve(length);
    try {
      return await this.#inTime(req.bytes());
    } finally {
      this.#bytes -= length;
    }
  }

  async #readCounting(req: Request): Promise<Uint8Array> {
    if (req.body === null) return new Uint8Array();
    const reader = req.body.getReader();
    const chunks: Uint8Array[] = [];
    let length = 0;
    const collect = async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        if (length + part.value.length > this.#settings.maxBodyBytes) {
          throw this.#tooLarge(`more than ${this.#settings.maxBodyBytes} bytes`);
        }
        this.#reserve(part.value.length);
        length += part.value.length;
        chunks.push(part.value);
      }
    };
    try {
      await this.#inTime(collect());
    } catch (error) {
      // Whatever went wrong, the rest of the body is of no use; the client learns the reason from the answer.
      reader.cancel().catch(() => {});
      throw error;
    } finally {
      this.#bytes -= length;
    }
    const whole = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  #reserve(bytes: number): void {
    if (this.#bytes + bytes > this.#settings.maxReadingBytes) {
      throw new HttpProblem(
        503,
        "too many large requests are arriving at once; send this one again a little later",
        { headers: { "retry-after": String(RETRY_AFTER_S) } },
      );
    }
    this.#bytes += bytes;
  }

  #inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const read: PendingRead = { startedMs: performance.now(), timeOut: reject };
      this.#pending.add(read);
      this.#timer ??= this.#nextCheck();
      work.then((value) => {
        this.#pending.delete(read);
        resolve(value);
      }, (error) => {
        this.#pending.delete(read);
        reject(error instanceof HttpProblem ? error : interrupted(error));
      });
    });
  }

  #checkDeadlines = (): void => {
    const dueMs = performance.now() - this.#settings.readTimeoutMs;
    for (const read of this.#pending) {
      if (read.startedMs > dueMs) break;
      this.#pending.delete(read);
      read.timeOut(
        new HttpProblem(
          408,
          `the body did not arrive within ${this.#settings.readTimeoutMs / 1000} s; send it again`,
          { headers: { connection: "close" } },
        ),
      );
    }
    this.#timer = this.#pending.size === 0 ? undefined : this.#nextCheck();
  };

  #nextCheck() {
    return setTimeout(this.#checkDeadlines, this.#settings.readTimeoutMs / DEADLINE_CHECKS);
  }

  /** Synchronous on purpose: one body is inflated at a time, so a thousand zip bombs need the memory of one. */
  #inflate(inflate: Inflate, bytes: Uint8Array, encoding: string): Uint8Array {
    const { maxInflatedBytes } = this.#settings;
    try {
      return inflate(bytes, { maxOutputLength: maxInflatedBytes });
    } catch (error) {
      if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
        throw tooLarge(`inflates to more than ${maxInflatedBytes} bytes`, maxInflatedBytes);
      }
      throw new HttpProblem(
        400,
        `the body is not complete ${encoding} data as content-encoding says (${(error as Error).message})`,
      );
    }
  }

  #tooLarge(size: string): HttpProblem {
    return tooLarge(`has ${size}`, this.#settings.maxBodyBytes);
  }
}

type Inflate = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

function inflater(encoding: string): Inflate | null {
  switch (encoding.trim().toLowerCase()) {
    case "":
    case "identity":
      return null;
    case "gzip":
    case "x-gzip":
      return gunzipSync;
    case "deflate":
      return inflateAny;
  }
  throw new HttpProblem(
    415,
    `content-encoding is ${JSON.stringify(encoding.slice(0, 40))}: expected gzip, deflate or none`,
    { headers: { "accept-encoding": "gzip, deflate" } },
  );
}

/** "deflate" means zlib (RFC 9110, 8.4.1.2), but many clients send it without zlib's header. */
function inflateAny(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array {
  const hasZlibHeader = bytes.length > 1 && (bytes[0] & 0x0f) === 8 &&
    ((bytes[0] << 8) | bytes[1]) % 31 === 0;
  return (hasZlibHeader ? inflateSync : inflateRawSync)(bytes, options);
}

function tooLarge(what: string, limit: number): HttpProblem {
  return new HttpProblem(413, `the body ${what}: expected at most ${limit}; send fewer readings at a time`);
}

function interrupted(error: unknown): HttpProblem {
  return new HttpProblem(
    400,
    `the body ended early (${error instanceof Error ? error.message : error}); send it again`,
  );
}
