/**
 * Hands jobs to the tuning Worker, one at a time.
 *
 * @module
 */
import { Unavailable } from "../log/unavailable.ts";
import type { Answer, FromTuning, Job } from "./tuning_protocol.ts";

/** A search of 30,000 windows takes a second, one of as many as there may be 15 to 30, ms. */
const DEADLINE_MS = 60_000;
/** A job that nobody waits for any more may end by itself so long, ms: about what starting a Worker anew costs. */
const ABANDONED_MS = 200;
const RETRY_AFTER_S = 5;

/** The part of a Worker that is used. */
export type TuningWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

interface Waiting {
  job: Job;
  answer: PromiseWithResolvers<Answer>;
}

/** See the module's text. */
export class TuningJobs {
  readonly #start: () => TuningWorker;
  /** Started with the first job. */
  #worker: TuningWorker | null = null;
  #waiting: Waiting[] = [];
  #running: Waiting | null = null;
  /** Ends the Worker, unless the running job is done before. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(start: () => TuningWorker = startWorker) {
    this.#start = start;
  }

  /**
   * Answers jobs in the order they come; how many wait is the caller's to bound.
   *
   * @throws Unavailable when it takes too long, or the signal aborts
   * @throws Error when the job fails
   */
  run(job: Job, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) return Promise.reject(abandoned());
    const waiting: Waiting = { job, answer: Promise.withResolvers() };
    const onAbort = () => this.#abandon(waiting);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiting.push(waiting);
    this.#next();
    return waiting.answer.promise.finally(() => signal.removeEventListener("abort", onAbort));
  }

  /** Ends the Worker; what waits is given up. */
  close(): void {
    const given = this.#running === null ? this.#waiting : [this.#running, ...this.#waiting];
    this.#waiting = [];
    this.#end();
    for (const { answer } of given) answer.reject(new Unavailable("the server is stopping", RETRY_AFTER_S));
  }

  #next(): void {
    if (this.#running !== null) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#running = next;
    this.#worker ??= this.#open();
    this.#endAfter(DEADLINE_MS, () =>
      next.answer.reject(
        new Unavailable(
          `the answer was not there within ${DEADLINE_MS / 1000} s: choose fewer sessions`,
          RETRY_AFTER_S,
        ),
      ));
    this.#worker.postMessage(next.job);
  }

  #open(): TuningWorker {
    const worker = this.#start();
    worker.onmessage = ({ data }: MessageEvent<FromTuning>) => {
      const { answer } = this.#running!;
      if ("answer" in data) answer.resolve(data.answer);
      else answer.reject(new Error(`trying thresholds failed: ${data.failure}`));
      this.#done();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#running?.answer.reject(new Error(`the tuning Worker stopped: ${event.message}`));
      this.#end();
      this.#next();
    };
    return worker;
  }

  #abandon(waiting: Waiting): void {
    waiting.answer.reject(abandoned());
    this.#waiting = this.#waiting.filter((each) => each !== waiting);
    if (this.#running === waiting) this.#endAfter(ABANDONED_MS, () => {});
  }

  /** Ends the Worker and goes on with the next job. */
  #endAfter(ms: number, before: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      before();
      this.#end();
      this.#next();
    }, ms);
  }

  #done(): void {
    clearTimeout(this.#timer);
    this.#running = null;
    this.#next();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
    this.#running = null;
  }
}

const startWorker = (): TuningWorker =>
  new Worker(new URL("./tuning_worker.ts", import.meta.url), { type: "module", name: "tuning" });

const abandoned = () => new Unavailable("the same person has asked something else since", RETRY_AFTER_S);
