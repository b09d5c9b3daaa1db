/**
 * The SQL in the committed dashboards as Snowflake gets it: variables replaced as Grafana does in the browser, then macros as each
 * plugin does in its backend.
 *
 * @module
 */
import { z } from "zod";

/** What stands in a dashboard's file, as far as it is asked of Snowflake. */
const TARGET = z.union([
  z.object({ rawSql: z.string() }).transform(({ rawSql }) => rawSql),
  z.object({ queryText: z.string() }).transform(({ queryText }) => queryText),
]);
const DASHBOARD = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(TARGET) })),
  annotations: z.object({ list: z.array(z.object({ name: z.string(), target: TARGET })) }),
  templating: z.object({
    list: z.array(z.object({
      name: z.string(),
      type: z.string(),
      query: z.string(),
      allValue: z.string().optional(),
    })),
  }),
});

/** A dashboard for one of the two plugins. */
export type Plugin = "official" | "community";
export const PLUGINS: Plugin[] = ["official", "community"];

/** What whoever looks has chosen; null is All. */
export interface Choice {
  fromMs: number;
  toMs: number;
  devices: string[] | null;
  sessions: string[] | null;
}

/**
 * Every statement of a committed dashboard.
 *
 * @returns by title of the panel, name of the annotation, and `$name` of the variable
 */
export async function queriesOf(plugin: Plugin, choice: Choice): Promise<Map<string, string>> {
  const file = new URL(`../../grafana/dashboards/activity-${plugin}.json`, import.meta.url);
  const { panels, annotations, templating } = DASHBOARD.parse(JSON.parse(await Deno.readTextFile(file)));
  const all = new Map(templating.list.map(({ name, allValue }) => [name, allValue ?? ""]));
  const expand = (sql: string) => expandMacros(replaceVariables(sql, choice, all), plugin, choice);
  return new Map([
    ...panels.flatMap(({ title, targets }) => targets.map((sql) => [title, expand(sql)] as const)),
    ...annotations.list.map(({ name, target }) => [name, expand(target)] as const),
    ...templating.list.filter(({ type }) => type === "query").map(({ name, query }) =>
      [`$${name}`, expand(query)] as const
    ),
  ]);
}

/**
 * `sqlstring` quotes each value and doubles quotes in it; a variable's own value for All goes in as it is.
 * Source: Grafana, "Advanced variable format options" and "Custom all value".
 */
function replaceVariables(sql: string, choice: Choice, all: Map<string, string>): string {
  const list = (values: string[] | null, name: string) =>
    values === null ? all.get(name)! : values.map((value) => `'${value.replaceAll("'", "''")}'`).join(",");
  const values: Record<string, string> = {
    "${device:sqlstring}": list(choice.devices, "device"),
    "${session:sqlstring}": list(choice.sessions, "session"),
    "${__from}": String(choice.fromMs),
    "${__to}": String(choice.toMs),
  };
  return sql.replaceAll(/\$\{[^}]*\}/g, (name) => {
    if (!(name in values)) {
      throw new Error(`${name} stays as it is in Grafana: expected ${Object.keys(values)}`);
    }
    return values[name];
  });
}

/** A macro with arguments that hold no brackets: the community plugin reads a macro to the first closing one. */
const MACRO = /\$__(\w+)\(([^()]*)\)/g;

/** Units of `$__timeGroup` that our dashboards may use. Of weeks the community plugin makes another unit of TIME_SLICE. */
const UNITS: Record<string, { name: string; lengthS: number }> = {
  s: { name: "SECOND", lengthS: 1 },
  m: { name: "MINUTE", lengthS: 60 },
  h: { name: "HOUR", lengthS: 3600 },
};

/**
 * The two plugins differ in how they write times, so each statement is tried in both ways.
 *
 * Community: michelin/snowflake-grafana-datasource, `pkg/query/macros.go`, handleTimeFilterMacro and handleTimeGroupMacro, at tag
 * v2.1.0 and, but for white space the same, at commit 028d1d2 (2.2.0, not released then).
 * Official: its program is not public; "Macros" of the documentation's page "Snowflake query editor"
 * (grafana.com/docs/plugins/grafana-snowflake-datasource/latest/query-editor) shows one expansion of each. It shows an hour as
 * `1, 'HOUR'`; that other intervals have their own unit too is our reading.
 */
function expandMacros(sql: string, plugin: Plugin, choice: Choice): string {
  const expanded = sql.replaceAll(MACRO, (macro, name: string, inside: string) => {
    const [column, interval] = inside.split(",").map((argument) => argument.trim());
    if (name === "timeFilter") return timeFilter(plugin, column, choice);
    const [, count, unit] = /^(\d+)([smh])$/.exec(interval ?? "") ?? [];
    if (name !== "timeGroup" || unit === undefined) {
      throw new Error(`${macro} is not known: expected $__timeFilter(column) or $__timeGroup(column, 1m)`);
    }
    return timeGroup(plugin, column, Number(count), unit);
  });
  if (expanded.includes("$")) throw new Error(`A macro or a variable is left over in ${expanded}`);
  return expanded;
}

function timeFilter(plugin: Plugin, column: string, { fromMs, toMs }: Choice): string {
  const [from, to] = [fromMs, toMs].map(toRfc3339);
  if (plugin === "official") {
    const inUtc = `CONVERT_TIMEZONE('UTC', 'UTC', ${column})`;
    return `${inUtc} < '${to}' AND ${inUtc} > '${from}'`;
  }
  const utc = (time: string) => `CONVERT_TIMEZONE('UTC', 'UTC', '${time}'::timestamp_ntz)`;
  return `${column} > ${utc(from)} AND ${column} < ${utc(to)}`;
}

function timeGroup(plugin: Plugin, column: string, count: number, unit: string): string {
  const { name, lengthS } = UNITS[unit];
  return plugin === "official"
    ? `TIME_SLICE(TO_TIMESTAMP(${column}), ${count}, '${name}', 'START')`
    : `TIME_SLICE(TO_TIMESTAMP_NTZ(${column}), ${count * lengthS}, 'SECOND', 'START')`;
}

/** Go's `time.RFC3339Nano`: a fraction ends with its last digit that is not 0. */
const toRfc3339 = (ms: number) => new Date(ms).toISOString().replace(/\.?0*Z$/, "Z");
