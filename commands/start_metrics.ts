/**
 * Which figures `/metrics` shows.
 *
 * @module
 */
import type { IngestCounters } from "../ingest/counters.ts";
import type { LogStatus } from "../log/port.ts";
import type { SinkStatus } from "../sinks/port.ts";
import type { Metric } from "../web/metrics.ts";
import type { MqttStatus } from "../ingest/mqtt/status.ts";
import type { MqttHealth } from "../web/services.ts";
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
 * @param mqtt how taking in a broker's messages goes
 */
export function webMetrics(
  counters: Readonly<IngestCounters>,
  stats: EngineStats,
  live: { viewers: number; dropped: number },
  mqtt: MqttHealth,
): Metric[] {
  return [
    ...ingestMetrics(counters),
    ...(mqtt.state === "on" ? mqttMetrics(mqtt.status) : []),
    ...engineMetrics(stats),
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

type WorkStats = Pick<EngineStats, "status" | "tasks" | "snowflake">;

/** Of a process without pages. */
export const headlessMetrics = (stats: WorkStats): Metric[] => [...engineMetrics(stats), memoryMetric()];

function engineMetrics({ status, tasks, snowflake }: WorkStats): Metric[] {
  return [
    ...logMetrics(status),
    ...(tasks ? taskMetrics(tasks) : []),
    ...(snowflake ? sinkMetrics(snowflake) : []),
  ];
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

function mqttMetrics({ trouble, stored, refused, waiting }: MqttStatus): Metric[] {
  return [
    {
      name: "mqtt_trouble",
      help: "1 while something keeps the broker's messages from coming",
      type: "gauge",
      values: trouble === null ? 0 : 1,
    },
    {
      name: "mqtt_messages_total",
      help: "Messages of the broker by what became of them",
      type: "counter",
      values: [{ labels: { fate: "stored" }, value: stored }, {
        labels: { fate: "refused" },
        value: refused,
      }],
    },
    {
      name: "mqtt_waiting_messages",
      help: "Messages taken from the broker that are not acknowledged yet",
      type: "gauge",
      values: waiting,
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
      help: "Records that could not be read, or that Snowflake refused, and are kept aside",
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

function sinkMetrics(status: SinkStatus): Metric[] {
  const metricOf =
    (type: Metric["type"]) => (name: string, help: string, values: Metric["values"]): Metric => ({
      name,
      help,
      type,
      values,
    });
  const gauge = metricOf("gauge"), counter = metricOf("counter");
  return [
    gauge(
      "sink_trouble",
      "1 while something keeps records from being loaded into Snowflake",
      status.trouble === null ? 0 : 1,
    ),
    gauge(
      "sink_lag_records",
      "Records of this process's partitions that are not yet in Snowflake",
      Object.entries(status.lagRecords ?? {}).map(([topic, value]) => ({ labels: { topic }, value })),
    ),
    gauge(
      "sink_last_delivery_timestamp_seconds",
      "When records were last loaded, s since the Unix epoch; 0: not yet",
      (status.lastDeliveryAtMs ?? 0) / 1000,
    ),
    counter("sink_delivered_records_total", "Records loaded into Snowflake", status.deliveredRecords),
    counter("sink_delivered_bytes_total", "Their size as they were sent, bytes", status.deliveredBytes),
    counter("sink_deliveries_total", "Transactions that loaded them", status.deliveries),
    counter(
      "sink_refused_records_total",
      "Records that Snowflake refused, now dead letters",
      status.refusedRecords,
    ),
    counter(
      "sink_lost_records_total",
      "Records that retention deleted before they were loaded",
      status.lostRecords,
    ),
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
