/**
 * The data sources a dashboard can be for, and how each of them wants a query.
 *
 * @module
 */
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";

export interface DataSource {
  /** The plugin's id. */
  type: string;
  name: string;
  /** Oldest version that these dashboards were written for; empty: any. */
  version: string;
}

/** In Grafana Cloud, and in Grafana Enterprise with a licence. Which version brought what we use is not public. */
export const OFFICIAL: DataSource = { type: "grafana-snowflake-datasource", name: "Snowflake", version: "" };

/** By Michelin, for any Grafana. */
export const COMMUNITY: DataSource = {
  type: "michelin-snowflake-datasource",
  name: "Snowflake",
  version: "2.1.0",
};

export const PROMETHEUS: DataSource = { type: "prometheus", name: "Prometheus", version: "1.0.0" };

/** The data source that whoever looks has chosen: unlike an import's input this also works when provisioned. */
export const chosen = ({ type }: DataSource): DataSourceRef => ({ type, uid: "${datasource}" });

/** `timeSeries`: a column "time" and one numeric column per line. In it, strings would become names of lines. */
export type Shape = "table" | "timeSeries";

/** Values of `format` in the official plugin's queries. */
const OFFICIAL_FORMAT: Record<Shape, number> = { timeSeries: 0, table: 1 };

/** Values of `queryType` in the community plugin's queries; without one a panel says "No data". */
const COMMUNITY_TYPE: Record<Shape, string> = { timeSeries: "time series", table: "table" };

/**
 * The SDK knows no Snowflake queries.
 *
 * @param source one of the two Snowflake plugins
 */
export function snowflakeQuery(source: DataSource, sql: string, shape: Shape): Builder<Dataquery> {
  const common = { refId: "A", datasource: chosen(source) };
  const query = source === OFFICIAL
    ? { ...common, rawSql: sql, format: OFFICIAL_FORMAT[shape] }
    // Any other `fillMode` adds rows of nulls, and with them a line without a name.
    : { ...common, queryText: sql, queryType: COMMUNITY_TYPE[shape], timeColumns: ["time"], fillMode: "" };
  return { build: () => ({ ...query, _implementsDataqueryVariant: () => {} }) };
}
