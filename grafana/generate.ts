/**
 * Writes the dashboards: `deno task grafana`.
 *
 * @module
 */
import { COMMUNITY, OFFICIAL } from "./sources.ts";
import { operationsDashboard } from "./operations_dashboard.ts";
import { snowflakeDashboard } from "./snowflake_dashboard.ts";

const FOLDER = new URL("dashboards/", import.meta.url);

/** Contents by file name. */
export function dashboardFiles(): Record<string, string> {
  const dashboards = {
    "activity-official.json": snowflakeDashboard(OFFICIAL, "activity-tracker-official"),
    "activity-community.json": snowflakeDashboard(COMMUNITY, "activity-tracker-community"),
    "operations.json": operationsDashboard("activity-tracker-operations"),
  };
  return Object.fromEntries(
    Object.entries(dashboards).map(([name, dashboard]) => [name, JSON.stringify(dashboard, null, 2) + "\n"]),
  );
}

if (import.meta.main) {
  for (const [name, content] of Object.entries(dashboardFiles())) {
    await Deno.writeTextFile(new URL(name, FOLDER), content);
    console.log(`grafana/dashboards/${name}`);
  }
}
