/**
 * Which figures `/metrics` shows.
 *
 * @module
 */
import type { IngestCounters } from "../ingest/counters.ts";
import type { Metric } from "../web/metrics.ts";
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

/** @param live viewers of the live stream now, and those cut off since the start */
export function metricsOf(
  counters: Readonly<IngestCounters>,
  stats: EngineStats,
  live: { viewers: number; dropped: number },
): Metric[] {
  const perPartition = (numbers: readonly number[]) =>
    numbers.map((value, partition) => ({ labels: { partition: String(partition) }, value }));
  const total = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0);
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
    {
      name: "log_raw_records",
      help: "End of raw_sensor_data, records",
      type: "gauge",
      values: perPartition(stats.rawEnds),
    },
    {
      name: "log_lag_records",
      help: "Records in the log that are not yet processed",
      type: "gauge",
      values: perPartition(stats.lagRecords),
    },
    {
      name: "windows_total",
      help: "Windows classified since the log began",
      type: "counter",
      values: total(stats.activityEnds),
    },
    {
      name: "sessions_open",
      help: "Sessions that may get windows",
      type: "gauge",
      values: stats.openSessions,
    },
    {
      name: "late_readings_total",
      help: "Readings dropped because their windows were closed",
      type: "counter",
      values: stats.late,
    },
    {
      name: "duplicate_readings_total",
      help: "Readings dropped because their time was taken",
      type: "counter",
      values: stats.duplicateReadings,
    },
    { name: "live_viewers", help: "Open live streams", type: "gauge", values: live.viewers },
    {
      name: "live_viewers_dropped_total",
      help: "Live streams cut off because they did not keep up",
      type: "counter",
      values: live.dropped,
    },
    {
      name: "memory_resident_bytes",
      help: "Resident memory of the process",
      type: "gauge",
      values: Deno.memoryUsage().rss,
    },
  ];
}
