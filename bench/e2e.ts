/**
 * Phones in real time and one Live page: how late a window is seen and what that costs the server.
 *
 * @module
 */
import type { Clock } from "../commands/clock.ts";
import { deviceName } from "./batch_request.ts";
import { type LoadResult, sendLoad } from "./phones.ts";
import type { Row } from "./report.ts";
import type { Server } from "./server.ts";
import { timed } from "./timed.ts";
import { costs } from "./usage.ts";
import { Viewer, type ViewerResult } from "./viewer.ts";

/** The live stream as the Live page asks for it. */
export const LIVE_PATH = "/api/live?batchMs=250";
/** Keys are issued this many at a time. */
const KEY_REQUESTS = 50;
/** After the last batch: windows still open get no more readings, so only those already closed arrive. */
const DRAIN_MS = 3000;

export interface E2eOptions {
  phones: number;
  conns: number;
  secs: number;
  /** Gives each phone a key of its own; peers know none. */
  keys: boolean;
  /** Path and query of the live stream. */
  livePath: string;
  /**
   * Path of a load generator with the options of `phones` (see the help), or undefined for the built-in one.
   */
  loader?: string;
  /** Of the built-in one. */
  clock: Clock;
  signal: AbortSignal;
}

/** The phones of one run. */
export interface Fleet {
  /** What their names begin with. */
  run: string;
  /** One a phone, or none at all. */
  keys: string[];
}

/** Measures one server. */
export async function benchE2e(server: Server, options: E2eOptions): Promise<Row> {
  const run = `b${Date.now().toString(36)}`;
  const keys = options.keys ? await issueKeys(server.url, run, options.phones, options.signal) : [];
  return await measureFleet(server, { run, keys }, options);
}

/** Measures one server with phones that are ready to send. */
export async function measureFleet(server: Server, fleet: Fleet, options: E2eOptions): Promise<Row> {
  const before = await server.usage();
  const { sent, seen } = options.loader
    ? await external(options.loader, server, fleet, options)
    : await builtIn(server, fleet, options);
  const after = await server.usage();
  return {
    suite: "e2e",
    server: server.name,
    phones: options.phones,
    seconds: options.secs,
    ...sent,
    ...seen,
    // Over the load's length: what is left to do after the last batch counts, waiting for it does not.
    ...costs(before, after, options.secs),
  };
}

interface Measured {
  sent: Partial<LoadResult>;
  seen: Partial<ViewerResult>;
}

async function builtIn(server: Server, { run, keys }: Fleet, options: E2eOptions): Promise<Measured> {
  const { phones, conns, secs, clock, signal } = options;
  const viewer = new Viewer(server.url + options.livePath, run);
  await viewer.open();
  const sent = await timed(
    server,
    secs,
    sendLoad({
      url: server.url,
      run,
      phones,
      keys,
      conns,
      secs,
      pace: "realTime",
      clock,
      signal,
    }),
  );
  await clock.sleep(DRAIN_MS, signal);
  const seen = await viewer.stop();
  const { seconds: _, ...counts } = sent;
  return { sent: counts, seen };
}

async function external(
  loader: string,
  server: Server,
  { run, keys }: Fleet,
  { phones, conns, secs, livePath, signal }: E2eOptions,
): Promise<Measured> {
  const keyFile = await Deno.makeTempFile({ prefix: "activity-tracker-bench-" });
  await Deno.writeTextFile(keyFile, keys.map((key, i) => `${deviceName(run, i)},${key}\n`).join(""));
  try {
    const args = ["-base", server.url, "-phones", `${phones}`, "-secs", `${secs}`, "-conns", `${conns}`];
    args.push("-live-path", livePath, ...(keys.length > 0 ? ["-keys", keyFile] : []));
    const child = new Deno.Command(loader, { args, signal }).output();
    const { success, stdout, stderr } = await timed(server, secs, child);
    if (!success) throw new Error(`${loader} failed: ${new TextDecoder().decode(stderr)}`);
    const result = JSON.parse(new TextDecoder().decode(stdout));
    return {
      sent: {
        ok: result.ok,
        accepted: result.accepted,
        failed: result.bad,
        late: result.late,
        httpP50Ms: result.http_ms.p50,
        httpP99Ms: result.http_ms.p99,
      },
      seen: {
        windows: result.windows_seen,
        sessions: result.sessions_seen,
        lagP50Ms: result.window_to_viewer_ms.p50,
        lagP95Ms: result.window_to_viewer_ms.p95,
        lagP99Ms: result.window_to_viewer_ms.p99,
      },
    };
  } finally {
    await Deno.remove(keyFile);
  }
}

/**
 * Gives each phone of a run a key.
 *
 * @returns the keys in the phones' order
 */
export async function issueKeys(
  url: string,
  run: string,
  phones: number,
  signal: AbortSignal,
): Promise<string[]> {
  const keys: string[] = new Array(phones);
  let next = 0;
  async function issue(): Promise<void> {
    for (let i = next++; i < phones; i = next++) {
      const answer = await fetch(`${url}/api/devices`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ deviceId: deviceName(run, i) }),
        signal,
      });
      if (!answer.ok) throw new Error(`${url}/api/devices answered ${answer.status}: ${await answer.text()}`);
      keys[i] = (await answer.json()).key;
    }
  }
  await Promise.all(Array.from({ length: KEY_REQUESTS }, issue));
  return keys;
}
