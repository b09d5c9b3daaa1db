/**
 * Figures in Prometheus' text format (exposition format 0.0.4).
 *
 * @module
 */

export interface Metric {
  /** Without the prefix, with the unit: `ingest_readings_total`. */
  name: string;
  help: string;
  type: "counter" | "gauge";
  /** One value, or one per label set. */
  values: number | { labels: Record<string, string>; value: number }[];
}

const PREFIX = "activity_tracker_";

/**
 * The text of `/metrics`.
 *
 * ```ts
 * import { ok } from "node:assert/strict";
 * const text = formatMetrics([{ name: "up", help: "Running", type: "gauge", values: 1 }]);
 * ok(text.endsWith("activity_tracker_up 1\n"));
 * ```
 */
export function formatMetrics(metrics: readonly Metric[]): string {
  let text = "";
  for (const { name, help, type, values } of metrics) {
    text += `# HELP ${PREFIX}${name} ${help}\n# TYPE ${PREFIX}${name} ${type}\n`;
    if (typeof values === "number") text += `${PREFIX}${name} ${values}\n`;
    else {for (const { labels, value } of values) {
        text += `${PREFIX}${name}{${formatLabels(labels)}} ${value}\n`;
      }}
  }
  return text;
}

function formatLabels(labels: Record<string, string>): string {
  return Object.entries(labels).map(([name, value]) => `${name}="${value.replaceAll(/["\\\n]/g, escape)}"`)
    .join(",");
}

const escape = (character: string) => (character === "\n" ? "\\n" : `\\${character}`);
