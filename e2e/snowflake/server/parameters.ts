/**
 * Session parameters that drivers read from every answer: how to show values, and that results come as JSON.
 * Source: Snowflake, "Parameters"; those it does not list are in the drivers' sources.
 *
 * @module
 */

type Value = string | number | boolean;

export interface Parameter {
  name: string;
  value: Value;
}

const DEFAULTS: Record<string, Value> = {
  AUTOCOMMIT: true,
  BINARY_OUTPUT_FORMAT: "HEX",
  CLIENT_PREFETCH_THREADS: 4,
  CLIENT_RESULT_CHUNK_SIZE: 160,
  CLIENT_SESSION_KEEP_ALIVE: false,
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: 65280,
  CLIENT_TELEMETRY_ENABLED: false,
  CLIENT_TIMESTAMP_TYPE_MAPPING: "TIMESTAMP_LTZ",
  DATE_OUTPUT_FORMAT: "YYYY-MM-DD",
  GO_QUERY_RESULT_FORMAT: "JSON",
  JDBC_QUERY_RESULT_FORMAT: "JSON",
  QUERY_CONTEXT_CACHE_SIZE: 5,
  QUERY_RESULT_FORMAT: "JSON",
  SERVICE_NAME: "",
  TIME_OUTPUT_FORMAT: "HH24:MI:SS",
  TIMESTAMP_LTZ_OUTPUT_FORMAT: "",
  TIMESTAMP_NTZ_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3",
  TIMESTAMP_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM",
  TIMESTAMP_TZ_OUTPUT_FORMAT: "",
  TIMEZONE: "America/Los_Angeles",
};

/** @param session those of the session that differ, as text */
export function parametersOf(session: ReadonlyMap<string, string>): Parameter[] {
  return Object.entries(DEFAULTS).map(([name, value]) => {
    const own = session.get(name);
    return { name, value: own === undefined ? value : toKind(own, value) };
  });
}

/** Drivers read each with the type it has by default. */
function toKind(text: string, like: Value): Value {
  if (typeof like === "boolean") return text.toLowerCase() === "true";
  return typeof like === "number" ? Number(text) : text;
}
