/**
 * Session parameters that the engine or a driver looks at.
 *
 * @module
 */

export interface Parameter {
  /** Snowflake's default. */
  value: string;
  type: "STRING" | "NUMBER" | "BOOLEAN";
}

const text = (value: string): Parameter => ({ value, type: "STRING" });
const number = (value: number): Parameter => ({ value: String(value), type: "NUMBER" });
const boolean = (value: boolean): Parameter => ({ value: String(value), type: "BOOLEAN" });

/** Source of the defaults: Snowflake, "Parameters". */
export const PARAMETERS: Record<string, Parameter> = {
  ABORT_DETACHED_QUERY: boolean(false),
  AUTOCOMMIT: boolean(true),
  BINARY_OUTPUT_FORMAT: text("HEX"),
  CLIENT_PREFETCH_THREADS: number(4),
  CLIENT_RESULT_CHUNK_SIZE: number(160),
  CLIENT_SESSION_KEEP_ALIVE: boolean(false),
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: number(3600),
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: number(65280),
  CLIENT_TELEMETRY_ENABLED: boolean(false),
  CLIENT_TIMESTAMP_TYPE_MAPPING: text("TIMESTAMP_LTZ"),
  DATE_OUTPUT_FORMAT: text("YYYY-MM-DD"),
  GO_QUERY_RESULT_FORMAT: text("JSON"),
  JDBC_QUERY_RESULT_FORMAT: text("JSON"),
  JSON_INDENT: number(2),
  /** Seconds. */
  LOCK_TIMEOUT: number(43200),
  MULTI_STATEMENT_COUNT: number(1),
  QUERY_TAG: text(""),
  STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: number(0),
  STATEMENT_TIMEOUT_IN_SECONDS: number(172_800),
  TIMESTAMP_LTZ_OUTPUT_FORMAT: text(""),
  TIMESTAMP_NTZ_OUTPUT_FORMAT: text("YYYY-MM-DD HH24:MI:SS.FF3"),
  TIMESTAMP_OUTPUT_FORMAT: text("YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM"),
  TIMESTAMP_TYPE_MAPPING: text("TIMESTAMP_NTZ"),
  TIMESTAMP_TZ_OUTPUT_FORMAT: text(""),
  TIMEZONE: text("America/Los_Angeles"),
  TIME_OUTPUT_FORMAT: text("HH24:MI:SS"),
  TRANSACTION_ABORT_ON_ERROR: boolean(false),
  USE_CACHED_RESULT: boolean(true),
  WEEK_START: number(0),
};

/** @returns the value as it is kept, or null when it is none of the parameter's type */
export function parameterValue(name: string, value: string): string | null {
  switch (PARAMETERS[name].type) {
    case "BOOLEAN":
      return /^(true|false)$/i.test(value) ? value.toLowerCase() : null;
    case "NUMBER":
      return /^\d+$/.test(value) ? value : null;
    case "STRING":
      return value;
  }
}
