/**
 * What people did, from the tables in Snowflake.
 *
 * @module
 */
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TableCellDisplayMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  AnnotationQueryBuilder,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  QueryVariableBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as GaugeBuilder } from "@grafana/grafana-foundation-sdk/gauge";
import {
  PanelBuilder as PieBuilder,
  PieChartLegendOptionsBuilder,
  PieChartLegendValues,
  PieChartType,
} from "@grafana/grafana-foundation-sdk/piechart";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { ACTIVITIES } from "../log/records.ts";
import { ACTIVITY_MAPPING, activityColour } from "./activities.ts";
import { addRow, type ExportedDashboard, finish, newDashboard, refreshSeldom } from "./dashboard.ts";
import * as sql from "./snowflake_sql.ts";
import { chosen, type DataSource, type Shape, snowflakeQuery } from "./sources.ts";

/** Grafana's ids of units. */
const ACCELERATION = "accMS2";
const MINUTES = "m";
const SECONDS = "s";
const SHARE = "percentunit";

/** Default of SNOWFLAKE_BUFFER_FLUSH_TIME and a minute for the load itself: readings younger than that may still wait. */
const USUAL_AGE_S = 660;

/** Panels that only make sense over days show these, whatever the time range is. */
const DAYS = "7d";

const NO_ROWS = "Nothing in this time range";

/** @param source one of the two Snowflake plugins */
export function snowflakeDashboard(source: DataSource, uid: string): ExportedDashboard {
  const dashboard = newDashboard("Activity Tracker", uid, source)
    .description(
      "What people did, by the accelerometers of their phones. Every look wakes the warehouse, so it is renewed by hand or " +
        "every 5 minutes at most. Times in the tables are UTC; days are days of UTC.",
    )
    .refresh("")
    .timepicker(refreshSeldom)
    .withVariable(variable(source, "device", "Device", sql.DEVICES, sql.ALL_DEVICES))
    .withVariable(variable(source, "session", "Session", sql.SESSIONS, sql.ALL_SESSIONS))
    .annotation(
      new AnnotationQueryBuilder()
        .name("Thresholds changed")
        .datasource(chosen(source))
        .enable(true)
        .iconColor("#f0b060")
        .target(snowflakeQuery(source, sql.THRESHOLD_CHANGES, "table")),
    );
  const place = <Asking extends AskingPanel>(
    width: number,
    panel: Asking,
    statement: string,
    shape: Shape = "table",
  ) => {
    panel.withTarget(snowflakeQuery(source, statement, shape));
    return { width, panel };
  };

  addRow(
    dashboard,
    source,
    6,
    place(6, currentActivity(), sql.CURRENT_ACTIVITY),
    place(6, confidence(), sql.CONFIDENCE),
    place(6, averageMagnitude(), sql.AVERAGE_MAGNITUDE),
    place(6, freshness(), sql.FRESHNESS),
  );
  addRow(dashboard, source, 8, place(24, timeline(), sql.TIMELINE));
  addRow(
    dashboard,
    source,
    8,
    place(16, magnitudeOverTime(), sql.MAGNITUDE_OVER_TIME, "timeSeries"),
    place(8, distribution(), sql.DISTRIBUTION),
  );
  addRow(
    dashboard,
    source,
    8,
    place(12, minutesADay(), sql.MINUTES_A_DAY, "timeSeries"),
    place(12, minutesByDevice(), sql.MINUTES_A_DAY_BY_DEVICE),
  );
  addRow(dashboard, source, 9, place(24, sessions(), sql.SESSION_TABLE));
  addRow(
    dashboard,
    source,
    9,
    place(14, recentRecords(), sql.RECENT_RECORDS),
    place(10, ingestLag(), sql.INGEST_LAG, "timeSeries"),
  );
  return finish(dashboard, source);
}

interface AskingPanel {
  withTarget(query: Builder<Dataquery>): unknown;
}

const variable = (source: DataSource, name: string, label: string, statement: string, all: string) =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(chosen(source))
    .query(statement)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.Disabled)
    .multi(true)
    .includeAll(true)
    .allValue(all)
    .current({ selected: true, text: ["All"], value: ["$__all"] });

/** The only row's value. */
const onlyRow = () => new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("/.*/").values(false);

const fixedColour = (colour: string) =>
  new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(colour);

const currentActivity = () =>
  new StatBuilder()
    .title("Current activity")
    .description("Of the newest window among the chosen devices.")
    .unit("string")
    .mappings([ACTIVITY_MAPPING])
    .colorScheme(fixedColour("text"))
    .reduceOptions(onlyRow())
    .textMode(BigValueTextMode.Value)
    .colorMode(BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None)
    .noValue(NO_ROWS);

const confidence = () =>
  new GaugeBuilder()
    .title("Confidence")
    .description("Probability that the current activity is right.")
    .unit(SHARE)
    .min(0)
    .max(1)
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: "red" },
        { value: 0.5, color: "yellow" },
        { value: 0.8, color: "green" },
      ]),
    )
    .reduceOptions(onlyRow())
    .noValue(NO_ROWS);

const averageMagnitude = () =>
  new StatBuilder()
    .title("Average magnitude")
    .description("Mean of the acceleration without gravity, over the time range.")
    .unit(ACCELERATION)
    .decimals(2)
    .colorScheme(fixedColour("text"))
    .reduceOptions(onlyRow())
    .textMode(BigValueTextMode.Value)
    .graphMode(BigValueGraphMode.None)
    .noValue(NO_ROWS);

const freshness = () =>
  new StatBuilder()
    .title("Data freshness")
    .description(
      "Age, now, of the newest readings of the time range that are in Snowflake, and of the last load. A load waits for " +
        "SNOWFLAKE_BUFFER_FLUSH_TIME. Rows of Kafka Connect do not say when they were loaded.",
    )
    .unit(SECONDS)
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: "green" },
        { value: USUAL_AGE_S, color: "yellow" },
        { value: 6 * USUAL_AGE_S, color: "red" },
      ]),
    )
    .reduceOptions(onlyRow())
    .textMode(BigValueTextMode.ValueAndName)
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .noValue(NO_ROWS);

const timeline = () =>
  new StateTimelineBuilder()
    .title("Activity timeline")
    .description("The 20 devices that were seen last. Empty where a device sent nothing.")
    .unit("string")
    .mappings([ACTIVITY_MAPPING])
    .withTransformation({
      // One line per device out of rows that name theirs.
      id: "partitionByValues",
      options: { fields: ["device"], keepFields: false, naming: { asLabels: true } },
    })
    .overrideByName("activity", [{ id: "displayName", value: "${__field.labels.device}" }])
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.8)
    .legend(legend())
    .noValue(NO_ROWS);

const magnitudeOverTime = () =>
  lines("Average magnitude over time", "Mean and highest acceleration without gravity, per minute.")
    .unit(ACCELERATION);

const distribution = () => {
  const pie = new PieBuilder()
    .title("Distribution")
    .description("Minutes of each activity in the time range.")
    .unit(MINUTES)
    .decimals(1)
    .pieType(PieChartType.Donut)
    .reduceOptions(onlyRow())
    .legend(
      new PieChartLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Right)
        .showLegend(true)
        .values([PieChartLegendValues.Value, PieChartLegendValues.Percent]),
    )
    .noValue(NO_ROWS);
  for (const activity of ACTIVITIES) pie.overrideByName(activity, activityColour(activity));
  return pie;
};

const minutesADay = () => {
  const bars = lines("Minutes a day", `Of all chosen devices together, the last ${DAYS}, by days of UTC.`)
    .unit(MINUTES)
    .timeFrom(DAYS)
    // Its bars are days of UTC.
    .timezone(["utc"])
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(80)
    .lineWidth(0)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  for (const activity of ACTIVITIES) bars.overrideByName(activity, activityColour(activity));
  return bars;
};

const minutesByDevice = () => {
  const table = new TableBuilder()
    .title("Minutes a day by device")
    .description(`Minutes of each activity, the last ${DAYS}, by days of UTC; the newest 100 rows.`)
    .unit(MINUTES)
    .decimals(1)
    .timeFrom(DAYS)
    .noValue("")
    .overrideByName("day", WORDS)
    .overrideByName("device", WORDS);
  for (const activity of ACTIVITIES) table.overrideByName(activity, activityColour(activity));
  return table;
};

const sessions = () =>
  new TableBuilder()
    .title("Sessions")
    .description("Minutes of each activity within the time range, of the 100 sessions that were seen last.")
    .unit(MINUTES)
    .decimals(1)
    .noValue("")
    .overrideByName("time", [named("last window"), TIME])
    .overrideByName("started", [TIME])
    .overrideByName("device", WORDS)
    .overrideByName("session", WORDS)
    .overrideByName("magnitude", [{ id: "unit", value: ACCELERATION }, { id: "decimals", value: 2 }])
    .overrideByName("windows", [{ id: "unit", value: "none" }, { id: "decimals", value: 0 }]);

const recentRecords = () =>
  new TableBuilder()
    .title("Recent records")
    .description("The newest 100 windows.")
    .unit("none")
    .decimals(2)
    .noValue("")
    .overrideByName("time", [TIME])
    .overrideByName("device", WORDS)
    .overrideByName("session", WORDS)
    .overrideByName("activity", [
      ...WORDS,
      { id: "mappings", value: [ACTIVITY_MAPPING] },
      { id: "custom.cellOptions", value: { type: TableCellDisplayMode.ColorBackground } },
    ])
    .overrideByName("confidence", [{ id: "unit", value: SHARE }, { id: "decimals", value: 0 }])
    .overrideByName("magnitude", [{ id: "unit", value: ACCELERATION }])
    .overrideByName("cadence", [{ id: "unit", value: "hertz" }]);

const ingestLag = () =>
  lines(
    "Ingest lag",
    "From the arrival of readings at the server to their load, per minute of arrival. Rows of Kafka " +
      "Connect do not say when they were loaded.",
  ).unit(SECONDS);

const lines = (title: string, description: string) =>
  new TimeSeriesBuilder()
    .title(title)
    .description(description)
    .axisSoftMin(0)
    .fillOpacity(10)
    .legend(legend())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .noValue(NO_ROWS);

const legend = () =>
  new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true);

const named = (name: string): DynamicConfigValue => ({ id: "displayName", value: name });
const TIME: DynamicConfigValue = { id: "unit", value: "dateTimeAsLocal" };
const WORDS: DynamicConfigValue[] = [{ id: "unit", value: "string" }];
