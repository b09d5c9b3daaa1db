/**
 * Kafka beside the embedded engine, in one run: the most that becomes durable, phones in real time, and a backlog.
 *
 * @module
 */
import { SYSTEM_CLOCK } from "../commands/clock.ts";
import type { KafkaSettings } from "../log/kafka/settings.ts";
import { benchBacklog } from "./backlog.ts";
import { EMBEDDED, emptyKafka, openCluster } from "./cluster.ts";
import { benchE2e, LIVE_PATH } from "./e2e.ts";
import { benchIngest } from "./ingest.ts";
import { benchOverload } from "./overload.ts";
import type { Row } from "./report.ts";
import { type Engine, startProduct } from "./server.ts";

/** The most that becomes durable shows within this, and gigabytes come together. */
const MAX_INGEST_SECS = 20;
/** A backlog of a minute is big enough: 300,000 records of 5,000 phones. */
const MAX_BACKLOG_SECS = 60;

export interface KafkaBenchOptions {
  phones: number;
  secs: number;
  conns: number;
  /** See `E2eOptions`; the overload is sent with the built-in one. */
  loader?: string;
  /** Phones of the overload as a multiple of `phones`; undefined for none. */
  overload?: number;
  /** An existing cluster; null starts one. */
  kafka: KafkaSettings | null;
  signal: AbortSignal;
}

/** One benchmark after the other, each of both engines. Every one has an empty log. */
export async function* benchKafka(options: KafkaBenchOptions): AsyncGenerator<Row> {
  await using cluster = await openCluster(options.kafka);
  for (const suite of suitesOf(options)) {
    yield* suite(EMBEDDED);
    await using kafka = emptyKafka(cluster);
    yield* suite(kafka);
  }
}

type EngineSuite = (engine: Engine) => AsyncGenerator<Row>;

function suitesOf({ phones, secs, conns, loader, overload, signal }: KafkaBenchOptions): EngineSuite[] {
  async function* ingest(engine: Engine) {
    await using server = await startProduct(engine);
    yield await benchIngest(server, { conns, secs: Math.min(secs, MAX_INGEST_SECS), signal });
  }
  async function* e2e(engine: Engine) {
    await using server = await startProduct(engine);
    const livePath = LIVE_PATH;
    const options = { phones, secs, conns, keys: true, livePath, loader, clock: SYSTEM_CLOCK, signal };
    yield await benchE2e(server, options);
  }
  async function* classify(engine: Engine) {
    yield await benchBacklog(engine, { phones, secs: Math.min(secs, MAX_BACKLOG_SECS), signal });
  }
  if (overload === undefined) return [ingest, e2e, classify];
  async function* crowd(engine: Engine) {
    await using server = await startProduct(engine);
    yield* benchOverload(server, { phones, factor: overload!, secs, conns, clock: SYSTEM_CLOCK, signal });
  }
  return [ingest, e2e, classify, crowd];
}
