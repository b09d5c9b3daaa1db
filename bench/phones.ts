/**
 * A fleet of phones on a few connections: in real time, or as fast as the server answers.
 *
 * @module
 */
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
  /** Answers 429 and 503; the batch is sent again. */
  refused: number;
  /** Batches that were given up. */
  failed: number;
  /** Batches that started a second or more after their time. */
  late: number;
  seconds: number;
  httpP50Ms: number;
  httpP99Ms: number;
}

/** Sends the load and waits for the last answer. */
export async function sendLoad(load: Load): Promise<LoadResult> {
  const { host } = new URL(load.url);
  const requests = new BatchRequests(host, load.run, load.keys);
  const startMs = load.clock.nowMs();
  const lines = Array.from({ length: Math.min(load.conns, load.phones) }, () => new Line(load));
  await Promise.all(lines.map((line, c) => line.run(requests, c, startMs)));
  const sum = (of: (line: Line) => number) => lines.reduce((total, line) => total + of(line), 0);
  const [httpP50Ms, httpP99Ms] = percentiles(lines.flatMap((line) => line.latenciesMs), [50, 99]);
  return {
    ok: sum((line) => line.ok),
    accepted: sum((line) => line.accepted),
    refused: sum((line) => line.refused),
    failed: sum((line) => line.failed),
    late: sum((line) => line.late),
    seconds: (load.clock.nowMs() - startMs) / 1000,
    httpP50Ms,
    httpP99Ms,
  };
}

/** One connection and the phones that share it. */
class Line {
  ok = 0;
  accepted = 0;
  refused = 0;
  failed = 0;
  late = 0;
  readonly latenciesMs: number[] = [];
  #conn: Connection | null = null;

  constructor(readonly load: Load) {}

  async run(requests: BatchRequests, first: number, startMs: number): Promise<void> {
    const { pace, secs, phones, conns, clock, signal } = this.load;
    const buffer = new Uint8Array(requests.maxLength);
    const untilMs = startMs + secs * 1000;
    try {
      for (let message = 0; pace === "saturate" || message < secs; message++) {
        for (let phone = first; phone < phones; phone += conns) {
          let firstMs = startMs - BACKLOG_MS + message * 1000;
          if (pace === "realTime") {
            firstMs = Math.floor(startMs + message * 1000 + phone * 1000 / phones);
            const dueMs = firstMs + 1000;
            await clock.sleep(dueMs - clock.nowMs(), signal);
            if (clock.nowMs() - dueMs > LATE_MS) this.late++;
          } else if (clock.nowMs() >= untilMs) return;
          if (signal.aborted) return;
          const length = requests.write(buffer, phone, message, firstMs);
          await this.#deliver(buffer.subarray(0, length));
        }
      }
    } finally {
      this.#conn?.close();
    }
  }

  async #deliver(bytes: Uint8Array): Promise<void> {
    const { clock, signal } = this.load;
    for (let tries = 0; tries < MAX_TRIES && !signal.aborted; tries++) {
      const sentMs = performance.now();
      const answer = await this.#exchange(bytes);
      if (answer === null) {
        await clock.sleep(RETRY_MS, signal);
        continue;
      }
      this.latenciesMs.push(performance.now() - sentMs);
      if (answer.status === 200) {
        this.ok++;
        this.accepted += answer.accepted;
        return;
      }
      if (answer.status !== 429 && answer.status !== 503) break;
      this.refused++;
      await clock.sleep(answer.retryAfterMs || RETRY_MS, signal);
    }
    this.failed++;
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
