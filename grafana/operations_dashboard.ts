/**
 * How the servers do, from `/metrics` by way of Prometheus.
 *
 * @module
 */
import {
  BigValueColorMode,
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  QueryVariableBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { addRow, type ExportedDashboard, finish, newDashboard } from "./dashboard.ts";
import { chosen, PROMETHEUS } from "./sources.ts";

/** A line of a chart: what to ask, and its name. */
interface Line {
  expression: string;
  legend: string;
}

/** One of our figures, of the chosen processes. */
const figure = (name: string) => `activity_tracker_${name}{job=~"$job", instance=~"$instance"}`;
const rate = (name: string) => `rate(${figure(name)}[$__rate_interval])`;

const line = (expression: string, legend: string): Line => ({ expression, legend });

const RATE = "short";

export function operationsDashboard(uid: string): ExportedDashboard {
  const dashboard = newDashboard("Activity Tracker operations", uid, PROMETHEUS)
    .description("From /metrics of the servers, read by Prometheus.")
    .refresh("1m")
    .withVariable(label("job", "Job", "activity_tracker_memory_resident_bytes"))
    .withVariable(label("instance", "Instance", 'activity_tracker_memory_resident_bytes{job=~"$job"}'));

  addRow(
    dashboard,
    PROMETHEUS,
    5,
    {
      width: 6,
      panel: stat(
        "Not yet classified",
        "Records in the log whose windows are not there yet. It should come back to 0.",
        line(`sum(${figure("log_lag_records")})`, "records"),
        1000,
      ),
    },
    {
      width: 6,
      panel: stat(
        "Dead letters",
        "Records that could not be used and are kept aside: the page Dead letters says why.",
        // Each process reports the whole log's.
        line(`max(${figure("log_dead_letters")})`, "records"),
        1,
      ),
    },
    {
      width: 6,
      panel: stat(
        "Lost to retention",
        "Records deleted before they were classified, or loaded into Snowflake, since the processes started.",
        line(`sum(${figure("log_lost_records_total")})`, "not classified"),
        1,
        line(`sum(${figure("sink_lost_records_total")})`, "not loaded"),
      ),
    },
    {
      width: 6,
      panel: stat(
        "Snowflake in trouble",
        "Processes that cannot load: the page Status says what to do.",
        line(`sum(${figure("sink_trouble")})`, "processes"),
        1,
      ),
    },
  );
  addRow(
    dashboard,
    PROMETHEUS,
    8,
    {
      width: 8,
      panel: chart(
        "Readings",
        "A second, by what became of them.",
        RATE,
        line(`sum by (fate) (${rate("ingest_readings_total")})`, "{{fate}}"),
      ),
    },
    {
      width: 8,
      panel: chart(
        "Requests",
        "A second; the refused ones by reason.",
        "reqps",
        line(`sum(${rate("ingest_requests_total")})`, "all"),
        line(`sum by (reason) (${rate("ingest_refused_total")})`, "refused: {{reason}}"),
      ),
    },
    {
      width: 8,
      panel: chart(
        "Repeated and late",
        "A second: messages that were in the log already, readings whose time was taken, and readings that came too late.",
        RATE,
        line(`sum(${rate("ingest_duplicate_messages_total")})`, "repeated messages"),
        line(`sum(${rate("duplicate_readings_total")})`, "repeated readings"),
        line(`sum(${rate("ingest_late_readings_total")})`, "late for the live view"),
        line(`sum(${rate("late_readings_total")})`, "late for their windows"),
      ),
    },
  );
  addRow(
    dashboard,
    PROMETHEUS,
    8,
    {
      width: 8,
      panel: chart(
        "Windows",
        "Classified a second.",
        RATE,
        // Each process reports the whole log's.
        line(`max(${rate("windows_total")})`, "windows"),
      ),
    },
    {
      width: 8,
      panel: chart(
        "Behind",
        "Records not yet classified, by partition.",
        RATE,
        line(`sum by (partition) (${figure("log_lag_records")})`, "partition {{partition}}"),
      ),
    },
    {
      width: 8,
      panel: chart(
        "Open",
        "Sessions that may get windows, and live streams.",
        RATE,
        line(`sum(${figure("sessions_open")})`, "sessions"),
        line(`sum(${figure("live_viewers")})`, "live viewers"),
        line(`sum(${rate("live_viewers_dropped_total")})`, "live viewers cut off a second"),
      ),
    },
  );
  addRow(
    dashboard,
    PROMETHEUS,
    8,
    {
      width: 8,
      panel: chart(
        "Waiting for Snowflake",
        "Records not yet loaded, by topic.",
        RATE,
        line(`sum by (topic) (${figure("sink_lag_records")})`, "{{topic}}"),
      ),
    },
    {
      width: 8,
      panel: chart(
        "Loaded into Snowflake",
        "Records a second, and those it refused.",
        RATE,
        line(`sum(${rate("sink_delivered_records_total")})`, "loaded"),
        line(`sum(${rate("sink_refused_records_total")})`, "refused"),
      ),
    },
    {
      width: 8,
      panel: chart(
        "Since the last load",
        "By process. A process that has not loaded yet is not shown.",
        "s",
        line(
          `time() - (${figure("sink_last_delivery_timestamp_seconds")} > 0)`,
          "{{instance}}",
        ),
      ),
    },
  );
  addRow(
    dashboard,
    PROMETHEUS,
    8,
    {
      width: 8,
      panel: chart(
        "Loads",
        "An hour: each is one transaction, and may wake the warehouse.",
        RATE,
        line(`3600 * sum(${rate("sink_deliveries_total")})`, "loads"),
      ),
    },
    {
      width: 8,
      panel: chart(
        "Sent to Snowflake",
        "Bytes a second.",
        "Bps",
        line(`sum(${rate("sink_delivered_bytes_total")})`, "sent"),
      ),
    },
    {
      width: 8,
      panel: chart(
        "Memory",
        "Resident memory of each process.",
        "bytes",
        line(figure("memory_resident_bytes"), "{{instance}}"),
      ),
    },
  );
  return finish(dashboard, PROMETHEUS);
}

const label = (name: string, title: string, metric: string) =>
  new QueryVariableBuilder(name)
    .label(title)
    .datasource(chosen(PROMETHEUS))
    .query(`label_values(${metric}, ${name})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".+")
    .current({ selected: true, text: ["All"], value: ["$__all"] });

const query = ({ expression, legend }: Line, index: number) =>
  new DataqueryBuilder()
    .refId(String.fromCharCode("A".charCodeAt(0) + index))
    .datasource(chosen(PROMETHEUS))
    .expr(expression)
    .legendFormat(legend);

function chart(title: string, description: string, unit: string, ...asked: Line[]): TimeSeriesBuilder {
  return new TimeSeriesBuilder()
    .title(title)
    .description(description)
    .targets(asked.map((one, index) => query(one, index).range()))
    .unit(unit)
    .axisSoftMin(0)
    .fillOpacity(10)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
}

/** @param alarm value from which it is red */
function stat(title: string, description: string, first: Line, alarm: number, ...more: Line[]): StatBuilder {
  return new StatBuilder()
    .title(title)
    .description(description)
    .targets([first, ...more].map((one, index) => query(one, index).instant()))
    .unit("short")
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: "green" },
        { value: alarm, color: "red" },
      ]),
    )
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false))
    .colorMode(BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None);
}
