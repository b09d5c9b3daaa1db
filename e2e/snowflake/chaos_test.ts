/**
 * Recordings are posted while everything goes wrong between the sink and Snowflake and the sink's process is killed again and
 * again; in the end the tables hold exactly the records of the log.
 */
import assert from "node:assert/strict";
import { EmbeddedLog } from "../../log/embedded/log.ts";
import { KafkaLog } from "../../log/kafka/log.ts";
import { testSettings } from "../../log/kafka/testing.ts";
import type { Log, Slice } from "../../log/port.ts";
import { encodeRaw } from "../../log/raw_json.ts";
import {
  ACTIVITY_RECORDS,
  fullName,
  OFFSETS,
  USER_ACTIVITY_PROCESSED,
} from "../../sinks/snowflake/tables.ts";
import { messagesOf } from "../client.ts";
import { inTempDir } from "../engines.ts";
import { kafkaTest } from "../kafka/testing.ts";
import { envOf } from "../kafka/tracker.ts";
import { delay, postMessages, random } from "../phones.ts";
import { type ServerProcess, startServer } from "../server.ts";
import { FAULT_KINDS } from "./control.ts";
import { type LocalSnowflake, startSnowflake } from "./local.ts";
import { snowflakeMissing, snowflakeTest } from "./testing.ts";

const KILLS = 20;
/** How long it goes on at least, s; `CHAOS_SECONDS` asks for more. */
const SECONDS = Number(Deno.env.get("CHAOS_SECONDS") ?? 40);
/** Each recording lasts half a minute, and is played by so many phones. */
const PHONES_PER_RECORDING = 4;
/** Share of the statements that a fault strikes: few deliveries of ten statements come through, but some do. */
const FAULT_RATE = 0.06;
/** Each delivery has few records, so that there are many. */
const SINK = { SNOWFLAKE_BUFFER_COUNT_RECORDS: "60", SNOWFLAKE_BUFFER_FLUSH_TIME: "10" };
/** Everything is in Snowflake this long after the faults have ended, ms: the flush time, and some retries. */
const SETTLE_MS = 90_000;
/** A killed process's open transaction keeps the lock so long, ms; five minutes with Snowflake. */
const IDLE_TRANSACTION_MS = 1000;
const RETENTION = { retentionMs: 3650 * 86_400_000, retentionBytes: 1e10, seenMs: 86_400_000 };

/** Bodies for each phone, as many as are posted in {@link SECONDS}. */
async function phonesOf(paceMs: number): Promise<string[][]> {
  const count = Math.ceil(SECONDS * 1000 / paceMs);
  const phones: string[][] = [];
  for (const file of ["still.csv", "walking.csv", "running.csv"]) {
    for (let copy = 0; copy < PHONES_PER_RECORDING; copy++) {
      const bodies: string[] = [];
      for (let round = 0; bodies.length < count; round++) {
        const messages = await messagesOf(file, `${file}-${copy}-${round}`, Date.now() - 3_600_000);
        bodies.push(...messages.map((message) => JSON.stringify(message)));
      }
      phones.push(bodies.slice(0, count));
    }
  }
  return phones;
}

/** What runs: where phones post, and the process with the sink, which may be the same. */
interface Setup {
  startSink(): Promise<ServerProcess>;
  /** Where phones post while the sink's process is this. */
  postTo(sink: ServerProcess): string;
  /** Ends whatever else writes to the log: sessions that fall silent would still get windows. */
  endLog(): Promise<unknown>;
  /** Opens the log when its processes have ended. */
  openLog(): Promise<Log>;
}

/** Lets it all happen. */
async function disturb(snowflake: LocalSnowflake, setup: Setup): Promise<ServerProcess> {
  const next = random(11);
  const paceMs = 100;
  let sink = await setup.startSink();
  let url = Promise.resolve(setup.postTo(sink));
  await snowflake.randomFaults({ seed: 7, rate: FAULT_RATE, kinds: [...FAULT_KINDS] });
  const phones = postMessages(await phonesOf(paceMs), paceMs, () => url);
  // What happens to them is seen in the end.
  phones.done.catch(() => {});
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(next() * 2 * SECONDS * 1000 / KILLS);
    const restarted = Promise.withResolvers<string>();
    url = restarted.promise;
    await sink.kill();
    sink = await setup.startSink();
    restarted.resolve(setup.postTo(sink));
  }
  await phones.done;
  const { statements } = await snowflake.counters();
  console.log(
    `statements: ${JSON.stringify(statements)}; faults: ${JSON.stringify(await snowflake.struckFaults())}`,
  );
  await snowflake.clearFaults();
  // One that hangs would do so for minutes.
  await sink.kill();
  return await setup.startSink();
}

type Reader<T> = (partition: number, from: number, limit: number) => Promise<Slice<T>>;

/** `partition:offset` and the record as JSON, of all that the log holds. */
async function recordsOf<T>(
  log: Log,
  read: Reader<T>,
  encode: (record: T) => string,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let partition = 0; partition < log.partitions; partition++) {
    for (let from = 0;;) {
      const { records, next } = await read(partition, from, 500);
      for (const { offset, record } of records) found.set(`${partition}:${offset}`, encode(record));
      if (records.length === 0) break;
      from = next;
    }
  }
  return found;
}

/** JSON texts that mean the same become the same: a VARIANT keeps neither the order of members nor the sign of zero. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
        : inner,
  );
}

async function rowsOf(
  snowflake: LocalSnowflake,
  sql: string,
  valueOf: (row: Record<string, unknown>) => unknown,
): Promise<Map<string, string>> {
  const rows = await snowflake.query(sql);
  const found = new Map(
    rows.map((row) => [`${row.KAFKA_PARTITION}:${row.KAFKA_OFFSET}`, canonical(valueOf(row))]),
  );
  assert.equal(found.size, rows.length, "a record is there twice");
  return found;
}

/** Compares the tables with the log. */
async function compare(snowflake: LocalSnowflake, log: Log): Promise<void> {
  const raw = await recordsOf(
    log,
    (...at) => log.readRaw(...at),
    (batch) => canonical(JSON.parse(encodeRaw(batch))),
  );
  const windows = await recordsOf(
    log,
    (...at) => log.readActivity(...at),
    (record) =>
      canonical([record.messageId, record.deviceId, record.activity, record.magnitude, record.confidence]),
  );
  const rawRows = await rowsOf(
    snowflake,
    `SELECT KAFKA_PARTITION, KAFKA_OFFSET, RECORD_CONTENT FROM ${
      fullName(ACTIVITY_RECORDS)
    } WHERE KAFKA_TOPIC = 'raw_sensor_data'`,
    ({ RECORD_CONTENT }) => RECORD_CONTENT,
  );
  const windowRows = await rowsOf(
    snowflake,
    `SELECT KAFKA_PARTITION, KAFKA_OFFSET, MESSAGE_ID, DEVICE_ID, ACTIVITY, MAGNITUDE, CONFIDENCE FROM ` +
      `${fullName(USER_ACTIVITY_PROCESSED)} WHERE KAFKA_TOPIC = 'processed_activity'`,
    (row) => [row.MESSAGE_ID, row.DEVICE_ID, row.ACTIVITY, row.MAGNITUDE, row.CONFIDENCE],
  );
  console.log(`${raw.size} records of readings and ${windows.size} windows, in the log and in Snowflake`);
  assert.ok(raw.size > 0 && windows.size > 0);
  assertSame(rawRows, raw);
  assertSame(windowRows, windows);
}

/** The same records at the same places; a few of those that are not are told. */
function assertSame(rows: Map<string, string>, records: Map<string, string>): void {
  const missing = [...records.keys()].filter((place) => !rows.has(place));
  const unknown = [...rows.keys()].filter((place) => !records.has(place));
  const different = [...records].filter(([place, record]) => rows.has(place) && rows.get(place) !== record);
  assert.deepEqual({ missing: missing.length, unknown: unknown.length, different: different.length }, {
    missing: 0,
    unknown: 0,
    different: 0,
  }, JSON.stringify([missing.slice(0, 5), unknown.slice(0, 5), different.slice(0, 1)]));
}

/** What both sides say. */
async function stateOf(snowflake: LocalSnowflake, { url }: ServerProcess): Promise<string> {
  const text = async (path: string) => await (await fetch(url + path)).text();
  const figures = (await text("/metrics")).split("\n").filter((line) => /^activity_tracker_sink/.test(line));
  const statements = (await snowflake.statements()).slice(-10)
    .map(({ text, status, startMs, endMs }) => `${text.slice(0, 40)}: ${status}, ${endMs - startMs} ms`);
  return [await text("/readyz"), ...figures, ...statements].join("\n");
}

/** Waits until Snowflake stands where the log ends. */
async function settled(snowflake: LocalSnowflake, sink: ServerProcess): Promise<void> {
  const lag = async () => {
    const text = await (await fetch(`${sink.url}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line.startsWith("activity_tracker_sink_lag_records{"));
    return lines.length === 2 ? lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0) : NaN;
  };
  let before = -1;
  const ended = async () => {
    const rows = await snowflake.query(
      `SELECT SUM(NEXT_OFFSET)::NUMBER(18,0) AS LOADED FROM ${fullName(OFFSETS)}`,
    );
    const loaded = Number(rows[0].LOADED);
    const isSame = loaded === before;
    before = loaded;
    return isSame && loaded > 0 && await lag() === 0;
  };
  const deadlineMs = Date.now() + SETTLE_MS;
  while (!await ended()) {
    assert.ok(Date.now() < deadlineMs, `records still wait: ${await stateOf(snowflake, sink)}`);
    await delay(500);
  }
}

async function run(snowflake: LocalSnowflake, setup: Setup): Promise<void> {
  const sink = await disturb(snowflake, setup);
  try {
    await setup.endLog();
    await settled(snowflake, sink);
    assert.equal(await sink.stop(), 0);
  } finally {
    await sink[Symbol.asyncDispose]();
  }
  const log = await setup.openLog();
  try {
    await compare(snowflake, log);
  } finally {
    await log.close();
  }
}

snowflakeTest(
  `${KILLS} SIGKILLs and every fault: Snowflake has each record of the embedded log once`,
  (snowflake) =>
    inTempDir((dir) => {
      const env = { ...snowflake.env, ...SINK, DATA_DIR: dir };
      const path = `${dir}/log.db`;
      return run(snowflake, {
        startSink: () => startServer(env),
        postTo: ({ url }) => url,
        // The sink's process is the log's, and ends after it.
        endLog: () => Promise.resolve(),
        openLog: () => Promise.resolve(new EmbeddedLog({ path, partitions: 4, ...RETENTION })),
      });
    }),
  { idleTransactionMs: IDLE_TRANSACTION_MS },
);

kafkaTest(
  `${KILLS} SIGKILLs and every fault: Snowflake has each record of the topics once`,
  (brokers) =>
    inTempDir(async (dir) => {
      await using snowflake = await startSnowflake({ idleTransactionMs: IDLE_TRANSACTION_MS });
      const settings = testSettings(brokers);
      const kafka = envOf(settings);
      await using server = await startServer({ ...kafka, DATA_DIR: dir });
      await run(snowflake, {
        startSink: () => startServer({ ...kafka, ...snowflake.env, ...SINK }, ["--roles", "snowflake"]),
        postTo: () => server.url,
        endLog: () => server.stop(),
        openLog: () =>
          KafkaLog.open(settings, () => {
            throw new Error("expected only records of our own");
          }),
      });
    }),
  snowflakeMissing(),
);
