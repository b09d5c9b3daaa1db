/**
 * The most readings a second that the server makes durable while it also classifies them.
 *
 * @module
 */
import { SYSTEM_CLOCK } from "../commands/clock.ts";
import { sendLoad } from "./phones.ts";
import type { Row } from "./report.ts";
import type { Server } from "./server.ts";
import { timed } from "./timed.ts";
import { costs } from "./usage.ts";

/** So many that none comes near the limit of requests of one device. */
const PHONES = 2000;

export interface IngestOptions {
  conns: number;
  secs: number;
  signal: AbortSignal;
}

/** Saturates a server. The load generator shares the machine's cores with it. */
export async function benchIngest(server: Server, { conns, secs, signal }: IngestOptions): Promise<Row> {
  const before = await server.usage();
  const sent = await timed(
    server,
    secs,
    sendLoad({
      url: server.url,
      run: "bench",
      phones: PHONES,
      keys: [],
      conns,
      secs,
      pace: "saturate",
      clock: SYSTEM_CLOCK,
      signal,
    }),
  );
  const after = await server.usage();
  return {
    suite: "ingest",
    server: server.name,
    conns,
    seconds: sent.seconds,
    requestsPerS: sent.ok / sent.seconds,
    readingsPerS: sent.accepted / sent.seconds,
    refused: sent.refused,
    dropped: sent.dropped,
    failed: sent.failed,
    httpP50Ms: sent.httpP50Ms,
    httpP99Ms: sent.httpP99Ms,
    loaderCores: sent.loaderCores,
    ...costs(before, after, sent.seconds),
    cpuUsPerBatch: (after.cpuS - before.cpuS) * 1e6 / sent.ok,
    writtenBytesPerReading: (after.writtenBytes - before.writtenBytes) / sent.accepted,
  };
}
