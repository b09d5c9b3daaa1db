/**
 * More phones than there should be for a while, then as many as before: what is refused, how long what is accepted takes, and
 * whether all is well again afterwards.
 *
 * @module
 */
import type { Clock } from "../commands/clock.ts";
import { type Fleet, issueKeys, LIVE_PATH, measureFleet } from "./e2e.ts";
import { type Load, type LoadResult, sendLoad } from "./phones.ts";
import type { Row } from "./report.ts";
import type { Server } from "./server.ts";
import { timed } from "./timed.ts";
import { costs } from "./usage.ts";
import { Viewer } from "./viewer.ts";

/** With the usual load again, until what is left of the overload must be gone: a phone keeps a batch 10 s. */
const SETTLE_SECS = 15;
/** Then all must be as if nothing had been. */
const RECOVERED_SECS = 20;
/** Phones have a connection each; past this many the load generator's sockets would cost more than the server's. */
const MAX_CONNS = 10_000;

export interface OverloadOptions {
  /** The usual load. */
  phones: number;
  /** How many times that the overload is. */
  factor: number;
  /** How long the overload lasts. */
  secs: number;
  /** Connections of the usual load. */
  conns: number;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Measures one server. Phones send with the built-in generator, one connection each in the overload: with fewer they would wait
 * for one another and send less than they want.
 *
 * @returns a row of the overload, then one of the usual load after it
 */
export async function* benchOverload(server: Server, options: OverloadOptions): AsyncGenerator<Row> {
  const { phones, secs, conns, clock, signal } = options;
  const crowdSize = Math.round(phones * options.factor);
  // Before all load: issuing keys in between would give the server time to recover.
  const crowd = await newFleet(server, "crowd", crowdSize, signal);
  const settling = await newFleet(server, "settling", phones, signal);
  const usual = await newFleet(server, "usual", phones, signal);
  const viewer = new Viewer(server.url + LIVE_PATH, crowd.run);
  await viewer.open();
  const before = await server.usage();
  const { seconds, ...sent } = await load(server, crowd, {
    phones: crowdSize,
    conns: Math.min(crowdSize, MAX_CONNS),
    secs,
    clock,
    signal,
  });
  const after = await server.usage();
  const waitingRecords = await waitingOf(server.url);
  const settled = await load(server, settling, { phones, conns, secs: SETTLE_SECS, clock, signal });
  const seen = await viewer.stop();
  yield {
    suite: "overload",
    server: server.name,
    phones: crowdSize,
    seconds,
    ...sent,
    ...seen,
    ...costs(before, after, seconds),
    waitingRecords,
  };
  const measured = { phones, conns, secs: RECOVERED_SECS, keys: true, livePath: LIVE_PATH, clock, signal };
  yield {
    ...await measureFleet(server, usual, measured),
    suite: "recovered",
    refusedBefore: settled.refused,
    waitingRecords: await waitingOf(server.url),
  };
}

async function newFleet(server: Server, kind: string, phones: number, signal: AbortSignal): Promise<Fleet> {
  const run = `${kind}-${Date.now().toString(36)}`;
  return { run, keys: await issueKeys(server.url, run, phones, signal) };
}

function load(
  server: Server,
  { run, keys }: Fleet,
  size: Pick<Load, "phones" | "conns" | "secs" | "clock" | "signal">,
): Promise<LoadResult> {
  const fixed = { url: server.url, run, keys, pace: "realTime" } as const;
  return timed(server, size.secs, sendLoad({ ...fixed, ...size }));
}

/** Records that are in the log but not yet classified. */
async function waitingOf(url: string): Promise<number> {
  return sumOf(await (await fetch(`${url}/metrics`)).text(), "activity_tracker_log_lag_records");
}

/**
 * Adds up a metric over its labels.
 *
 * @param text in Prometheus's text format
 * @throws Error when the metric is not there
 */
export function sumOf(text: string, name: string): number {
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, "gm"))];
  if (values.length === 0) throw new Error(`/metrics has no ${name}`);
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}
