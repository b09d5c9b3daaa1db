/**
 * What Grafana's own types (`@grafana/schema`) say a dashboard file holds.
 *
 * @module
 */
import type { AnnotationQuery, Dashboard, DataQuery, FieldConfigSource, Panel } from "@grafana/schema";
import type * as gauge from "@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen";
import type * as piechart from "@grafana/schema/dist/esm/raw/composable/piechart/panelcfg/x/PieChartPanelCfg_types.gen";
import type * as stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as timeline from "@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";
import type * as table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type * as timeseries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

/** A type as JSON has it: the values of a string enum are strings. */
type Json<T> = T extends string ? `${T}` : T extends object ? { [Key in keyof T]: Json<T[Key]> } : T;

/** Options may be left out: Grafana has a default for each. */
type Typed<Type extends string, Options, Custom> =
  & Omit<Panel, "type" | "options" | "fieldConfig">
  & { type: Type; options: Partial<Options>; fieldConfig: FieldConfigSource<Partial<Custom>> };

type AnyPanel =
  | Typed<"gauge", gauge.Options, unknown>
  | Typed<"piechart", piechart.Options, piechart.FieldConfig>
  | Typed<"stat", stat.Options, unknown>
  | Typed<"state-timeline", timeline.Options, timeline.FieldConfig>
  | Typed<"table", table.Options, table.FieldConfig>
  | Typed<"timeseries", timeseries.Options, timeseries.FieldConfig>;

/** What only the plugin knows about a query. */
type PluginQuery = Record<string, unknown>;

/** A whole file; `__requires` is what Grafana adds on export and is in none of its types. */
export type DashboardFile = Json<
  & Omit<Dashboard, "panels" | "id" | "annotations">
  & {
    id: null;
    annotations: { list?: AnnotationQuery<DataQuery & PluginQuery>[] };
    panels: AnyPanel[];
    __requires: { type: string; id: string; name: string; version: string }[];
  }
>;
