import assert from "node:assert/strict";
import { ThresholdsRegistry } from "../control/thresholds.ts";
import { MemoryControlLog } from "../log/testing/control.ts";
import { windowRecord } from "../log/testing/windows.ts";
import type { ActivityRecord, Label } from "../log/records.ts";
import type { SessionFilter, SessionSummary, Store } from "../sinks/sqlite/answers.ts";
import { SHIPPED } from "../stream/testing/tuning.ts";
import { SessionTuning } from "./tuning.ts";
import type { Answer, Job } from "./tuning_protocol.ts";

const START_MS = 1_767_225_600_000;
const WALKING: Label = { from: START_MS, to: START_MS + 60_000, activity: "walking", source: "person" };

interface Stored {
  summary: SessionSummary;
  records: ActivityRecord[];
}

/** A session of so many windows. */
function stored(deviceId: string, sessionId: string, windows: number, labels: Label[] = [WALKING]): Stored {
  const records = Array.from(
    { length: windows },
    (_, i) => windowRecord({ deviceId, sessionId }, START_MS + 1000 * (i + 1), { magnitude: 3 + i }),
  );
  const summary: SessionSummary = {
    deviceId,
    sessionId,
    name: `${sessionId} of ${deviceId}`,
    note: null,
    labels,
    strip: [],
    startedAt: START_MS,
    endedAt: records.at(-1)?.timestamp ?? null,
    receivedAt: START_MS,
    live: false,
    totals: { stationary: 0, walking: 0, running: 0, unknown: 0 },
    windows,
    gaps: 0,
    current: null,
  };
  return { summary, records };
}

/** A read model in memory, in pages of two, that counts what it is asked. */
class Sessions implements Pick<Store, "sessions" | "session" | "activity"> {
  readonly asked: string[] = [];
  constructor(readonly all: Stored[]) {}

  sessions({ deviceId, label, limit, cursor }: SessionFilter) {
    const found = this.all.map(({ summary }) => summary).filter((session) =>
      (deviceId === undefined || session.deviceId === deviceId) &&
      (label === undefined || session.labels.length > 0)
    );
    return Promise.resolve(page(found, Math.min(2, limit), cursor));
  }

  session(sessionId: string, deviceId?: string) {
    const found = this.#of(sessionId, deviceId);
    return Promise.resolve(found ? { ...found.summary, segments: [], counts: null } : null);
  }

  activity({ sessionId, deviceId, limit, cursor }: Parameters<Store["activity"]>[0]) {
    this.asked.push(`${deviceId} ${sessionId}`);
    return Promise.resolve(page(this.#of(sessionId!, deviceId)!.records, Math.min(2, limit), cursor));
  }

  #of(sessionId: string, deviceId?: string) {
    return this.all.find(({ summary }) => summary.sessionId === sessionId && summary.deviceId === deviceId);
  }
}

function page<T>(items: T[], limit: number, cursor = "0") {
  const from = Number(cursor), to = from + limit;
  return { items: items.slice(from, to), nextCursor: to < items.length ? `${to}` : null };
}

async function setup(all: Stored[], maxWindows?: number) {
  const log = new MemoryControlLog();
  const thresholds = new ThresholdsRegistry(log, () => START_MS);
  await log.tailControl((event) => thresholds.fold(event));
  const jobs: Job[] = [];
  const run = (job: Job) => Promise.resolve((jobs.push(job), {} as Answer));
  const store = new Sessions(all);
  const tuning = new SessionTuning(store, thresholds, 1000, { run, close: () => {} }, maxWindows);
  return { store, tuning, thresholds, jobs };
}

const sessionsOf = ({ recordings }: Job) =>
  recordings.sessions.map(({ deviceId, sessionId }) => `${deviceId} ${sessionId}`);

Deno.test("null means all labelled sessions, with all their windows and labels", async () => {
  const { tuning, jobs } = await setup([
    stored("anna", "a", 5),
    stored("anna", "b", 3, []),
    stored("ben", "a", 4),
    stored("ben", "b", 1),
    stored("ben", "c", 0),
  ]);
  await tuning.histogram(null);
  assert.deepEqual(sessionsOf(jobs[0]), ["anna a", "ben a", "ben b"]);
  const [{ name, labels, columns }] = jobs[0].recordings.sessions;
  assert.deepEqual([name, labels], ["a of anna", [WALKING]]);
  assert.deepEqual([...columns.meanMs2], [3, 4, 5, 6, 7]);
  assert.deepEqual([jobs[0].recordings.slideMs, jobs[0].recordings.leftOutSessions], [1000, 0]);
});

Deno.test("without labelled sessions the newest are looked at", async () => {
  const { tuning, jobs } = await setup([stored("anna", "a", 5, []), stored("ben", "b", 1, [])]);
  await tuning.histogram(null);
  assert.deepEqual(sessionsOf(jobs[0]), ["anna a", "ben b"]);
});

Deno.test("chosen sessions are looked at whether labelled or not; those that are gone are left out", async () => {
  const { tuning, jobs } = await setup([stored("anna", "a", 5), stored("anna", "b", 3, [])]);
  const chosen = ["b", "gone"].map((sessionId) => ({ deviceId: "anna", sessionId }));
  await tuning.preview(SHIPPED, chosen, null);
  assert.deepEqual(sessionsOf(jobs[0]), ["anna b"]);
});

Deno.test("only sessions are looked at that the values would decide, with what is in force for them", async () => {
  const { tuning, jobs, thresholds } = await setup([stored("anna", "a", 5), stored("ben", "b", 3)]);
  const own = { ...SHIPPED, walkingMs2: 3 };
  await thresholds.save({ deviceId: "ben", values: own, message: "brisk" }, 1, "local");
  const tried = { ...SHIPPED, walkingMs2: 2 };
  await tuning.preview(tried, null, null);
  await tuning.preview(tried, null, "ben");
  await tuning.suggest(tried, null, "anna", "local");
  await tuning.histogram(null);
  assert.deepEqual(jobs.map(sessionsOf), [["anna a"], ["ben b"], ["anna a"], ["anna a", "ben b"]]);
  assert.deepEqual(
    jobs.slice(0, 3).map((job) => job.kind !== "histogram" && [job.kind, job.inForce, job.values]),
    [
      ["preview", SHIPPED, tried],
      ["preview", own, tried],
      ["suggest", SHIPPED, tried],
    ],
  );
});

Deno.test("windows are read once, and again when the session has grown", async () => {
  const [first, second] = [stored("anna", "a", 2), stored("ben", "b", 1)];
  const { tuning, store, jobs } = await setup([first, second]);
  await tuning.histogram(null);
  await tuning.preview(SHIPPED, null, null);
  assert.deepEqual(store.asked, ["anna a", "ben b"]);
  Object.assign(first, stored("anna", "a", 3));
  await tuning.histogram(null);
  assert.deepEqual(store.asked, ["anna a", "ben b", "anna a", "anna a"]);
  assert.equal(jobs[2].recordings.sessions[0].columns.endMs.length, 3);
});

Deno.test("labels are those of now, also of windows that were read before", async () => {
  const session = stored("anna", "a", 2);
  const { tuning, jobs } = await setup([session]);
  await tuning.histogram(null);
  session.summary.labels = [{ ...WALKING, activity: "running" }];
  await tuning.histogram(null);
  assert.deepEqual(jobs.map(({ recordings }) => recordings.sessions[0].labels[0].activity), [
    "walking",
    "running",
  ]);
});

Deno.test("sessions past what memory is for are left out, and the answer says so", async () => {
  const sizes = [4, 3, 8, 3];
  const { tuning, store, jobs } = await setup(sizes.map((windows, i) => stored("anna", `${i}`, windows)), 10);
  await tuning.histogram(null);
  assert.deepEqual(sessionsOf(jobs[0]), ["anna 0", "anna 1", "anna 3"]);
  assert.equal(jobs[0].recordings.leftOutSessions, 1);
  const before = store.asked.length;
  await tuning.histogram([{ deviceId: "anna", sessionId: "2" }]);
  assert.deepEqual(sessionsOf(jobs[1]), ["anna 2"]);
  const read = store.asked.length;
  await tuning.histogram(null);
  assert.ok(read > before && store.asked.length > read, "those used longest ago were forgotten");
});

Deno.test("questions at the same time read a session once", async () => {
  const { tuning, store, jobs } = await setup([stored("anna", "a", 3), stored("ben", "b", 1)]);
  await Promise.all([tuning.histogram(null), tuning.preview(SHIPPED, null, null)]);
  assert.deepEqual(store.asked, ["anna a", "anna a", "ben b"]);
  assert.equal(jobs.length, 2);
});

Deno.test("a session that could not be read is read again", async () => {
  const { tuning, store, jobs } = await setup([stored("anna", "a", 2)]);
  const activity = store.activity;
  store.activity = () => Promise.reject(new Error("no answer"));
  await assert.rejects(tuning.histogram(null), /no answer/);
  store.activity = activity;
  await tuning.histogram(null);
  assert.deepEqual(sessionsOf(jobs[0]), ["anna a"]);
});

Deno.test("someone's newest search is the one that is made; others' go on", async () => {
  const { tuning, jobs } = await setup([stored("anna", "a", 3)]);
  const suggest = (by: string, walkingMs2: number) =>
    tuning.suggest({ ...SHIPPED, walkingMs2 }, null, null, by);
  const older = assert.rejects(suggest("anna", 1), { name: "Unavailable" });
  await Promise.all([older, suggest("ben", 2), suggest("anna", 3)]);
  assert.deepEqual(jobs.map((job) => job.kind === "suggest" && job.values.walkingMs2), [2, 3]);
});

Deno.test("more questions than people could ask are refused", async () => {
  const { tuning, jobs } = await setup([stored("anna", "a", 3)]);
  const asked = Array.from({ length: 33 }, () => tuning.histogram(null));
  const results = await Promise.allSettled(asked);
  assert.deepEqual(results.map(({ status }) => status), [...Array(32).fill("fulfilled"), "rejected"]);
  await tuning.histogram(null);
  assert.equal(jobs.length, 33);
});
