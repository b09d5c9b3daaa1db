import assert from "node:assert/strict";
import { newIngestCounters } from "../ingest/counters.ts";
import type { LogStatus } from "../log/port.ts";
import type { MqttHealth } from "../web/services.ts";
import { formatMetrics } from "../web/metrics.ts";
import { headlessMetrics, webMetrics } from "./start_metrics.ts";

const status: LogStatus = {
  lagRecords: [0, 3],
  raw: [{ begin: 0, end: 7 }, { begin: 2, end: 9 }],
  activity: [{ begin: 0, end: 20 }, { begin: 5, end: 30 }],
  deadLetters: 4,
  lostRecords: 5,
  trouble: null,
};
const tasks = { openSessions: 6, late: 1, duplicates: 2 };
const readModel = { isFilling: false, trouble: null };
const live = { viewers: 1, dropped: 0 };

/** Name, with labels, to value. */
function valuesOf(text: string): Map<string, number> {
  return new Map(
    [...text.matchAll(/^activity_tracker_(\S+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
}

Deno.test("lag is shown per partition, with dead letters and lost records", () => {
  const values = valuesOf(formatMetrics(headlessMetrics({ status, tasks, snowflake: null })));
  assert.equal(values.get('log_lag_records{partition="0"}'), 0);
  assert.equal(values.get('log_lag_records{partition="1"}'), 3);
  assert.equal(values.get('log_raw_records{partition="1"}'), 9);
  assert.equal(values.get("log_dead_letters"), 4);
  assert.equal(values.get("log_lost_records_total"), 5);
  assert.equal(values.get("windows_total"), 50);
  assert.equal(values.get("sessions_open"), 6);
});

const OFF = { state: "off" } as const;

Deno.test("a process that listens to an MQTT broker shows how that goes", () => {
  const broker = {
    url: "mqtt://broker",
    topic: "#",
    trouble: "it is away",
    stored: 7,
    refused: 2,
    waiting: 1,
    lastMessageAtMs: 0,
    lastRefusal: "it is not JSON",
  };
  const figures = { status, tasks: null, snowflake: null, readModel };
  const of = (mqtt: MqttHealth) =>
    valuesOf(formatMetrics(webMetrics(newIngestCounters(), figures, live, mqtt)));
  const on = of({ state: "on", status: broker });
  assert.equal(on.get("mqtt_trouble"), 1);
  assert.equal(on.get('mqtt_messages_total{fate="stored"}'), 7);
  assert.equal(on.get('mqtt_messages_total{fate="refused"}'), 2);
  assert.equal(on.get("mqtt_waiting_messages"), 1);
  assert.ok(!of(OFF).has("mqtt_trouble"));
});

Deno.test("a process shows the figures of what it does", () => {
  const counters = { ...newIngestCounters(), requests: 8 };
  const web = valuesOf(
    formatMetrics(webMetrics(counters, { status, tasks: null, snowflake: null, readModel }, live, OFF)),
  );
  assert.equal(web.get("ingest_requests_total"), 8);
  assert.equal(web.get("live_viewers"), 1);
  assert.ok(!web.has("sessions_open"));
  const both = valuesOf(
    formatMetrics(webMetrics(counters, { status, tasks, snowflake: null, readModel }, live, OFF)),
  );
  assert.equal(both.get("sessions_open"), 6);
  const stream = valuesOf(formatMetrics(headlessMetrics({ status, tasks, snowflake: null })));
  assert.ok(!stream.has("ingest_requests_total") && !stream.has("live_viewers"));
});

Deno.test("a process that loads into Snowflake shows how that goes", () => {
  const snowflake = {
    trouble: "the key is wrong",
    lagRecords: { raw_sensor_data: 7, processed_activity: 0 },
    deliveredRecords: 10,
    deliveredBytes: 2000,
    deliveries: 2,
    refusedRecords: 1,
    lostRecords: 3,
    lastDeliveryAtMs: 1_767_225_600_500,
  };
  const values = valuesOf(formatMetrics(headlessMetrics({ status, tasks: null, snowflake })));
  assert.equal(values.get("sink_trouble"), 1);
  assert.equal(values.get('sink_lag_records{topic="raw_sensor_data"}'), 7);
  assert.equal(values.get("sink_delivered_records_total"), 10);
  assert.equal(values.get("sink_delivered_bytes_total"), 2000);
  assert.equal(values.get("sink_deliveries_total"), 2);
  assert.equal(values.get("sink_refused_records_total"), 1);
  assert.equal(values.get("sink_lost_records_total"), 3);
  assert.equal(values.get("sink_last_delivery_timestamp_seconds"), 1_767_225_600.5);
  const well = { ...snowflake, trouble: null, lastDeliveryAtMs: null };
  const wellValues = valuesOf(formatMetrics(headlessMetrics({ status, tasks: null, snowflake: well })));
  assert.equal(wellValues.get("sink_trouble"), 0);
  assert.equal(wellValues.get("sink_last_delivery_timestamp_seconds"), 0);
});
