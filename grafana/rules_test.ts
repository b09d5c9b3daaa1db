import assert from "node:assert/strict";
import type { ExportedDashboard } from "./dashboard.ts";
import { operationsDashboard } from "./operations_dashboard.ts";
import { lint } from "./rules.ts";
import { snowflakeDashboard } from "./snowflake_dashboard.ts";
import { COMMUNITY, OFFICIAL } from "./sources.ts";

const DASHBOARDS: Record<string, () => ExportedDashboard> = {
  official: () => snowflakeDashboard(OFFICIAL, "official-uid"),
  community: () => snowflakeDashboard(COMMUNITY, "community-uid"),
  operations: () => operationsDashboard("operations-uid"),
};

for (const [name, make] of Object.entries(DASHBOARDS)) {
  Deno.test(`the dashboard for ${name} keeps the linter's rules`, () => {
    assert.deepEqual(lint(make()), []);
  });
}

Deno.test("what breaks a rule is named", () => {
  const breaks: [RegExp, (dashboard: ExportedDashboard) => void][] = [
    [/^uneditable-dashboard/, (dashboard) => dashboard.editable = true],
    [/^template-datasource/, (dashboard) => dashboard.templating.list!.shift()],
    [/^template-datasource.*label/, (dashboard) => dashboard.templating.list![0].label = "Source"],
    [/^template-on-time-change-reload: job/, (dashboard) => dashboard.templating.list![1].refresh = 1],
    [/^panel-title-description.*"Windows"/, (dashboard) => panelOf(dashboard, "Windows").description = ""],
    [/^panel-title-description: two/, (dashboard) => panelOf(dashboard, "Windows").title = "Readings"],
    [/^panel-datasource.*"Windows"/, (dashboard) => panelOf(dashboard, "Windows").datasource!.uid = "mine"],
    [
      /^panel-units.*"Windows"/,
      (dashboard) => delete panelOf(dashboard, "Windows").fieldConfig!.defaults.unit,
    ],
    [/^panel-no-targets.*"Windows"/, (dashboard) => panelOf(dashboard, "Windows").targets = []],
    [/^panel-job-instance.*"Windows"/, (dashboard) => ask(panelOf(dashboard, "Windows"), "sum(up{})")],
    [
      /^target-rate-interval: 5m/,
      (dashboard) => ask(panelOf(dashboard, "Windows"), 'rate(x{job=~"$job",instance=~"$instance"}[5m])'),
    ],
  ];
  for (const [expected, change] of breaks) {
    const dashboard = operationsDashboard("operations-uid");
    change(dashboard);
    const [problem, ...others] = lint(dashboard);
    assert.match(problem, expected);
    assert.deepEqual(others, []);
  }
});

function panelOf(dashboard: ExportedDashboard, title: string) {
  const panel = dashboard.panels!.find((one) => one.title === title);
  assert.ok(panel && "targets" in panel);
  return panel;
}

function ask(panel: ReturnType<typeof panelOf>, expr: string): void {
  panel.targets = panel.targets!.map((target) => ({ ...target, expr }));
}
