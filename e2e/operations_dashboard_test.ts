import assert from "node:assert/strict";
import { webMetrics } from "../commands/start_metrics.ts";
import { newIngestCounters } from "../ingest/counters.ts";
import { formatMetrics } from "../web/metrics.ts";
import { sinkStatus } from "../sinks/testing/status.ts";

const extent = { begin: 0, end: 1 };

/** What a server shows that does everything. */
const METRICS = formatMetrics(webMetrics(
  newIngestCounters(),
  {
    status: {
      lagRecords: [0],
      raw: [extent],
      activity: [extent],
      deadLetters: 0,
      lostRecords: 0,
      trouble: null,
    },
    tasks: { openSessions: 0, late: 0, duplicates: 0 },
    readModel: { isFilling: false, trouble: null },
    snowflake: sinkStatus(),
  },
  { viewers: 0, dropped: 0 },
  { state: "off" },
));

Deno.test("every figure that the operations dashboard draws is one of /metrics, and each label one of the figure's", async () => {
  const text = await Deno.readTextFile(new URL("../grafana/dashboards/operations.json", import.meta.url));
  const names = new Set(text.match(/\bactivity_tracker_\w+/g));
  assert.ok(names.size > 20);
  for (const name of names) assert.ok(METRICS.includes(`\n# TYPE ${name} `), name);
  for (const [, label, name] of text.matchAll(/by \((\w+)\) \((?:rate\()?(activity_tracker_\w+)/g)) {
    assert.match(METRICS, RegExp(`^${name}\\{${label}=`, "m"));
  }
});
