/**
 * `deno bench --allow-read --allow-write sinks/sqlite/queries_bench.ts`: what the Sessions pages ask for.
 */
import { DEFAULT_THRESHOLDS, valuesOf } from "../../stream/thresholds.ts";
import type { SessionFilter } from "./answers.ts";
import { ModelHarness, START_MS, windowOf } from "./testing/model_harness.ts";

const SESSIONS = 10_000;
const DAY_WINDOWS = 86_400;

const many = new ModelHarness();
for (let i = 0; i < SESSIONS; i++) {
  const windows = Array.from({ length: 30 }, (_, s) => {
    const activity = s % 7 === 0 ? "walking" : i % 100 === 0 ? "running" : "stationary";
    return windowOf(`phone-${i % 50}`, `run-${i}`, START_MS + 60_000 * i + 1000 * (s + 1), activity);
  });
  many.commit(...windows);
  if (i % 10 === 0) {
    const labels = [{ from: 0, to: 1, activity: "walking" as const, source: "person" as const }];
    many.say(`phone-${i % 50}`, `run-${i}`, {
      name: `Walk number ${i}`,
      labels: i % 500 === 0 ? labels : [],
    });
  }
}
many.restart();
many.nowMs += 3_600_000;
many.writeAll();

const lists: [string, Omit<SessionFilter, "limit">][] = [
  ["all", {}],
  ["with strips", { strips: true }],
  ["of a device", { deviceId: "phone-7" }],
  ["of a day", { from: START_MS, to: START_MS + 86_400_000 }],
  ["one in a hundred, by activity", { activity: "running" }],
  ["one in five hundred, by label", { label: "walking" }],
  ["one, by its name", { q: "number 10" }],
  ["none, by a text", { q: "not there" }],
];
for (const [name, filter] of lists) {
  Deno.bench(`of 10,000 sessions: ${name}`, () => {
    many.model.queries.sessions({ ...filter, limit: 50 });
  });
}

/** A session of so many windows that changes every ten seconds. */
function longSession(windows: number): ModelHarness {
  const harness = new ModelHarness();
  for (let s = 0; s < windows; s++) {
    const isWalking = Math.floor(s / 10) % 2 === 0;
    const [activity, magnitudeMs2] = isWalking ? ["walking", 3] as const : ["stationary", 1] as const;
    harness.commit(windowOf("phone-1", "day", START_MS + 1000 * (s + 1), activity, magnitudeMs2));
  }
  harness.writeAll();
  return harness;
}

const day = longSession(DAY_WINDOWS), week = longSession(7 * DAY_WINDOWS);
Deno.bench(
  "a day's series of 2,000 points",
  () => void day.model.queries.series("day", "phone-1", null, null, 2000),
);
Deno.bench("a week's series", () => void week.model.queries.series("day", "phone-1", null, null, 2000));
Deno.bench("a day's segments", () => void day.model.queries.session("day", "phone-1"));
Deno.bench("a day's strip", () => void day.model.queries.sessions({ limit: 1, strips: true }));
let version = 1;
for (const [name, harness] of [["day", day], ["week", week]] as const) {
  Deno.bench(`a ${name} decided again`, { n: 5, warmup: 1 }, () => {
    const values = { ...valuesOf(DEFAULT_THRESHOLDS), walkingMs2: 1.5 + (version % 2) };
    harness.say("phone-1", "day", {
      reclassifiedWith: { version: version++, values, untilMs: START_MS + 1e9 },
    });
    harness.say("phone-1", "day", {
      reclassifiedWith: {
        version: version++,
        values,
        untilMs: START_MS + 1000 * (name === "day" ? 1 : 7) * DAY_WINDOWS,
      },
    });
    harness.model.advance();
  });
}
