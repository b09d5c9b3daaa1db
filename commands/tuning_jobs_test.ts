import assert from "node:assert/strict";
import { Unavailable } from "../log/unavailable.ts";
import { recordedSessions, recordingsOf, SHIPPED } from "../stream/testing/tuning.ts";
import { previewOf } from "../stream/tuning.ts";
import { ManualTimers } from "../web/testing/manual_timers.ts";
import { TuningJobs, type TuningWorker } from "./tuning_jobs.ts";
import type { Job } from "./tuning_protocol.ts";

const NEVER = new AbortController().signal;

/** Workers that answer when they are told to. */
class FakeWorkers {
  readonly jobs: Job[] = [];
  started = 0;
  terminated = 0;
  #current: TuningWorker | undefined;

  start = (): TuningWorker => {
    this.started++;
    return this.#current = {
      onmessage: null,
      onerror: null,
      postMessage: (job: Job) => void this.jobs.push(job),
      terminate: () => void this.terminated++,
    };
  };

  answer(data: unknown): void {
    const worker = this.#current! as Worker;
    worker.onmessage!(new MessageEvent("message", { data }));
  }

  crash(message: string): void {
    const worker = this.#current! as Worker;
    worker.onerror!(new ErrorEvent("error", { message, cancelable: true }));
  }
}

const jobNamed = (name: string): Job => ({
  kind: "histogram",
  recordings: recordingsOf([{ deviceId: name, sessionId: "", name: null, labels: [], columns: null! }]),
});
const namesOf = (jobs: readonly Job[]) => jobs.map(({ recordings }) => recordings.sessions[0].deviceId);

/** How a promise ends, to be looked at later. */
const outcomeOf = (promise: Promise<unknown>) => promise.catch((error: Error) => error);
const isUnavailable = (pattern: RegExp) => (error: unknown) =>
  error instanceof Unavailable && pattern.test(error.detail);

Deno.test("jobs are answered one after another by one Worker, which starts with the first", async () => {
  const workers = new FakeWorkers();
  const jobs = new TuningJobs(workers.start);
  assert.equal(workers.started, 0);
  const answers = [jobs.run(jobNamed("a"), NEVER), jobs.run(jobNamed("b"), NEVER)];
  assert.deepEqual(namesOf(workers.jobs), ["a"]);
  workers.answer({ answer: "A" });
  assert.deepEqual(namesOf(workers.jobs), ["a", "b"]);
  workers.answer({ answer: "B" });
  assert.deepEqual(await Promise.all(answers), ["A", "B"]);
  assert.deepEqual([workers.started, workers.terminated], [1, 0]);
  jobs.close();
  assert.equal(workers.terminated, 1);
});

Deno.test("a job that nobody waits for any more is not begun", async () => {
  const workers = new FakeWorkers();
  const jobs = new TuningJobs(workers.start);
  const abort = new AbortController();
  const first = jobs.run(jobNamed("a"), NEVER);
  const dropped = outcomeOf(jobs.run(jobNamed("b"), abort.signal));
  const last = jobs.run(jobNamed("c"), NEVER);
  abort.abort();
  assert.ok(await dropped instanceof Unavailable);
  workers.answer({ answer: "A" });
  workers.answer({ answer: "C" });
  assert.deepEqual(await Promise.all([first, last]), ["A", "C"]);
  assert.deepEqual(namesOf(workers.jobs), ["a", "c"]);
  assert.ok(await outcomeOf(jobs.run(jobNamed("d"), abort.signal)) instanceof Unavailable);
  jobs.close();
});

Deno.test("one that is under way may end by itself for a moment, then its Worker is ended for the next", async () => {
  using timers = new ManualTimers();
  const workers = new FakeWorkers();
  const jobs = new TuningJobs(workers.start);
  const abort = new AbortController();
  const dropped = outcomeOf(jobs.run(jobNamed("a"), abort.signal));
  const next = jobs.run(jobNamed("b"), NEVER);
  abort.abort();
  assert.ok(await dropped instanceof Unavailable);
  timers.advance(199);
  assert.equal(workers.terminated, 0);
  timers.advance(1);
  assert.deepEqual([workers.terminated, namesOf(workers.jobs)], [1, ["a", "b"]]);
  workers.answer({ answer: "B" });
  assert.equal(await next, "B");
  jobs.close();
  assert.equal(timers.size, 0);
});

Deno.test("one that takes too long is given up, and the next gets a new Worker", async () => {
  using timers = new ManualTimers();
  const workers = new FakeWorkers();
  const jobs = new TuningJobs(workers.start);
  const long = outcomeOf(jobs.run(jobNamed("a"), NEVER));
  const next = jobs.run(jobNamed("b"), NEVER);
  timers.advance(60_000);
  assert.ok(isUnavailable(/not there within 60 s/)(await long));
  workers.answer({ answer: "B" });
  assert.equal(await next, "B");
  assert.deepEqual([workers.started, workers.terminated], [2, 1]);
  jobs.close();
});

Deno.test("a job that fails, or whose Worker does, is an error, and the next is answered", async () => {
  const workers = new FakeWorkers();
  const jobs = new TuningJobs(workers.start);
  const failing = outcomeOf(jobs.run(jobNamed("a"), NEVER));
  const crashing = outcomeOf(jobs.run(jobNamed("b"), NEVER));
  const next = jobs.run(jobNamed("c"), NEVER);
  workers.answer({ failure: "no such thing" });
  assert.match((await failing as Error).message, /no such thing/);
  workers.crash("out of memory");
  assert.match((await crashing as Error).message, /out of memory/);
  workers.answer({ answer: "C" });
  assert.equal(await next, "C");
  jobs.close();
});

Deno.test("a stopping server gives all jobs up", async () => {
  const workers = new FakeWorkers();
  const jobs = new TuningJobs(workers.start);
  const waiting = Array.from({ length: 3 }, (_, i) => outcomeOf(jobs.run(jobNamed(`${i}`), NEVER)));
  jobs.close();
  for (const outcome of await Promise.all(waiting)) assert.ok(isUnavailable(/stopping/)(outcome));
});

Deno.test("the real Worker answers as the functions do, from shared columns", async () => {
  const jobs = new TuningJobs();
  try {
    const recordings = recordingsOf(await recordedSessions());
    const values = { ...SHIPPED, runningMs2: 20, cadence: null };
    const answer = await jobs.run({ kind: "preview", recordings, inForce: SHIPPED, values }, NEVER);
    assert.deepEqual(answer, previewOf(recordings, SHIPPED, values));
  } finally {
    jobs.close();
  }
});
