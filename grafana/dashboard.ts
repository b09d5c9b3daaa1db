/**
 * What every dashboard of ours has in common.
 *
 * @module
 */
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  type Panel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { chosen, type DataSource } from "./sources.ts";

/** Oldest Grafana that these dashboards were written for: what docker-compose.yml starts. */
const GRAFANA_VERSION = "12.2.0";

/** The shortest is long: a query that wakes a warehouse costs at least a minute of it. */
const REFRESH_INTERVALS = ["5m", "15m", "30m", "1h", "2h", "1d"];

export interface Requirement {
  type: "grafana" | "datasource" | "panel";
  id: string;
  name: string;
  version: string;
}

/** A dashboard as its file has it; `__requires` is what Grafana writes when it exports one. */
export type ExportedDashboard = Dashboard & { __requires: Requirement[] };

/** @param uid stable, so that an import replaces the version before */
export function newDashboard(title: string, uid: string, source: DataSource): DashboardBuilder {
  return new DashboardBuilder(title)
    .id(null)
    .uid(uid)
    .tags(["activity-tracker"])
    .timezone("browser")
    .time({ from: "now-6h", to: "now" })
    // A copy can be changed; this one is replaced by the next version.
    .readonly()
    .withVariable(
      new DatasourceVariableBuilder("datasource").label("Data source").type(source.type),
    );
}

/** Off at first, then no shorter than the list. */
export const refreshSeldom: Builder<{ refresh_intervals: string[] }> = {
  build: () => ({ refresh_intervals: REFRESH_INTERVALS }),
};

/**
 * Adds what the SDK leaves out: ids of panels, and the plugins that are needed. Removes what it adds and Grafana's types no
 * longer have: a table's footer, and what only variables for an interval have.
 *
 * @returns the dashboard as it is written
 */
export function finish(builder: DashboardBuilder, source: DataSource): ExportedDashboard {
  const dashboard = builder.build();
  const panels = dashboard.panels ?? [];
  for (const [index, panel] of panels.entries()) {
    panel.id = index + 1;
    if ("options" in panel) delete panel.options.footer;
  }
  for (const variable of dashboard.templating.list ?? []) {
    delete variable.auto;
    delete variable.auto_min;
    delete variable.auto_count;
  }
  const types = [...new Set(panels.map(({ type }) => type))].sort();
  return {
    __requires: [
      { type: "grafana", id: "grafana", name: "Grafana", version: GRAFANA_VERSION },
      { type: "datasource", id: source.type, name: source.name, version: source.version },
      ...types.map((id): Requirement => ({ type: "panel", id, name: id, version: "" })),
    ],
    ...dashboard,
  };
}

/** What the SDK's builders of panels have in common. */
interface AnyPanelBuilder extends Builder<Panel> {
  datasource(source: DataSourceRef): unknown;
  height(rows: number): unknown;
  span(columns: number): unknown;
}

/** A panel and its width, of 24. */
export interface Placed {
  width: number;
  panel: AnyPanelBuilder;
}

/** Adds panels side by side. @param height in grid units of 30 px */
export function addRow(
  dashboard: DashboardBuilder,
  source: DataSource,
  height: number,
  ...row: Placed[]
): void {
  for (const { panel, width } of row) {
    panel.datasource(chosen(source));
    panel.height(height);
    panel.span(width);
    dashboard.withPanel(panel);
  }
}
