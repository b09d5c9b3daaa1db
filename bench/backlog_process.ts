/**
 * The process that `backlog.ts` measures: fills a log, or classifies what is in it. It has the settings and permissions of
 * `deno task start`.
 *
 * Usage: `fill PHONES SECS` ends when the log has everything; `classify` prints `ready`, begins when it is sent a line, prints
 * its {@linkcode Classified} as JSON when everything is committed, and ends with its standard input.
 *
 * @module
 */
import { AS_SHIPPED } from "../commands/engine/control.ts";
import { openKafkaLog } from "../commands/engine/kafka_log.ts";
import { Processors } from "../commands/engine/processors.ts";
import { Progress } from "../commands/progress.ts";
import { loadSettings, type Settings } from "../config.ts";
import { EmbeddedLog } from "../log/embedded/log.ts";
import type { Log } from "../log/port.ts";
import type { ReadingBatch } from "../log/records.ts";
import { AMPLITUDES, deviceName, READINGS_PER_BATCH, STEP_MS } from "./batch_request.ts";

/** Batches on their way into the log: as many as come within a tenth of a second from 10,000 phones. */
const FILL_BATCHES = 1000;
/** Between two looks at how far classifying is, ms: a small part of a run, and few questions for the broker. */
const POLL_MS = 50;
/** Without a commit for so long it does not work; a group of Kafka's is joined within seconds, ms. */
const STALL_MS = 60_000;

/** What became of a backlog. */
export interface Classified {
  records: number;
  /** From the start of the tasks until everything was committed. */
  seconds: number;
  /** From the start of the tasks until the first commit was seen: with Kafka they have to join the group first, s. */
  firstCommitS: number;
}

interface OpenedLog {
  log: Log;
  /** Brings `log.status()` up to date. */
  refresh(): Promise<void>;
}

async function openLog(settings: Settings): Promise<OpenedLog> {
  const { dataDir, kafka, partitions, retentionMs, retentionBytes, maxPastMs } = settings;
  if (kafka) {
    const log = await openKafkaLog(kafka, settings);
    return { log, refresh: () => log.poll() };
  }
  await Deno.mkdir(dataDir, { recursive: true });
  const path = `${dataDir}/log.db`;
  const log = new EmbeddedLog({ path, partitions, retentionMs, retentionBytes, seenMs: maxPastMs });
  return { log, refresh: () => Promise.resolve() };
}

/** What the phones would have sent in the time that ends now. */
function* recordings(phones: number, secs: number): Generator<ReadingBatch> {
  const endMs = Date.now();
  for (let message = 0; message < secs; message++) {
    const startMs = endMs + (message - secs) * 1000;
    for (let phone = 0; phone < phones; phone++) {
      const name = deviceName("backlog", phone);
      const amplitude = AMPLITUDES[phone % AMPLITUDES.length];
      yield {
        deviceId: name,
        sessionId: `s-${name}`,
        messageId: String(message),
        receivedAtMs: startMs + 1000,
        source: "seed",
        gravity: "unknown",
        count: READINGS_PER_BATCH,
        tMs: Float64Array.from({ length: READINGS_PER_BATCH }, (_, i) => startMs + i * STEP_MS),
        xyz: Float64Array.from({ length: 3 * READINGS_PER_BATCH }, () => value(amplitude)),
      };
    }
  }
}

/** As many digits as phones send. */
const value = (amplitude: number) => Math.round((2 * Math.random() - 1) * amplitude * 1e6) / 1e6;

async function fill({ log }: OpenedLog, phones: number, secs: number): Promise<void> {
  const progress = new Progress("filling", phones * secs);
  let group: Promise<unknown>[] = [];
  const settle = async () => {
    await Promise.all(group);
    progress.add(group.length);
    group = [];
  };
  for (const batch of recordings(phones, secs)) {
    group.push(log.append(batch));
    if (group.length === FILL_BATCHES) await settle();
  }
  await settle();
  progress.end();
}

async function classify({ log, refresh }: OpenedLog, settings: Settings): Promise<Classified> {
  const records = (await log.extents("raw_sensor_data")).reduce(
    (sum, { begin, end }) => sum + end - begin,
    0,
  );
  const progress = new Progress("classifying", records);
  const startedMs = performance.now();
  const passedS = () => (performance.now() - startedMs) / 1000;
  await new Processors().run(log, settings, AS_SHIPPED, () => {});
  let firstCommitS = NaN;
  let committedMs = startedMs;
  for (let left = records; left > 0;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    await refresh();
    const { lagRecords, trouble } = log.status();
    const done = left - lagRecords.reduce((sum, lag) => sum + lag, 0);
    if (done > 0) {
      if (left === records) firstCommitS = passedS();
      left -= done;
      committedMs = performance.now();
      progress.add(done);
    } else if (performance.now() - committedMs > STALL_MS) {
      throw new Error(
        `nothing was classified for ${STALL_MS / 1000} s: ${trouble ?? "the log says all is well"}`,
      );
    }
  }
  const seconds = passedS();
  progress.end();
  return { records, seconds, firstCommitS };
}

async function main([mode, phones, secs]: string[]): Promise<void> {
  const settings = loadSettings(Deno.env.toObject());
  const opened = await openLog(settings);
  if (mode === "fill") {
    await fill(opened, Number(phones), Number(secs));
  } else {
    const input = Deno.stdin.readable.getReader();
    console.log("ready");
    await input.read();
    console.log(JSON.stringify(await classify(opened, settings)));
    await input.read();
  }
  await opened.log.close();
}

if (import.meta.main) {
  await main(Deno.args);
  // As main.ts does: clients that were closed may still have a timer that nobody waits for.
  Deno.exit(0);
}
