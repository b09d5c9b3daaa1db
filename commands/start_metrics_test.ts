import assert from "node:assert/strict";
import { newIngestCounters } from "../ingest/counters.ts";
import type { LogStatus } from "../log/port.ts";
import { formatMetrics } from "../web/metrics.ts";
import { streamMetrics, webMetrics } from "./start_metrics.ts";

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
  const values = valuesOf(formatMetrics(streamMetrics({ status, tasks })));
  assert.equal(values.get('log_lag_records{partition="0"}'), 0);
  assert.equal(values.get('log_lag_records{partition="1"}'), 3);
  assert.equal(values.get('log_raw_records{partition="1"}'), 9);
  assert.equal(values.get("log_dead_letters"), 4);
  assert.equal(values.get("log_lost_records_total"), 5);
  assert.equal(values.get("windows_total"), 50);
  assert.equal(values.get("sessions_open"), 6);
});

Deno.test("a process shows the figures of what it does", () => {
  const counters = { ...newIngestCounters(), requests: 8 };
  const web = valuesOf(formatMetrics(webMetrics(counters, { status, tasks: null, readModel }, live)));
  assert.equal(web.get("ingest_requests_total"), 8);
  assert.equal(web.get("live_viewers"), 1);
  assert.ok(!web.has("sessions_open"));
  const both = valuesOf(formatMetrics(webMetrics(counters, { status, tasks, readModel }, live)));
  assert.equal(both.get("sessions_open"), 6);
  const stream = valuesOf(formatMetrics(streamMetrics({ status, tasks })));
  assert.ok(!stream.has("ingest_requests_total") && !stream.has("live_viewers"));
});
