/**
 * The options that a connector of version 4 takes, as far as they are known here. No registry that the tests can reach has version
 * 4, so its files are checked against this list instead of by the connector.
 *
 * @module
 */

/** Where a row was read. */
export const SOURCES = {
  /** Kafka Connect's own options, which a worker of this version lists and checks for any connector. */
  kafka: "Kafka Connect 4.1, SinkConnectorConfig",
  /** Options of version 2.5.0 (`SnowflakeSinkConnectorConfig`) that version 4 took over under the same name. */
  kept: "snowflake-kafka-connector 4.1.0, as in 2.5.0",
  /** Options that came with version 4. */
  new: "snowflake-kafka-connector 4.1.0",
  /** Options of a class that an option names. */
  plugin: "Kafka 4.1, options of the converter or the transform",
} as const;

export interface Option {
  /** A `*` at the end stands for any rest. */
  name: string;
  source: keyof typeof SOURCES;
  required?: true;
  /** All it can be, where that is a short list; in lower case, since the connector takes either. */
  values?: string[];
}

const BOOLEAN = ["true", "false"];

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
  { name: "errors.tolerance", source: "kept", values: ["none", "all"] },
  { name: "errors.log.enable", source: "kept", values: BOOLEAN },
  { name: "errors.log.include.messages", source: "kafka", values: BOOLEAN },
  { name: "errors.retry.timeout", source: "kafka" },
  { name: "errors.retry.delay.max.ms", source: "kafka" },
  { name: "errors.deadletterqueue.topic.name", source: "kept" },
  { name: "errors.deadletterqueue.topic.replication.factor", source: "kafka" },
  { name: "errors.deadletterqueue.context.headers.enable", source: "kafka", values: BOOLEAN },
  { name: "snowflake.url.name", source: "kept", required: true },
  { name: "snowflake.user.name", source: "kept", required: true },
  { name: "snowflake.role.name", source: "kept", required: true },
  { name: "snowflake.private.key", source: "kept" },
  { name: "snowflake.private.key.passphrase", source: "kept" },
  { name: "snowflake.database.name", source: "kept", required: true },
  { name: "snowflake.schema.name", source: "kept", required: true },
  { name: "snowflake.topic2table.map", source: "kept" },
  { name: "snowflake.authenticator", source: "kept", values: ["snowflake_jwt", "oauth"] },
  { name: "snowflake.oauth.*", source: "kept" },
  { name: "snowflake.jdbc.map", source: "kept" },
  { name: "snowflake.enable.schematization", source: "kept", values: BOOLEAN },
  { name: "snowflake.metadata.all", source: "kept", values: BOOLEAN },
  { name: "snowflake.metadata.topic", source: "kept", values: BOOLEAN },
  { name: "snowflake.metadata.createtime", source: "kept", values: BOOLEAN },
  { name: "snowflake.metadata.offset.and.partition", source: "kept", values: BOOLEAN },
  { name: "behavior.on.null.values", source: "kept", values: ["default", "ignore"] },
  { name: "enable.task.fail.on.authorization.errors", source: "kept", values: BOOLEAN },
  { name: "enable.mdc.logging", source: "kept", values: BOOLEAN },
  { name: "jmx", source: "kept", values: BOOLEAN },
  { name: "jvm.proxy.*", source: "kept" },
  { name: "snowflake.validation", source: "new", values: ["client_side", "server_side"] },
  { name: "snowflake.autocreate.table.type", source: "new" },
  { name: "snowflake.cache.*", source: "new" },
  {
    name: "snowflake.compatibility.enable.column.identifier.normalization",
    source: "new",
    values: BOOLEAN,
  },
  { name: "snowflake.compatibility.*", source: "new" },
  {
    name: "snowflake.streaming.validate.compatibility.with.classic",
    source: "new",
    values: BOOLEAN,
  },
  { name: "snowflake.streaming.classic.offset.migration", source: "new" },
];

/** Options of versions 2 and 3 that version 4 has no more. */
export const V4_DROPPED = [
  "buffer.count.records",
  "buffer.flush.time",
  "buffer.size.bytes",
  "snowflake.ingestion.method",
  "snowflake.streaming.max.client.lag",
  "snowflake.streaming.max.memory.limit.bytes",
  "snowflake.streaming.enable.single.buffer",
];

/** The row of an option, the one of its own name before those with a `*`; null when there is none. */
export function v4Option(name: string): Option | null {
  return V4_OPTIONS.find((option) => option.name === name) ??
    V4_OPTIONS.find((option) => option.name.endsWith("*") && name.startsWith(option.name.slice(0, -1))) ??
    null;
}

/**
 * What is wrong with a configuration by the list and by the rules between options.
 *
 * ```ts
 * import { v4Problems } from "./v4_options.ts";
 * import assert from "node:assert/strict";
 *
 * const [problem] = v4Problems({ "snowflake.validation": "maybe" });
 * assert.equal(problem, "snowflake.validation is maybe: expected client_side or server_side");
 * ```
 */
export function v4Problems(config: Record<string, string>): string[] {
  const problems: string[] = [];
  for (const [name, value] of Object.entries(config)) {
    if (V4_DROPPED.includes(name)) {
      problems.push(`${name} is an option of versions 2 and 3: expected none of them`);
      continue;
    }
    const option = v4Option(name);
    if (option === null) problems.push(`${name} is no option of version 4`);
    else if (option.values && !option.values.includes(value.toLowerCase())) {
      problems.push(`${name} is ${value}: expected ${option.values.join(" or ")}`);
    }
  }
  for (const { name, required } of V4_OPTIONS) {
    if (required && !config[name]) problems.push(`${name} is missing`);
  }
  return [...problems, ...problemsTogether(config)];
}

function problemsTogether(config: Record<string, string>): string[] {
  const problems: string[] = [];
  if (("topics" in config) === ("topics.regex" in config)) {
    problems.push("expected either topics or topics.regex");
  }
  if (config["snowflake.authenticator"]?.toLowerCase() !== "oauth" && !config["snowflake.private.key"]) {
    problems.push("snowflake.private.key is missing: without it only oauth logs in");
  }
  if (config["errors.deadletterqueue.topic.name"]) {
    if (config["errors.tolerance"] !== "all") {
      problems.push("errors.tolerance has to be all: otherwise the first dead letter ends the task");
    }
    if (config["snowflake.validation"]?.toLowerCase() !== "client_side") {
      problems.push(
        "snowflake.validation has to be client_side: on the server's side no row reaches the dead letters",
      );
    }
  }
  const topics = config.topics?.split(",") ?? [];
  for (const entry of config["snowflake.topic2table.map"]?.split(",") ?? []) {
    const topic = entry.slice(0, entry.lastIndexOf(":"));
    if (!topics.includes(topic)) {
      problems.push(`snowflake.topic2table.map names ${topic}, which is not among topics`);
    }
  }
  return problems;
}
