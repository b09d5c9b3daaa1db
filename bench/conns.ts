/**
 * Many phones that connect in the same moment, as after an outage: what the server answers and what it costs.
 *
 * @module
 */
import { SYSTEM_CLOCK } from "../commands/clock.ts";
import { BatchRequests } from "./batch_request.ts";
import { Connection } from "./connection.ts";
import { percentiles } from "./percentiles.ts";
import { isNetworkError } from "./phones.ts";
import type { Row } from "./report.ts";
import type { Server } from "./server.ts";

/** A phone that has no answer by then has given up. */
const PATIENCE_MS = 30_000;

/** Opens all connections at once and sends one batch on each. */
export async function benchConns(server: Server, conns: number, signal: AbortSignal): Promise<Row> {
  const requests = new BatchRequests(new URL(server.url).host, "surge", []);
  const buffer = new Uint8Array(requests.maxLength);
  const before = await server.usage();
  const startMs = performance.now();
  const statuses = new Map<string, number>();
  const answeredMs: number[] = [];
  const open: Connection[] = [];

  async function phone(n: number): Promise<void> {
    const bytes = buffer.slice(0, requests.write(buffer, n, 0, Date.now() - 2000));
    const outcome = await once(server.url, bytes, open);
    statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
    if (outcome === "200") answeredMs.push(performance.now() - startMs);
  }

  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const all = Promise.all(Array.from({ length: conns }, (_, n) => phone(n)));
  await Promise.race([all, SYSTEM_CLOCK.sleep(PATIENCE_MS, patience)]);
  const after = await server.usage();
  for (const connection of open) connection.close();
  await all;
  const [p50Ms, p99Ms] = percentiles(answeredMs, [50, 99]);
  return {
    suite: "conns",
    server: server.name,
    conns,
    answered200: statuses.get("200") ?? 0,
    answered503: statuses.get("503") ?? 0,
    networkErrors: statuses.get("network") ?? 0,
    unanswered: statuses.get("unanswered") ?? 0,
    p50Ms,
    p99Ms,
    serverCpuS: after.cpuS - before.cpuS,
    rssMB: after.rssBytes / 1e6,
  };
}

async function once(url: string, bytes: Uint8Array, open: Connection[]): Promise<string> {
  try {
    const connection = await Connection.open(url);
    open.push(connection);
    const answer = await connection.request(bytes);
    return answer === null ? "network" : String(answer.status);
  } catch (error) {
    // Closed by us after PATIENCE_MS.
    if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
      return "unanswered";
    }
    if (!isNetworkError(error)) throw error;
    return "network";
  }
}
