import assert from "node:assert/strict";
import { formatMetrics } from "./metrics.ts";

Deno.test("a metric has its help, its type and a line per label set", () => {
  const text = formatMetrics([
    { name: "up", help: "Running", type: "gauge", values: 1 },
    {
      name: "readings_total",
      help: "Readings",
      type: "counter",
      values: [{ labels: { fate: "accepted", partition: "0" }, value: 12 }, {
        labels: { fate: "late" },
        value: 0,
      }],
    },
    { name: "none", help: "No partition yet", type: "gauge", values: [] },
  ]);
  assert.equal(
    text,
    `# HELP activity_tracker_up Running
# TYPE activity_tracker_up gauge
activity_tracker_up 1
# HELP activity_tracker_readings_total Readings
# TYPE activity_tracker_readings_total counter
activity_tracker_readings_total{fate="accepted",partition="0"} 12
activity_tracker_readings_total{fate="late"} 0
# HELP activity_tracker_none No partition yet
# TYPE activity_tracker_none gauge
`,
  );
});

Deno.test("quotes, backslashes and line ends in labels are escaped", () => {
  const text = formatMetrics([
    { name: "x", help: "X", type: "gauge", values: [{ labels: { id: 'a"b\\c\nd' }, value: 1 }] },
  ]);
  assert.ok(text.includes('{id="a\\"b\\\\c\\nd"} 1\n'), text);
});
