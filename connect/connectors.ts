/**
 * Configuration of the connectors that load the two topics into Snowflake by Kafka Connect.
 *
 * @module
 */
import type { ActivityRecord } from "../log/records.ts";
import type { SnowflakeSettings } from "../sinks/snowflake/settings.ts";
import {
  ACTIVITY_RECORDS,
  DATABASE,
  type Table,
  USER_ACTIVITY_PROCESSED,
} from "../sinks/snowflake/tables.ts";

/** `v3` is for versions 2 and 3 of Snowflake's connector, whose options are the same; `v4` has other ones. */
export const VERSIONS = ["v3", "v4"] as const;
export type Version = (typeof VERSIONS)[number];

/** What `POST /connectors` of a worker takes. */
export interface Connector {
  name: string;
  config: Record<string, string>;
}

/** The settings in force, as far as they matter here. */
export interface ConnectorSettings {
  /** Put before the names of topics. */
  topicPrefix: string;
  /** Null: placeholders that the worker's environment fills. */
  snowflake: Pick<SnowflakeSettings, "account" | "url" | "user" | "role" | "passphrase"> | null;
}

/**
 * The column of each field of a processed record. Snowflake upper-cases an unquoted name but knows nothing of camel case, so
 * `messageId` would be loaded into MESSAGEID.
 */
const COLUMNS: Record<keyof ActivityRecord, string> = {
  messageId: "MESSAGE_ID",
  sessionId: "SESSION_ID",
  deviceId: "DEVICE_ID",
  timestamp: "TIMESTAMP",
  magnitude: "MAGNITUDE",
  activity: "ACTIVITY",
  windowStart: "WINDOW_START",
  windowMs: "WINDOW_MS",
  magnitudeStd: "MAGNITUDE_STD",
  cadenceHz: "CADENCE_HZ",
  readings: "READINGS",
  coverage: "COVERAGE",
  confidence: "CONFIDENCE",
  gravityRemoved: "GRAVITY_REMOVED",
  thresholdsVersion: "THRESHOLDS_VERSION",
};

/** What a column of type TIMESTAMP_NTZ takes from every version: without an offset, and so UTC. */
const TIMESTAMP_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSS";
const TRANSFORMS = "org.apache.kafka.connect.transforms";

/** The worker reads the key from this file itself, so that it is in no configuration. Where Docker has secrets. */
const PRIVATE_KEY = "${directory:/run/secrets:snowflake_key}";
const PASSPHRASE = "${env:SNOWFLAKE_PRIVATE_KEY_PASSPHRASE}";

const CLASSES: Record<Version, string> = {
  v3: "com.snowflake.kafka.connector.SnowflakeSinkConnector",
  v4: "com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector",
};

/** What only one of the versions knows. */
const INGESTION: Record<Version, Record<string, string>> = {
  // Without it records go through files, and a rebalance loads some of them twice.
  v3: { "snowflake.ingestion.method": "SNOWPIPE_STREAMING" },
  v4: {
    // The connector may insert and nothing else; without the tables it has to fail, not to make other ones.
    "snowflake.autocreate.table.type": "none",
    // On Snowflake's side a row that does not fit would go to a table of errors and not to the dead letters.
    "snowflake.validation": "client_side",
    "snowflake.compatibility.enable.column.identifier.normalization": "true",
    // The check is for those who come from version 3 and keep its positions.
    "snowflake.streaming.validate.compatibility.with.classic": "false",
  },
};

/**
 * The two connectors of one version.
 *
 * ```ts
 * import { connectors } from "./connectors.ts";
 * import assert from "node:assert/strict";
 *
 * const { raw } = connectors("v4", { topicPrefix: "tracker.", snowflake: null });
 * assert.equal(raw.config.topics, "tracker.raw_sensor_data");
 * assert.equal(raw.config["snowflake.url.name"], "${env:SNOWFLAKE_URL}");
 * ```
 */
export function connectors(
  version: Version,
  settings: ConnectorSettings,
): { raw: Connector; processed: Connector } {
  return {
    raw: connector("activity-raw", "raw_sensor_data", ACTIVITY_RECORDS, version, settings, {
      "snowflake.enable.schematization": "false",
    }),
    processed: connector(
      "activity-processed",
      "processed_activity",
      USER_ACTIVITY_PROCESSED,
      version,
      settings,
      {
        "snowflake.enable.schematization": "true",
        ...transforms(),
      },
    ),
  };
}

function connector(
  name: string,
  topicName: string,
  table: Table,
  version: Version,
  { topicPrefix, snowflake }: ConnectorSettings,
  ofTable: Record<string, string>,
): Connector {
  const topic = topicPrefix + topicName;
  return {
    name: topicPrefix === "" ? name : `${name}-${withoutDots(topicPrefix)}`,
    config: {
      "connector.class": CLASSES[version],
      "tasks.max": "1",
      "topics": topic,
      "snowflake.topic2table.map": `${topic}:${table.name}`,
      ...login(snowflake),
      "snowflake.database.name": DATABASE,
      "snowflake.schema.name": table.schema,
      ...INGESTION[version],
      ...ofTable,
      "key.converter": "org.apache.kafka.connect.storage.StringConverter",
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "false",
      // processed_activity is written in transactions: records of aborted ones must not be loaded.
      "consumer.override.isolation.level": "read_committed",
      "consumer.override.auto.offset.reset": "earliest",
      "behavior.on.null.values": "IGNORE",
      "enable.task.fail.on.authorization.errors": "true",
      "errors.tolerance": "all",
      "errors.log.enable": "true",
      "errors.deadletterqueue.topic.name": `${topic}.snowflake.dlq`,
      "errors.deadletterqueue.topic.replication.factor": "1",
      "errors.deadletterqueue.context.headers.enable": "true",
    },
  };
}

/** A name with other characters than letters, digits, underscores and hyphens the connector replaces by one of its own making. */
const withoutDots = (prefix: string) => prefix.replaceAll(".", "_");

function login(snowflake: ConnectorSettings["snowflake"]): Record<string, string> {
  const [url, user, role] = snowflake === null
    ? ["${env:SNOWFLAKE_URL}", "${env:SNOWFLAKE_USER}", "${env:SNOWFLAKE_ROLE}"]
    : [
      snowflake.url ?? `https://${snowflake.account}.snowflakecomputing.com`,
      snowflake.user,
      snowflake.role,
    ];
  const encrypted = snowflake === null || snowflake.passphrase !== null;
  return {
    "snowflake.url.name": url,
    "snowflake.user.name": user,
    "snowflake.role.name": role,
    "snowflake.private.key": PRIVATE_KEY,
    ...(encrypted ? { "snowflake.private.key.passphrase": PASSPHRASE } : {}),
  };
}

/** Names the fields as the columns are named, and turns milliseconds into what can be nothing but a time. */
function transforms(): Record<string, string> {
  const times = USER_ACTIVITY_PROCESSED.columns.filter(({ name, type }) =>
    type.startsWith("TIMESTAMP") && Object.values(COLUMNS).includes(name)
  ).map(({ name }) => ({ alias: camelCase(name), name }));
  return {
    "transforms": ["columns", ...times.map(({ alias }) => alias)].join(","),
    "transforms.columns.type": `${TRANSFORMS}.ReplaceField$Value`,
    "transforms.columns.renames": Object.entries(COLUMNS).map(([field, column]) => `${field}:${column}`)
      .join(","),
    ...Object.assign(
      {},
      ...times.map(({ alias, name }) => ({
        [`transforms.${alias}.type`]: `${TRANSFORMS}.TimestampConverter$Value`,
        [`transforms.${alias}.field`]: name,
        [`transforms.${alias}.target.type`]: "string",
        [`transforms.${alias}.format`]: TIMESTAMP_FORMAT,
      })),
    ),
  };
}

const camelCase = (column: string) =>
  column.toLowerCase().replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/**
 * Every file that `deno task connect` writes: its path in the folder, and its text.
 */
export function connectorFiles(settings: ConnectorSettings): Map<string, string> {
  const files = new Map<string, string>();
  for (const version of VERSIONS) {
    for (const [name, content] of Object.entries(connectors(version, settings))) {
      files.set(`${version}/${name}.json`, JSON.stringify(content, null, 2) + "\n");
    }
  }
  return files;
}
