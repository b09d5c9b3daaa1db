/**
 * Which figures `/metrics` shows.
 *
 * @module
 */
import type { IngestCounters } from "../ingest/counters.ts";
import type { LogStatus } from "../log/port.ts";
import type { Metric } from "../web/metrics.ts";
import type { TaskFigures } from "./engine/processors.ts";
import type { EngineStats } from "./engine/protocol.ts";

const REFUSALS = [
  "badRequests",
  "unauthorized",
  "tooLarge",
  "timedOut",
  "rateLimited",
  "unavailable",
] as const;
const FATES = ["accepted", "rejected", "ignored", "duplicate"] as const;

/**
 * Of a process with pages.
 *
 * @param live viewers of the live stream now, and those cut off since the start
 */
export function webMetrics(
  counters: Readonly<IngestCounters>,
  { status, tasks }: EngineStats,
  live: { viewers: number; dropped: number },
): Metric[] {
  return [
    ...ingestMetrics(counters),
    ...logMetrics(status),
    ...(tasks ? taskMetrics(tasks) : []),
    { name: "live_viewers", help: "Open live streams", type: "gauge", values: live.viewers },
    {
      name: "live_viewers_dropped_total",
      help: "Live streams cut off because they did not keep up",
      type: "counter",
      values: live.dropped,
    },
    memoryMetric(),
  ];
}

/** Of a process that only classifies. */
export function streamMetrics({ status, tasks }: { status: LogStatus; tasks: TaskFigures }): Metric[] {
  return [...logMetrics(status), ...taskMetrics(tasks), memoryMetric()];
}

function ingestMetrics(counters: Readonly<IngestCounters>): Metric[] {
  return [
    {
      name: "ingest_requests_total",
      help: "Requests with readings",
      type: "counter",
      values: counters.requests,
    },
    {
      name: "ingest_readings_total",
      help: "Readings by what became of them",
      type: "counter",
      values: FATES.map((fate) => ({ labels: { fate }, value: counters[fate] })),
    },
    {
      name: "ingest_refused_total",
      help: "Requests that were refused, by reason",
      type: "counter",
      values: REFUSALS.map((reason) => ({ labels: { reason }, value: counters[reason] })),
    },
    {
      name: "ingest_duplicate_messages_total",
      help: "Messages that were already in the log",
      type: "counter",
      values: counters.duplicateMessages,
    },
    {
      name: "ingest_late_readings_total",
      help: "Accepted readings too old for the live view",
      type: "counter",
      values: counters.late,
    },
  ];
}

function logMetrics(status: LogStatus): Metric[] {
  const perPartition = (numbers: readonly number[]) =>
    numbers.map((value, partition) => ({ labels: { partition: String(partition) }, value }));
  return [
    {
      name: "log_raw_records",
      help: "End of raw_sensor_data, records",
      type: "gauge",
      values: perPartition(status.raw.map(({ end }) => end)),
    },
    {
      name: "log_lag_records",
      help: "Records in the log that are not yet processed",
      type: "gauge",
      values: perPartition(status.lagRecords),
    },
    {
      name: "log_dead_letters",
      help: "Records that could not be read and are kept aside",
      type: "gauge",
      values: status.deadLetters,
    },
    {
      name: "log_lost_records_total",
      help: "Records that retention deleted before this process could process them",
      type: "counter",
      values: status.lostRecords,
    },
    {
      name: "windows_total",
      help: "Windows classified since the log began; with Kafka also the marks that end its transactions",
      type: "counter",
      values: status.activity.reduce((sum, { end }) => sum + end, 0),
    },
  ];
}

function taskMetrics({ openSessions, late, duplicates }: TaskFigures): Metric[] {
  return [
    { name: "sessions_open", help: "Sessions that may get windows", type: "gauge", values: openSessions },
    {
      name: "late_readings_total",
      help: "Readings dropped because their windows were closed",
      type: "counter",
      values: late,
    },
    {
      name: "duplicate_readings_total",
      help: "Readings dropped because their time was taken",
      type: "counter",
      values: duplicates,
    },
  ];
}

function memoryMetric(): Metric {
  return {
    name: "memory_resident_bytes",
    help: "Resident memory of the process",
    type: "gauge",
    values: Deno.memoryUsage().rss,
  };
}
