/**
 * Phones in real time and one Live page: how late a window is seen and what that costs the server.
 *
 * @module
 */
import { SYSTEM_CLOCK } from "../commands/clock.ts";
import { deviceName } from "./batch_request.ts";
import { type LoadResult, sendLoad } from "./phones.ts";
import type { Row } from "./report.ts";
import type { Server } from "./server.ts";
import { timed } from "./timed.ts";
import { Viewer, type ViewerResult } from "./viewer.ts";

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
  signal: AbortSignal;
}

/** Measures one server. */
export async function benchE2e(server: Server, options: E2eOptions): Promise<Row> {
  const run = `b${Date.now().toString(36)}`;
  const names = Array.from({ length: options.phones }, (_, phone) => deviceName(run, phone));
  const keys = options.keys ? await issueKeys(server.url, names, options.signal) : [];
  const before = await server.usage();
  const { sent, seen } = options.loader
    ? await external(options.loader, server, names, keys, options)
    : await builtIn(server, run, keys, options);
  const after = await server.usage();
  return {
    suite: "e2e",
    server: server.name,
    phones: options.phones,
    seconds: options.secs,
    ...sent,
    ...seen,
    // Over the load's length: what is left to do after the last batch counts, waiting for it does not.
    cpuCores: (after.cpuS - before.cpuS) / options.secs,
    rssMB: after.rssBytes / 1e6,
    writtenMB: (after.writtenBytes - before.writtenBytes) / 1e6,
  };
}

interface Measured {
  sent: Partial<LoadResult>;
  seen: Partial<ViewerResult>;
}

async function builtIn(server: Server, run: string, keys: string[], options: E2eOptions): Promise<Measured> {
  const { phones, conns, secs, signal } = options;
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
      clock: SYSTEM_CLOCK,
      signal,
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
  const seen = await viewer.stop();
  const { seconds: _, ...counts } = sent;
  return { sent: counts, seen };
}

async function external(
  loader: string,
  server: Server,
  names: string[],
  keys: string[],
  { phones, conns, secs, livePath, signal }: E2eOptions,
): Promise<Measured> {
  const keyFile = await Deno.makeTempFile({ prefix: "activity-tracker-bench-" });
  await Deno.writeTextFile(keyFile, names.map((name, i) => `${name},${keys[i]}\n`).join(""));
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

async function issueKeys(url: string, names: string[], signal: AbortSignal): Promise<string[]> {
  const keys: string[] = new Array(names.length);
  let next = 0;
  async function issue(): Promise<void> {
    for (let i = next++; i < names.length; i = next++) {
      const answer = await fetch(`${url}/api/devices`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ deviceId: names[i] }),
        signal,
      });
      if (!answer.ok) throw new Error(`${url}/api/devices answered ${answer.status}: ${await answer.text()}`);
      keys[i] = (await answer.json()).key;
    }
  }
  await Promise.all(Array.from({ length: KEY_REQUESTS }, issue));
  return keys;
}
