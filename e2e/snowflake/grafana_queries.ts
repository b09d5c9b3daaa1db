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

/** A macro with arguments that hold no brackets: neither plugin reads others right. */
const MACRO = /\$__(\w+)\(([^()]*)\)/g;

const UNITS_S: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * The two plugins differ in how they write times, so each statement is tried in both ways.
 * Sources: "Macros" in the README of michelin/snowflake-grafana-datasource 2.2.0; "Macros" in Grafana's page on the Snowflake
 * data source, whose program is not public: what it says a macro does, in the most usual words.
 */
function expandMacros(sql: string, plugin: Plugin, { fromMs, toMs }: Choice): string {
  const expanded = sql.replaceAll(MACRO, (macro, name: string, inside: string) => {
    const [column, interval] = inside.split(",").map((argument) => argument.trim());
    if (name === "timeFilter") return timeFilter(plugin, column, fromMs, toMs);
    const [, count, unit] = /^'(\d+)([smhd])'$/.exec(interval ?? "") ?? [];
    if (name !== "timeGroup" || unit === undefined) {
      throw new Error(`${macro} is not known: expected $__timeFilter(column) or $__timeGroup(column, '1m')`);
    }
    const value = plugin === "community"
      ? `TO_TIMESTAMP_NTZ(${column})`
      : `CONVERT_TIMEZONE('UTC', 'UTC', ${column})`;
    return `TIME_SLICE(${value}, ${Number(count) * UNITS_S[unit]}, 'SECOND', 'START')`;
  });
  if (expanded.includes("$")) throw new Error(`A macro or a variable is left over in ${expanded}`);
  return expanded;
}

function timeFilter(plugin: Plugin, column: string, fromMs: number, toMs: number): string {
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
  if (plugin === "official") {
    return `${column} >= '${from}'::TIMESTAMP_NTZ AND ${column} <= '${to}'::TIMESTAMP_NTZ`;
  }
  const utc = (time: string) => `CONVERT_TIMEZONE('UTC', 'UTC', '${time}'::timestamp_ntz)`;
  return `${column} > ${utc(from)} AND ${column} < ${utc(to)}`;
}
