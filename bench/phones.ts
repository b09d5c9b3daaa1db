/**
 * A fleet of phones on a few connections: in real time, or as fast as the server answers.
 *
 * @module
 */
import process from "node:process";
import type { Clock } from "../commands/clock.ts";
import { BatchRequests } from "./batch_request.ts";
import { type Answer, Connection } from "./connection.ts";
import { percentiles } from "./percentiles.ts";

/**
 * A request that starts later than this after its time says that the loader or the server does not keep up.
 */
const LATE_MS = 1000;
/** A server that was restarted is back within this many tries of RETRY_MS. */
const MAX_TRIES = 50;
const RETRY_MS = 300;
/** A phone keeps a batch so long; then it needs the room for newer ones. Apps keep them for 10 to 60 s, or not at all. */
const PATIENCE_MS = 10_000;
/** In a saturating run phones send data of the past, faster than it could have been recorded. */
const BACKLOG_MS = 2 * 3_600_000;

export interface Load {
  /** The server, for example http://127.0.0.1:8000. */
  url: string;
  /** Prefix of the device names. */
  run: string;
  phones: number;
  /** One key a phone, or none at all. */
  keys: string[];
  conns: number;
  secs: number;
  /** One batch a second each, or without pause. */
  pace: "realTime" | "saturate";
  clock: Clock;
  signal: AbortSignal;
}

export interface LoadResult {
  ok: number;
  /** Readings that the server says it accepted. */
  accepted: number;
  /** Answers 429 and 503; the batch is sent again after Retry-After, as an app does that wants to lose nothing. */
  refused: number;
  /** Batches that were refused, or had to wait for the answers before them, until the phone needed the room. */
  dropped: number;
  /** Batches that the server called wrong, or that never got through. */
  failed: number;
  /** Batches that started a second or more after their time. */
  late: number;
  seconds: number;
  /** Of the requests that were accepted. */
  httpP50Ms: number;
  httpP99Ms: number;
  /** Processor time of this process, cores: near one, the load generator itself is the limit and latencies are its own. */
  loaderCores: number;
}

/** Sends the load and waits for the last answer. */
export async function sendLoad(load: Load): Promise<LoadResult> {
  const { host } = new URL(load.url);
  const requests = new BatchRequests(host, load.run, load.keys);
  const startMs = load.clock.nowMs();
  const cpuBefore = process.cpuUsage();
  const lines = Array.from({ length: Math.min(load.conns, load.phones) }, () => new Line(load, requests));
  await Promise.all(lines.map((line, c) => line.run(c, startMs)));
  const seconds = (load.clock.nowMs() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const sum = (of: (line: Line) => number) => lines.reduce((total, line) => total + of(line), 0);
  const [httpP50Ms, httpP99Ms] = percentiles(lines.flatMap((line) => line.latenciesMs), [50, 99]);
  return {
    ok: sum((line) => line.ok),
    accepted: sum((line) => line.accepted),
    refused: sum((line) => line.refused),
    dropped: sum((line) => line.dropped),
    failed: sum((line) => line.failed),
    late: sum((line) => line.late),
    seconds,
    httpP50Ms,
    httpP99Ms,
    loaderCores: (user + system) / 1e6 / seconds,
  };
}

/** One message of a phone. It is written anew for each try: kept, those refused in an overload would fill the memory. */
interface Batch {
  phone: number;
  message: number;
  /** Time of its first reading, ms since the Unix epoch. */
  firstMs: number;
  /** When it is to be sent. */
  dueMs: number;
  /** When the phone no longer keeps it. */
  untilMs: number;
}

/** One connection and the phones that share it. */
class Line {
  ok = 0;
  accepted = 0;
  refused = 0;
  dropped = 0;
  failed = 0;
  late = 0;
  readonly latenciesMs: number[] = [];
  #conn: Connection | null = null;
  /** In the order in which they were refused. */
  readonly #refused: Batch[] = [];
  readonly #buffer: Uint8Array;

  constructor(readonly load: Load, readonly requests: BatchRequests) {
    this.#buffer = new Uint8Array(requests.maxLength);
  }

  async run(first: number, startMs: number): Promise<void> {
    const { pace, signal } = this.load;
    const batches = pace === "realTime" ? this.#live(first, startMs) : this.#backlog(first, startMs);
    try {
      for (const batch of batches) {
        // A refused batch does not hold up the line's other phones: each would have a connection of its own.
        if (pace === "realTime") await this.#resend(batch.dueMs);
        await this.#deliver(batch);
        if (pace === "saturate") await this.#resend(Infinity);
        if (signal.aborted) return;
      }
      await this.#resend(Infinity);
    } finally {
      this.#conn?.close();
    }
  }

  /** One batch a second of each phone, the phones spread over the second. */
  *#live(first: number, startMs: number): Generator<Batch> {
    const { secs, phones, conns } = this.load;
    for (let message = 0; message < secs; message++) {
      for (let phone = first; phone < phones; phone += conns) {
        const firstMs = Math.floor(startMs + message * 1000 + phone * 1000 / phones);
        const dueMs = firstMs + 1000;
        yield { phone, message, firstMs, dueMs, untilMs: dueMs + PATIENCE_MS };
      }
    }
  }

  /** One after the other, until the time is over. */
  *#backlog(first: number, startMs: number): Generator<Batch> {
    const { secs, phones, conns, clock } = this.load;
    for (let message = 0;; message++) {
      for (let phone = first; phone < phones; phone += conns) {
        const dueMs = clock.nowMs();
        if (dueMs >= startMs + secs * 1000) return;
        const firstMs = startMs - BACKLOG_MS + message * 1000;
        yield { phone, message, firstMs, dueMs, untilMs: dueMs + PATIENCE_MS };
      }
    }
  }

  /** Sends what was refused and is due again before a time. */
  async #resend(beforeMs: number): Promise<void> {
    while (this.#refused.length > 0 && this.#refused[0].dueMs < beforeMs && !this.load.signal.aborted) {
      await this.#deliver(this.#refused.shift()!);
    }
  }

  async #deliver(batch: Batch): Promise<void> {
    const { clock, signal } = this.load;
    await clock.sleep(batch.dueMs - clock.nowMs(), signal);
    const nowMs = clock.nowMs();
    if (nowMs > batch.untilMs) {
      this.dropped++;
      return;
    }
    if (nowMs - batch.dueMs > LATE_MS) this.late++;
    const { phone, message, firstMs } = batch;
    const bytes = this.#buffer.subarray(0, this.requests.write(this.#buffer, phone, message, firstMs));
    for (let tries = 0; tries < MAX_TRIES && !signal.aborted; tries++) {
      const sentMs = performance.now();
      const answer = await this.#exchange(bytes);
      if (answer !== null) return this.#take(batch, answer, performance.now() - sentMs);
      await clock.sleep(RETRY_MS, signal);
    }
    if (!signal.aborted) this.failed++;
  }

  #take(batch: Batch, answer: Answer, tookMs: number): void {
    if (answer.status === 200) {
      this.ok++;
      this.accepted += answer.accepted;
      this.latenciesMs.push(tookMs);
    } else if (answer.status === 429 || answer.status === 503) {
      this.refused++;
      const dueMs = this.load.clock.nowMs() + (answer.retryAfterMs || RETRY_MS);
      if (dueMs > batch.untilMs) this.dropped++;
      else this.#refused.push({ ...batch, dueMs });
    } else this.failed++;
  }

  /** One request and its answer; null when the connection did not hold. */
  async #exchange(bytes: Uint8Array): Promise<Answer | null> {
    let answer: Answer | null = null;
    try {
      this.#conn ??= await Connection.open(this.load.url);
      answer = await this.#conn.request(bytes);
    } catch (error) {
      if (!isNetworkError(error)) throw error;
    }
    if (answer === null) {
      this.#conn?.close();
      this.#conn = null;
    }
    return answer;
  }
}

/** Whether a connection was refused, reset or cut: what a restarting or overloaded server does. */
export function isNetworkError(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.TimedOut;
}
