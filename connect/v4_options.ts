/**
 * The options that version 4.1.0 of the connector takes, from its source. No registry that the tests can reach has
 * version 4, so its files are checked against this list instead of by the connector.
 *
 * @module
 */

/**
 * Where a row was read. The connector's files are those of github.com/snowflakedb/snowflake-kafka-connector, tag v4.1.0 (commit
 * 35e977b), in src/main/java/com/snowflake/kafka/connector; their options have their names in
 * `Constants.KafkaConnectorConfigParams`.
 */
export const SOURCES = {
  /** Options that a worker takes for any connector. */
  kafka: "Kafka Connect 4.1, ConnectorConfig and SinkConnectorConfig",
  /** Options of a class that an option names. */
  plugin: "Kafka 4.1, options of the converter or the transform",
  /** Options whose values a worker checks too. */
  defined: "config/ConnectorConfigDefinition.java, getConfig()",
  /** Options that the connector reads though it does not define them: a worker lets any value through. */
  read: "config/SinkTaskConfig.java, builderFrom()",
} as const;

export interface Option {
  /** A `*` at the end stands for any rest. */
  name: string;
  source: keyof typeof SOURCES;
  /** Of `Constants.KafkaConnectorConfigParams`; the connector's own options have one. */
  constant?: string;
  required?: true;
  /** All it can be, where that is a short list; in lower case. */
  values?: string[];
  /** Whether the values have to be in lower case: the connector takes the others either way. */
  exactly?: true;
}

const BOOLEAN = ["true", "false"];

/** The connector's own options by their constant, so that each can be looked up. */
function own(
  source: "defined" | "read",
  options: Record<string, Omit<Option, "source" | "constant">>,
): Option[] {
  return Object.entries(options).map(([constant, option]) => ({ ...option, source, constant }));
}

export const V4_OPTIONS: Option[] = [
  { name: "connector.class", source: "kafka", required: true },
  { name: "tasks.max", source: "kafka" },
  { name: "topics", source: "kafka" },
  { name: "topics.regex", source: "kafka" },
  { name: "key.converter", source: "kafka" },
  { name: "value.converter", source: "kafka" },
  { name: "header.converter", source: "kafka" },
  { name: "key.converter.*", source: "plugin" },
  { name: "value.converter.*", source: "plugin" },
  { name: "transforms", source: "kafka" },
  { name: "transforms.*", source: "plugin" },
  { name: "predicates", source: "kafka" },
  { name: "predicates.*", source: "plugin" },
  { name: "consumer.override.*", source: "kafka" },
  { name: "config.action.reload", source: "kafka", values: ["none", "restart"] },
  { name: "errors.log.include.messages", source: "kafka", values: BOOLEAN },
  { name: "errors.retry.timeout", source: "kafka" },
  { name: "errors.retry.delay.max.ms", source: "kafka" },
  { name: "errors.deadletterqueue.topic.replication.factor", source: "kafka" },
  { name: "errors.deadletterqueue.context.headers.enable", source: "kafka", values: BOOLEAN },
  ...own("defined", {
    SNOWFLAKE_URL_NAME: { name: "snowflake.url.name", required: true },
    SNOWFLAKE_USER_NAME: { name: "snowflake.user.name", required: true },
    SNOWFLAKE_PRIVATE_KEY: { name: "snowflake.private.key" },
    SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: { name: "snowflake.private.key.passphrase" },
    SNOWFLAKE_DATABASE_NAME: { name: "snowflake.database.name", required: true },
    SNOWFLAKE_SCHEMA_NAME: { name: "snowflake.schema.name", required: true },
    SNOWFLAKE_ROLE_NAME: { name: "snowflake.role.name", required: true },
    SNOWFLAKE_AUTHENTICATOR: { name: "snowflake.authenticator", values: ["snowflake_jwt", "oauth"] },
    SNOWFLAKE_OAUTH_CLIENT_ID: { name: "snowflake.oauth.client.id" },
    SNOWFLAKE_OAUTH_CLIENT_SECRET: { name: "snowflake.oauth.client.secret" },
    SNOWFLAKE_OAUTH_REFRESH_TOKEN: { name: "snowflake.oauth.refresh.token" },
    SNOWFLAKE_OAUTH_TOKEN_ENDPOINT: { name: "snowflake.oauth.token.endpoint" },
    SNOWFLAKE_OAUTH_INCLUDE_SCOPE: { name: "snowflake.oauth.include.scope", values: BOOLEAN },
    SNOWFLAKE_OAUTH_SCOPE: { name: "snowflake.oauth.scope" },
    JVM_PROXY_HOST: { name: "jvm.proxy.host" },
    JVM_PROXY_PORT: { name: "jvm.proxy.port" },
    JVM_NON_PROXY_HOSTS: { name: "jvm.nonProxy.hosts" },
    JVM_PROXY_USERNAME: { name: "jvm.proxy.username" },
    JVM_PROXY_PASSWORD: { name: "jvm.proxy.password" },
    SNOWFLAKE_METADATA_ALL: { name: "snowflake.metadata.all", values: BOOLEAN },
    SNOWFLAKE_METADATA_CREATETIME: { name: "snowflake.metadata.createtime", values: BOOLEAN },
    SNOWFLAKE_METADATA_TOPIC: { name: "snowflake.metadata.topic", values: BOOLEAN },
    SNOWFLAKE_METADATA_OFFSET_AND_PARTITION: {
      name: "snowflake.metadata.offset.and.partition",
      values: BOOLEAN,
    },
    SNOWFLAKE_STREAMING_METADATA_CONNECTOR_PUSH_TIME: {
      name: "snowflake.streaming.metadata.connectorPushTime",
      values: BOOLEAN,
    },
    SNOWFLAKE_FEATURE_STRUCTURED_HEADERS: { name: "snowflake.feature.structured.headers", values: BOOLEAN },
    SNOWFLAKE_STREAMING_VALIDATE_COMPATIBILITY_WITH_CLASSIC: {
      name: "snowflake.streaming.validate.compatibility.with.classic",
      values: BOOLEAN,
    },
    SNOWFLAKE_TOPICS2TABLE_MAP: { name: "snowflake.topic2table.map" },
    SNOWFLAKE_VALIDATION: {
      name: "snowflake.validation",
      values: ["client_side", "server_side"],
      exactly: true,
    },
    SNOWFLAKE_SSV1_OFFSET_MIGRATION: {
      name: "snowflake.streaming.classic.offset.migration",
      values: ["skip", "best_effort", "strict"],
      exactly: true,
    },
    SNOWFLAKE_SSV1_OFFSET_MIGRATION_INCLUDE_CONNECTOR_NAME: {
      name: "snowflake.streaming.classic.offset.migration.include.connector.name",
      values: BOOLEAN,
    },
    BEHAVIOR_ON_NULL_VALUES: { name: "behavior.on.null.values", values: ["default", "ignore"] },
    JMX_OPT: { name: "jmx", values: BOOLEAN },
    SNOWFLAKE_STREAMING_CLIENT_PROVIDER_OVERRIDE_MAP: {
      name: "snowflake.streaming.client.provider.override.map",
    },
    ERRORS_TOLERANCE_CONFIG: { name: "errors.tolerance", values: ["none", "all"] },
    ERRORS_LOG_ENABLE_CONFIG: { name: "errors.log.enable", values: BOOLEAN },
    ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG: { name: "errors.deadletterqueue.topic.name" },
    ENABLE_MDC_LOGGING_CONFIG: { name: "enable.mdc.logging", values: BOOLEAN },
    ENABLE_TASK_FAIL_ON_AUTHORIZATION_ERRORS: {
      name: "enable.task.fail.on.authorization.errors",
      values: BOOLEAN,
    },
    SNOWFLAKE_COMPATIBILITY_ENABLE_AUTOGENERATED_TABLE_NAME_SANITIZATION: {
      name: "snowflake.compatibility.enable.autogenerated.table.name.sanitization",
      values: BOOLEAN,
    },
    SNOWFLAKE_COMPATIBILITY_ENABLE_COLUMN_IDENTIFIER_NORMALIZATION: {
      name: "snowflake.compatibility.enable.column.identifier.normalization",
      values: BOOLEAN,
    },
    SNOWFLAKE_ENABLE_SCHEMATIZATION: { name: "snowflake.enable.schematization", values: BOOLEAN },
    SNOWFLAKE_AUTOCREATE_TABLE_TYPE: {
      name: "snowflake.autocreate.table.type",
      values: ["snowflake", "iceberg", "none"],
      exactly: true,
    },
    SNOWFLAKE_ICEBERG_CREATE_TABLE_OPTIONS: { name: "snowflake.iceberg.create.table.options" },
    CACHE_TABLE_EXISTS: { name: "snowflake.cache.table.exists", values: BOOLEAN },
    CACHE_TABLE_EXISTS_EXPIRE_MS: { name: "snowflake.cache.table.exists.expire.ms" },
    CACHE_PIPE_EXISTS: { name: "snowflake.cache.pipe.exists", values: BOOLEAN },
    CACHE_PIPE_EXISTS_EXPIRE_MS: { name: "snowflake.cache.pipe.exists.expire.ms" },
    SNOWFLAKE_TOPIC2TABLE_MAP_REGEX_REPLACEMENT: {
      name: "snowflake.topic2table.map.regex.replacement",
      values: BOOLEAN,
    },
  }),
  ...own("read", {
    SNOWFLAKE_JDBC_MAP: { name: "snowflake.jdbc.map" },
    SNOWFLAKE_OPEN_CHANNEL_IO_THREADS: { name: "snowflake.open.channel.io.threads" },
    SNOWFLAKE_FEATURE_ASSERT_PARTITION_ASSIGNMENT: {
      name: "snowflake.feature.assert.partition.assignment",
      values: BOOLEAN,
    },
    SNOWFLAKE_FEATURE_PRECOMMIT_CLIENT_RECOVERY: {
      name: "snowflake.feature.precommit.client.recovery",
      values: BOOLEAN,
    },
    SNOWFLAKE_FEATURE_VALIDATION_ERROR_TABLE_NAME: {
      name: "snowflake.feature.validation.error.table.name",
      values: BOOLEAN,
    },
    SNOWFLAKE_FEATURE_NORMALIZE_TIME: { name: "snowflake.feature.normalize.time", values: BOOLEAN },
    SNOWFLAKE_FEATURE_STRUCTURED_RECORD_METADATA: {
      name: "snowflake.feature.structured.record.metadata.enabled",
      values: BOOLEAN,
    },
    PROMETHEUS_ENABLE: { name: "snowflake.streaming.metrics.prometheus.enable", values: BOOLEAN },
    PROMETHEUS_PORT: { name: "snowflake.streaming.metrics.prometheus.port" },
    PROMETHEUS_HOST: { name: "snowflake.streaming.metrics.prometheus.host" },
  }),
];

/** Options of version 3.5.4 (`SnowflakeSinkConnectorConfig.java` of tag v3.5.4) that version 4.1.0 has no more. */
export const V4_DROPPED = [
  "buffer.count.records",
  "buffer.flush.time",
  "buffer.size.bytes",
  "enable.streaming.channel.offset.migration",
  "enable.streaming.channel.offset.verification",
  "enable.streaming.client.optimization",
  "provider",
  "snowflake.ingestion.method",
  "snowflake.snowpipe.stageFileNameExtensionEnabled",
  "snowflake.snowpipe.v1Cleaner.enable.reprocessFiles.cleanup",
  "snowflake.snowpipe.v2CleanerEnabled",
  "snowflake.snowpipe.v2CleanerIntervalSeconds",
  "snowflake.snowpipe.v2CleanerThreads",
  "snowflake.streaming.channel.name.include.connector.name",
  "snowflake.streaming.closeChannelsInParallel.enabled",
  "snowflake.streaming.enable.single.buffer",
  "snowflake.streaming.iceberg.enabled",
  "snowflake.streaming.max.client.lag",
  "snowflake.streaming.max.memory.limit.bytes",
];

/** The row of an option, the one of its own name before those with a `*`; null when there is none. */
export function v4Option(name: string): Option | null {
  return V4_OPTIONS.find((option) => option.name === name) ??
    V4_OPTIONS.find((option) => option.name.endsWith("*") && name.startsWith(option.name.slice(0, -1))) ??
    null;
}
