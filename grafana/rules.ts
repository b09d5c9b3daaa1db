/**
 * The rules of grafana/dashboard-linter (https://github.com/grafana/dashboard-linter, docs/index.md) that apply, by its names.
 * The linter itself is a Go program.
 *
 * @module
 */
import type { Panel, RowPanel, VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { ExportedDashboard } from "./dashboard.ts";

/** Panels whose numbers need a unit. */
const WITH_UNITS = new Set(["gauge", "piechart", "stat", "table", "timeseries"]);

/** Says what is against the rules: nothing, when all is well. */
export function lint(dashboard: ExportedDashboard): string[] {
  const variables = dashboard.templating.list ?? [];
  const problems: string[] = [];
  if (dashboard.editable !== false) problems.push("uneditable-dashboard: editable is not false");
  problems.push(...variableProblems(variables));
  const titles = new Set<string>();
  for (const panel of dashboard.panels ?? []) {
    if (!isPanel(panel)) continue;
    const name = panel.title ?? "";
    if (titles.has(name)) problems.push(`panel-title-description: two panels are called "${name}"`);
    titles.add(name);
    problems.push(...panelProblems(panel).map((problem) => `${problem} ("${name}")`));
  }
  return problems;
}

const isPanel = (panel: Panel | RowPanel): panel is Panel => panel.type !== "row";

function variableProblems(variables: VariableModel[]): string[] {
  const problems: string[] = [];
  const sources = variables.filter(({ type }) => type === "datasource");
  if (sources.length !== 1) problems.push(`template-datasource: ${sources.length} variables, expected one`);
  for (const { name, label } of sources) {
    if (name !== "datasource") problems.push(`template-datasource: it is called ${name}, not datasource`);
    if (label !== "Data source") problems.push(`template-datasource: its label is ${label}, not Data source`);
  }
  for (const { type, name, refresh, datasource } of variables) {
    if (type !== "query") continue;
    // 2: when the time range changes.
    if (refresh !== 2) problems.push(`template-on-time-change-reload: ${name} is not asked again`);
    if (datasource?.uid !== "${datasource}") {
      problems.push(`panel-datasource: ${name} does not ask \${datasource}`);
    }
  }
  return problems;
}

function panelProblems({ type, title, description, datasource, targets = [], fieldConfig }: Panel): string[] {
  const problems: string[] = [];
  if (!title || !description) problems.push("panel-title-description: a title or a description is missing");
  if (datasource?.uid !== "${datasource}") problems.push("panel-datasource: it does not ask ${datasource}");
  if (WITH_UNITS.has(type) && !fieldConfig?.defaults.unit) problems.push("panel-units: no unit");
  if (targets.length === 0) problems.push("panel-no-targets: no query");
  for (const target of targets) {
    if ("expr" in target) problems.push(...promqlProblems(String(target.expr)));
  }
  return problems;
}

/** The rules on PromQL, of which ours needs no parser: each selector is written out. */
function promqlProblems(expression: string): string[] {
  const problems: string[] = [];
  const selectors = expression.match(/\{[^}]*\}/g) ?? [];
  if (selectors.length === 0) problems.push("panel-job-instance: no selector");
  for (const selector of selectors) {
    if (!selector.includes('job=~"$job"') || !selector.includes('instance=~"$instance"')) {
      problems.push(`panel-job-instance: ${selector} does not select job and instance`);
    }
  }
  for (const [, range] of expression.matchAll(/\[([^\]]*)\]/g)) {
    if (range !== "$__rate_interval") problems.push(`target-rate-interval: ${range}`);
  }
  return problems;
}
