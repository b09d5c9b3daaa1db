/**
 * Loading into the strict server of `e2e/snowflake`: how fast, with how much memory, and what it would cost. The server runs on
 * DuckDB on the same cores, so the rate says what the sink can do, not what Snowflake can.
 *
 * @module
 */
import type { Clock } from "../commands/clock.ts";
import type { Counters } from "../e2e/snowflake/control.ts";
import { type LocalSnowflake, startSnowflake } from "../e2e/snowflake/local.ts";
import { sumOf } from "./overload.ts";
import { type Load, sendLoad } from "./phones.ts";
import type { Row } from "./report.ts";
import { type Server, startProduct } from "./server.ts";
import { costs } from "./usage.ts";

/** Credits an X-Small warehouse costs an hour, and the least that each resume is billed for: Snowflake's documentation. */
const CREDITS_AN_HOUR = 1;
const LEAST_BILLED_S = 60;
/** What `snowflake:ddl` sets. */
const AUTO_SUSPEND_S = 60;
/** The settings whose cost is worked out, s. */
const FLUSH_TIMES_S = [60, 600, 3600];
const DAY_S = 86_400;
/** Shorter than anyone would set it, so that a run has many loads. */
const FLUSH_TIME_S = 10;
/** Memory is looked at this often, ms. */
const SAMPLE_MS = 5000;
/** So long the log is filled as fast as it takes it: some 100,000 batches, and as many windows. */
const BACKLOG_S = 8;
/** What is not loaded so long after the last batch never will be, ms. */
const SETTLE_MS = 120_000;

export interface SnowflakeBenchOptions {
  phones: number;
  secs: number;
  conns: number;
  clock: Clock;
  signal: AbortSignal;
}

export async function* benchSnowflake(options: SnowflakeBenchOptions): AsyncGenerator<Row> {
  await using snowflake = await startSnowflake();
  const env = { ...snowflake.env, SNOWFLAKE_BUFFER_FLUSH_TIME: `${FLUSH_TIME_S}` };
  const engine = { name: "snowflake", env, brokerUsage: () => Promise.resolve(null) };
  await using server = await startProduct(engine);
  // In real time: what comes in is loaded, with the same memory in the end as in the beginning.
  yield await measure(server, snowflake, { ...options, pace: "realTime" });
  yield* creditsADay(await loadSeconds(snowflake));
  // As fast as the log takes it: how fast a backlog is loaded.
  yield await measure(server, snowflake, { ...options, pace: "saturate", secs: BACKLOG_S });
}

async function measure(
  server: Server,
  snowflake: LocalSnowflake,
  options: SnowflakeBenchOptions & Pick<Load, "pace">,
): Promise<Row> {
  const { phones, conns, secs, pace, clock, signal } = options;
  const before = { usage: await server.usage(), counters: await snowflake.counters() };
  const samples: number[] = [];
  const timer = setInterval(
    () => void server.usage().then(({ rssBytes }) => samples.push(rssBytes)),
    SAMPLE_MS,
  );
  const load = {
    url: server.url,
    run: `s${Date.now().toString(36)}`,
    phones,
    keys: [],
    conns,
    secs,
    pace,
    clock,
    signal,
  };
  try {
    const { ok, failed } = await sendLoad(load);
    const lastMs = performance.now();
    await settled(server, clock, signal);
    const settleS = (performance.now() - lastMs) / 1000;
    const after = { usage: await server.usage(), counters: await snowflake.counters() };
    const seconds = secs + settleS;
    const { rows, statements, bytes } = grown(before.counters, after.counters);
    return {
      suite: "snowflake",
      server: server.name,
      pace,
      phones,
      seconds,
      ok,
      failed,
      rows,
      rowsPerS: rows / seconds,
      statementsPerMillionRows: 1e6 * statements / rows,
      bytesPerMillionRows: 1e6 * bytes / rows,
      settleS,
      rssByFifthMB: byFifth(samples).map((bytes) => Math.round(bytes / 1e6)).join(" "),
      ...costs(before.usage, after.usage, seconds),
    };
  } finally {
    clearInterval(timer);
  }
}

async function settled(server: Server, clock: Clock, signal: AbortSignal): Promise<void> {
  const deadlineMs = performance.now() + SETTLE_MS;
  for (;;) {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    if (sumOf(text, "activity_tracker_sink_lag_records") === 0) return;
    if (performance.now() > deadlineMs) throw new Error(`records still wait after ${SETTLE_MS / 1000} s`);
    await clock.sleep(200, signal);
  }
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, n) => total + n, 0);

function grown(before: Counters, after: Counters) {
  return {
    rows: (after.rows.insert ?? 0) - (before.rows.insert ?? 0),
    statements: sum(after.statements) - sum(before.statements),
    bytes: sum(after.requestBytes) - sum(before.requestBytes),
  };
}

/** Means over fifths of the run: one that leaks grows in all of them, one that warms up in the first. */
function byFifth(samples: number[]): number[] {
  const length = Math.ceil(samples.length / 5);
  return Array.from({ length: 5 }, (_, i) => meanOf(samples.slice(i * length, (i + 1) * length)));
}

const meanOf = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length;

/** From BEGIN to COMMIT, the mean of the loads the server remembers, s. */
async function loadSeconds(snowflake: LocalSnowflake): Promise<number> {
  const spans: number[] = [];
  let beganMs = NaN;
  for (const { text, startMs, endMs } of await snowflake.statements()) {
    if (text === "BEGIN") beganMs = startMs;
    if (text === "COMMIT" && !Number.isNaN(beganMs)) spans.push((endMs - beganMs) / 1000);
  }
  return meanOf(spans);
}

/** Arithmetic, on how long a load took here: Snowflake's own takes some seconds more, which changes little beside 60 s. */
function* creditsADay(loadS: number): Generator<Row> {
  for (const flushTimeS of FLUSH_TIMES_S) {
    const awakeS = Math.min(flushTimeS, Math.max(LEAST_BILLED_S, loadS + AUTO_SUSPEND_S));
    const awakeShare = awakeS / flushTimeS;
    yield {
      suite: "snowflake cost",
      server: "X-Small",
      flushTimeS,
      loadS,
      loadsADay: DAY_S / flushTimeS,
      awakeShare,
      creditsADay: awakeShare * 24 * CREDITS_AN_HOUR,
    };
  }
}
