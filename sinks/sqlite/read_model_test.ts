import assert from "node:assert/strict";
import fc from "fast-check";
import type { SessionState } from "../../control/session_state.ts";
import { ACTIVITIES } from "../../log/records.ts";
import { DEFAULT_THRESHOLDS, valuesOf } from "../../stream/thresholds.ts";
import type { StoredSession } from "./answers.ts";
import { DatabaseSync } from "node:sqlite";
import { ModelHarness, SILENT_MS, START_MS, windowOf } from "./testing/model_harness.ts";

/** More sessions than these tests have. */
const MAX_DUE = 10;

/** Every answer that does not depend on when it is asked. */
function answers({ model }: ModelHarness) {
  // A session a call is decided again.
  for (let i = 0; i < MAX_DUE; i++) model.advance();
  const { queries } = model;
  const sessions = queries.sessions({ limit: 200, strips: true }).items;
  const details = sessions.map(({ sessionId, deviceId, strip }) => ({
    ...timeless(queries.session(sessionId, deviceId)!),
    strip,
    series: queries.series(sessionId, deviceId, null, null, 50),
  }));
  const windows = queries.activity({ limit: 10_000 }).items;
  const byKey = (a: { deviceId: string; sessionId: string }) => `${a.deviceId} ${a.sessionId}`;
  return {
    details: details.sort((a, b) => byKey(a) < byKey(b) ? -1 : 1),
    windows: windows.map((window) => JSON.stringify(window)).sort(),
    labelled: queries.sessions({ limit: 200, label: "any" }).items.map(byKey).sort(),
    named: queries.sessions({ limit: 200, q: "LÄUF" }).items.map(byKey).sort(),
  };
}

function timeless(detail: StoredSession) {
  const { receivedAt: _, live: __, ...rest } = detail;
  return rest;
}

Deno.test("a session's totals, gaps and segments follow from its windows", () => {
  using harness = new ModelHarness();
  const at = (s: number) => START_MS + 1000 * s;
  const commit = (s: number, activity: typeof ACTIVITIES[number], magnitude: number) =>
    harness.commit(windowOf("phone-1", "run-1", at(s), activity, magnitude));
  commit(1, "stationary", 0.1);
  commit(2, "walking", 2);
  commit(3, "walking", 3);
  commit(6, "walking", 4);
  commit(7, "unknown", 0);
  const detail = harness.model.queries.session("run-1")!;
  assert.deepEqual(detail, {
    sessionId: "run-1",
    deviceId: "phone-1",
    name: null,
    startedAt: at(0),
    endedAt: at(7),
    receivedAt: START_MS,
    live: true,
    totals: { stationary: 1000, walking: 3000, running: 0, unknown: 1000 },
    windows: 5,
    gaps: 1,
    current: windowOf("phone-1", "run-1", at(7), "unknown", 0),
    note: null,
    labels: [],
    strip: [],
    segments: [
      { activity: "stationary", from: at(0), to: at(1), windows: 1, magnitude: 0.1 },
      { activity: "walking", from: at(1), to: at(3), windows: 2, magnitude: 2.5 },
      { activity: "walking", from: at(5), to: at(6), windows: 1, magnitude: 4 },
      { activity: "unknown", from: at(6), to: at(7), windows: 1, magnitude: 0 },
    ],
  });
});

Deno.test("windows that are read again change nothing", () => {
  using harness = new ModelHarness();
  const windows = [1, 2, 3, 70].map((s) => windowOf("phone-1", "run-1", START_MS + 1000 * s));
  harness.commit(...windows);
  const before = answers(harness);
  harness.model.apply(windows, 1, [0, 4]);
  assert.deepEqual(answers(harness), before);
  harness.writeAll();
  harness.model.apply(windows.slice(2), 1, [0, 4]);
  assert.deepEqual(answers(harness), before);
});

Deno.test("whenever it is killed, restarted or deleted, reading on from its position gives the same answers", () => {
  const change = fc.record({
    phone: fc.integer({ min: 0, max: 3 }),
    session: fc.integer({ min: 0, max: 1 }),
    say: fc.constantFrom("name", "label", "delete", "restore", "reclassify"),
  });
  const step = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        phone: fc.integer({ min: 0, max: 3 }),
        session: fc.integer({ min: 0, max: 1 }),
        /** Seconds since the session's last window, and of those after it. */
        gaps: fc.array(fc.constantFrom(1, 1, 1, 2, 61), { minLength: 1, maxLength: 5 }),
        activity: fc.constantFrom(...ACTIVITIES),
      }),
    },
    { weight: 5, arbitrary: change },
    { weight: 4, arbitrary: fc.constantFrom("advance" as const, "cycle" as const, "ask" as const) },
    { weight: 2, arbitrary: fc.constantFrom("crash" as const, "crash" as const, "restart" as const) },
    { weight: 1, arbitrary: fc.constant("rebuild" as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
      using tested = new ModelHarness();
      using undisturbed = new ModelHarness();
      const ends = new Map<string, number>();
      for (const step of steps) {
        if (step === "advance") tested.model.advance();
        else if (step === "cycle") {
          tested.nowMs += 15_000;
          tested.model.advance();
        } else if (step === "ask") tested.model.queries.activity({ limit: 1 });
        else if (typeof step === "string") tested[step]();
        else {
          const [deviceId, sessionId] = [`phone-${step.phone}`, `run-${step.session}`];
          if ("say" in step) {
            const untilMs = ends.get(deviceId + sessionId);
            if (untilMs === undefined && step.say === "reclassify") continue;
            const state = saying(step.say, untilMs ?? START_MS);
            tested.say(deviceId, sessionId, state);
            undisturbed.say(deviceId, sessionId, state);
            continue;
          }
          const windows = step.gaps.map((gap) => {
            const end = (ends.get(deviceId + sessionId) ?? START_MS) + 1000 * gap;
            ends.set(deviceId + sessionId, end);
            return windowOf(deviceId, sessionId, end, step.activity, gap);
          });
          tested.commit(...windows);
          undisturbed.commit(...windows);
        }
      }
      assert.deepEqual(answers(tested), answers(undisturbed));
    }),
    { numRuns: 25 },
  );
});

function saying(what: string, untilMs: number): Partial<SessionState> {
  switch (what) {
    case "name":
      return { name: "Läufer", note: `until ${untilMs}` };
    case "label":
      return { labels: [{ from: START_MS, to: untilMs + 1000, activity: "walking", source: "person" }] };
    case "delete":
      return { deletedAtMs: START_MS };
    case "restore":
      return { deletedAtMs: null };
    default: {
      const values = { ...valuesOf(DEFAULT_THRESHOLDS), walkingMs2: 1.5, runningMs2: 50 };
      return { reclassifiedWith: { version: 7, values, untilMs } };
    }
  }
}

Deno.test("the position only moves once everything before it is written", () => {
  using harness = new ModelHarness();
  for (let i = 0; i < 300; i++) harness.commit(windowOf("phone-1", `run-${i}`, START_MS + 1000));
  harness.nowMs += 15_000;
  harness.model.advance();
  harness.commit(windowOf("phone-1", "run-0", START_MS + 2000));
  harness.crash();
  assert.equal(harness.model.queries.sessions({ limit: 200 }).items.length, 200);
  let windows = 0;
  for (let i = 0; i < 300; i++) windows += harness.model.queries.session(`run-${i}`)!.windows;
  assert.equal(windows, 301);
});

Deno.test("when more waits than memory should hold, everything is written at once", () => {
  using harness = new ModelHarness();
  const { model } = harness;
  const windows = Array.from({ length: 100 }, (_, i) => windowOf("phone-1", "", START_MS + 1000 * (i + 1)));
  for (let i = 0; i < 5000; i++) {
    model.apply(windows.map((window) => ({ ...window, sessionId: `run-${i}` })), 1, [0, 100 * (i + 1)]);
  }
  model.apply([windowOf("phone-1", "last", START_MS + 1000)], 1, [0, 500_001]);
  model.advance();
  harness.crash();
  assert.deepEqual(harness.model.position, [0, 500_001]);
  assert.equal(harness.model.queries.session("run-4999")!.windows, 100);
});

Deno.test("a session that is heard from but has no window yet is found, and is live until it is closed", () => {
  using harness = new ModelHarness();
  const { queries } = harness.model;
  harness.model.note("opened", "phone-1", "run-1", START_MS);
  const waiting = queries.session("run-1", "phone-1")!;
  assert.deepEqual([waiting.live, waiting.startedAt, waiting.windows, waiting.segments], [true, null, 0, []]);
  assert.equal(queries.session("run-1", "phone-2"), null);
  assert.deepEqual(queries.sessions({ limit: 10 }).items, []);
  assert.equal(queries.live({ recentMs: 0, limit: 10 }).total, 1);
  harness.model.note("closed", "phone-1", "run-1", START_MS);
  assert.equal(queries.live({ recentMs: 0, limit: 10 }).total, 0);
  harness.writeAll();
  assert.equal(queries.session("run-1"), null, "forgotten");
});

Deno.test("live sessions come most recently changed first, with their recent windows, written or not", () => {
  using harness = new ModelHarness();
  const { queries } = harness.model;
  const ends = (deviceId: string, from: number, to: number) => {
    for (let s = from; s <= to; s++) harness.commit(windowOf(deviceId, "run-1", START_MS + 1000 * s));
  };
  ends("phone-1", 1, 100);
  harness.nowMs += 1000;
  ends("phone-2", 1, 3);
  harness.writeAll();
  ends("phone-1", 101, 102);
  const { sessions, total } = queries.live({ recentMs: 60_000, limit: 1 });
  assert.equal(total, 2);
  assert.deepEqual(sessions.map(({ deviceId }) => deviceId), ["phone-2"]);
  const [first] = queries.live({ deviceId: "phone-1", recentMs: 60_000, limit: 1 }).sessions;
  assert.deepEqual(
    first.recent.map(([end]) => end),
    Array.from({ length: 60 }, (_, i) => START_MS + 1000 * (43 + i)),
  );
  assert.deepEqual(first.recent[0], [START_MS + 43_000, "walking", 2.5, 0.97]);
  harness.nowMs += SILENT_MS;
  assert.equal(queries.live({ recentMs: 0, limit: 1 }).total, 0);
});

Deno.test("a device is live once, with the session it was heard in last, or begun last when a restart heard all at once", () => {
  using harness = new ModelHarness();
  const begin = (sessionId: string, end: number) => {
    harness.nowMs += 1000;
    harness.commit(windowOf("phone-1", sessionId, end));
  };
  const answer = () => {
    const { sessions, total } = harness.model.queries.live({ recentMs: 0, limit: 10 });
    return [total, ...sessions.map(({ sessionId }) => sessionId)];
  };
  begin("run-1", START_MS);
  begin("run-2", START_MS + 5000);
  assert.deepEqual(answer(), [1, "run-2"]);
  begin("run-1", START_MS + 1000);
  assert.deepEqual(answer(), [1, "run-1"]);
  for (const id of ["run-2", "run-1"]) harness.model.note("opened", "phone-1", id, harness.nowMs + 1);
  assert.deepEqual(answer(), [1, "run-2"]);
  harness.model.note("closed", "phone-1", "run-2", harness.nowMs + 2);
  assert.deepEqual(answer(), [1, "run-1"]);
});

Deno.test("a silent session is forgotten in memory and goes on where it was when it comes back", () => {
  using harness = new ModelHarness();
  harness.commit(windowOf("phone-1", "run-1", START_MS + 1000));
  harness.nowMs += SILENT_MS;
  harness.writeAll();
  harness.writeAll();
  harness.commit(windowOf("phone-1", "run-1", START_MS + 2000));
  const { segments, windows, gaps } = harness.model.queries.session("run-1")!;
  assert.deepEqual([segments.length, segments[0].windows, windows, gaps], [1, 2, 2, 0]);
});

Deno.test("what is read from the log's past is not live for that", () => {
  using harness = new ModelHarness();
  harness.nowMs = START_MS + 3_600_000;
  harness.model.catchingUp = true;
  harness.commit(windowOf("phone-1", "run-1", START_MS + 1000));
  assert.equal(harness.model.queries.live({ recentMs: 0, limit: 10 }).total, 0);
  harness.model.catchingUp = false;
  harness.commit(windowOf("phone-1", "run-1", START_MS + 2000));
  assert.equal(harness.model.queries.live({ recentMs: 0, limit: 10 }).total, 1);
});

Deno.test("a model made from another log is emptied, to be filled from the one it is opened for", () => {
  using harness = new ModelHarness();
  harness.commit(windowOf("phone-1", "run-1", START_MS + 1000));
  harness.changeLog("kafka 1");
  assert.deepEqual(harness.model.position, [0, 0]);
  assert.deepEqual(harness.model.queries.sessions({ limit: 10 }).items, []);
  harness.commit(windowOf("phone-1", "run-2", START_MS + 1000));
  harness.changeLog("kafka 1");
  assert.deepEqual(harness.model.queries.sessions({ limit: 10 }).items.map((s) => s.sessionId), ["run-2"]);
});

Deno.test("a model from before logs had names is the embedded log's", () => {
  using harness = new ModelHarness();
  harness.commit(windowOf("phone-1", "run-1", START_MS + 1000));
  const forgetLog = (logId: string) => {
    harness.changeLog("embedded");
    using db = new DatabaseSync(harness.path);
    db.exec("DROP TABLE log");
    harness.changeLog(logId);
  };
  forgetLog("embedded");
  assert.equal(harness.model.queries.sessions({ limit: 10 }).items.length, 1);
  forgetLog("embedded-1");
  assert.equal(harness.model.queries.sessions({ limit: 10 }).items.length, 0);
});
