/**
 * Every setting of the program: name, meaning, default, bounds. Nothing else reads the environment.
 *
 * @module
 */
import { parseEnv } from "node:util";
import { z } from "zod";
import {
  ACCOUNT,
  addressesOf,
  brokersOf,
  HOST_NAME,
  IDENTIFIER,
  integer,
  isAddress,
  isBroker,
  isLoopback,
  isMqttUrl,
  isOriginOrEmpty,
  isSnowflakeUrl,
  isTopicFilter,
  setting,
  type SettingInfo,
} from "./config/forms.ts";
import { type Environment, unknownNames } from "./config/names.ts";
import type { KafkaSettings } from "./log/kafka/settings.ts";
import type { MqttSettings } from "./ingest/mqtt/settings.ts";
import type { SnowflakeSettings } from "./sinks/snowflake/settings.ts";

/** The settings, checked. Built by {@linkcode loadSettings}. */
export interface Settings {
  host: string;
  /** 0 lets the system choose a free one. */
  port: number;
  dataDir: string;
  windowMs: number;
  slideMs: number;
  latenessMs: number;
  sessionIdleMs: number;
  retentionMs: number;
  retentionBytes: number;
  partitions: number;
  /** Whether `/sensor-data` takes readings without a device key. */
  openIngest: boolean;
  /** Whether phones are served over TLS too: `start --lan`. */
  lan: boolean;
  /** Where, with `lan`; 0 lets the system choose a free one. */
  tlsPort: number;
  /** The origin that phones and people use, for example "https://tracker.example.org"; null: this machine's addresses. */
  publicUrl: string | null;
  /** Peers whose X-Forwarded headers are believed. */
  trustedProxies: string[];
  maxPastMs: number;
  /** Where the log is; null: embedded, in `dataDir`. */
  kafka: KafkaSettings | null;
  /** Broker whose messages are taken in as well; null: none. */
  mqtt: MqttSettings | null;
  /** Where records are loaded to as well; null: nowhere. */
  snowflake: SnowflakeSettings | null;
}

const DAY_MS = 86_400_000;
/** A session keeps one pane per slide of a window, so this bounds its memory. */
const MAX_PANES = 60;

/** Kafka's topic names have at most 249 characters; the rest of ours fits into what this leaves. */
const MAX_PREFIX_LENGTH = 200;
/** Kafka's own bounds of a session timeout (`group.min.session.timeout.ms` and `.max.`) are 6 s and 30 min; tests lower the first. */
const SESSION_TIMEOUT_MS = { min: 1000, max: 1_800_000, standard: 6000 };

/** Past this the records that wait, as text, take more memory than a small machine can spare, bytes. */
const MAX_BUFFER_BYTES = 2 ** 28;
/** The connector's own least flush time, s: Snowflake is no place for single records. */
const FLUSH_TIME_S = { min: 10, max: 86_400, standard: 600 };

/** The one description of every setting, in the order they are printed. */
const SCHEMA = z.object({
  HOST: setting(z.string().regex(HOST_NAME), "127.0.0.1", {
    description: "Address to listen on; 0.0.0.0 for every network of this machine",
    expected: "an address or host name without scheme and port",
    example: "0.0.0.0",
  }),
  PORT: integer(0, 65_535, 8000, "TCP port to listen on; 0 for any free one"),
  DATA_DIR: setting(z.string().min(1), "./data", {
    description: "Folder of the log and the read model",
    expected: "a folder",
    example: "./data",
  }),
  WINDOW_MS: integer(1000, 600_000, 5000, "Length of a window, ms"),
  SLIDE_MS: integer(100, 600_000, 1000, "Distance between the starts of two windows, ms; divides WINDOW_MS"),
  LATENESS_MS: integer(
    0,
    600_000,
    2000,
    "How long a window waits for late readings, ms of the phone's clock",
  ),
  SESSION_IDLE_MS: integer(1000, DAY_MS, 30_000, "Silence after which a session is closed, ms"),
  RETENTION_MS: integer(60_000, 3650 * DAY_MS, 7 * DAY_MS, "Age at which readings are deleted, ms"),
  RETENTION_BYTES: integer(2 ** 26, 2 ** 46, 10 * 2 ** 30, "Size of the log past which the oldest go, bytes"),
  PARTITIONS: integer(1, 64, 4, "Partitions of the log; fixed once it exists"),
  INGEST_OPEN: setting(z.enum(["auto", "true", "false"]), "auto", {
    description: "Whether phones may post without a key; auto: only while HOST is this machine alone",
    expected: "auto, true or false",
    example: "auto",
  }),
  TLS_PORT: integer(0, 65_535, 8443, "TCP port for phones over TLS, with start --lan; 0 for any free one"),
  PUBLIC_URL: setting(z.string().refine(isOriginOrEmpty), "", {
    description: "Address that phones and people use when it is not this machine's, such as that of a proxy",
    expected: "http or https, a host and perhaps a port, without a path",
    example: "https://tracker.example.org",
  }),
  TRUSTED_PROXIES: setting(z.string().refine((list) => addressesOf(list).every(isAddress)), "", {
    description: "Reverse proxies whose X-Forwarded-For, -Proto and -Host are believed",
    expected: "IP addresses, several separated by commas",
    example: "127.0.0.1",
  }),
  MAX_PAST_MS: integer(60_000, 365 * DAY_MS, 7 * DAY_MS, "Oldest reading that is accepted, ms before now"),
  KAFKA_BROKERS: setting(z.string().refine((list) => list === "" || brokersOf(list).every(isBroker)), "", {
    description: "Some of the Kafka brokers that hold the log; without, the log is in DATA_DIR",
    expected: "host:port, several separated by commas",
    example: "localhost:9092",
  }),
  KAFKA_SSL: setting(z.string(), "false", {
    description: "Whether to speak TLS with Kafka",
    expected: "true, false or the path of a file of certificate authorities in PEM",
    example: "true",
  }),
  KAFKA_SASL_MECHANISM: setting(z.enum(["", "plain", "scram-sha-256", "scram-sha-512"]), "", {
    description: "How to log in to Kafka; without, nobody logs in",
    expected: "plain, scram-sha-256 or scram-sha-512",
    example: "scram-sha-512",
  }),
  KAFKA_SASL_USERNAME: setting(z.string(), "", {
    description: "Kafka user",
    expected: "a name",
    example: "activity-tracker",
  }),
  KAFKA_SASL_PASSWORD: setting(z.string(), "", {
    description: "The Kafka user's password",
    expected: "a password",
    example: "secret",
    secret: true,
  }),
  KAFKA_TOPIC_PREFIX: setting(z.string().max(MAX_PREFIX_LENGTH).regex(/^[a-zA-Z0-9._-]*$/), "", {
    description: "Put before the names of topics and groups: several trackers can share a cluster",
    expected: `up to ${MAX_PREFIX_LENGTH} letters, digits, dots, underscores and hyphens`,
    example: "tracker.",
  }),
  KAFKA_SESSION_TIMEOUT_MS: integer(
    SESSION_TIMEOUT_MS.min,
    SESSION_TIMEOUT_MS.max,
    SESSION_TIMEOUT_MS.standard,
    "Silence after which others take over a stream process's partitions, ms",
  ),
  MQTT_URL: setting(z.string().refine((url) => url === "" || isMqttUrl(url)), "", {
    description: "MQTT broker whose messages are taken in as well; without, none are",
    expected: "mqtt://, mqtts://, ws:// or wss:// and the broker's address, without user and password",
    example: "mqtts://broker.example.org:8883",
  }),
  MQTT_USERNAME: setting(z.string(), "", {
    description: "User of the broker; without, nobody logs in",
    expected: "a name",
    example: "activity-tracker",
  }),
  MQTT_PASSWORD: setting(z.string(), "", {
    description: "That user's password",
    expected: "a password",
    example: "secret",
    secret: true,
  }),
  MQTT_TOPIC: setting(z.string().refine(isTopicFilter), "sensor-logger/#", {
    description: "What phones publish to; # stands for all levels below, + for any one",
    expected: "a topic filter of MQTT",
    example: "sensor-logger/#",
  }),
  MQTT_CLIENT_ID: setting(z.string().regex(/^[\x21-\x7e]{0,65}$/), "", {
    description: "Our name at the broker, which keeps messages for it; without, one that DATA_DIR keeps",
    expected: "up to 65 letters, digits and signs; another one for every process",
    example: "activity-tracker-1",
  }),
  SNOWFLAKE_ACCOUNT: setting(z.string().regex(ACCOUNT), "", {
    description: "Snowflake account that records are loaded into; without, none are",
    expected: "ORGANISATION-ACCOUNT",
    example: "MYORG-MYACCOUNT",
  }),
  SNOWFLAKE_USER: setting(z.string().regex(IDENTIFIER), "ACTIVITY_SINK", {
    description: "Snowflake user that loads",
    expected: "a name",
    example: "ACTIVITY_SINK",
  }),
  SNOWFLAKE_ROLE: setting(z.string().regex(IDENTIFIER), "ACTIVITY_LOADER", {
    description: "Its role",
    expected: "a name",
    example: "ACTIVITY_LOADER",
  }),
  SNOWFLAKE_WAREHOUSE: setting(z.string().regex(IDENTIFIER), "ACTIVITY_WH", {
    description: "Warehouse that loads; it may sleep in between",
    expected: "a name",
    example: "ACTIVITY_WH",
  }),
  SNOWFLAKE_PRIVATE_KEY_PATH: setting(z.string(), "", {
    description: "File of the user's private key",
    expected: "the path of a PEM file (PKCS#8)",
    example: "./rsa_key.p8",
  }),
  SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: setting(z.string(), "", {
    description: "Passphrase of that file",
    expected: "a passphrase",
    example: "secret",
    secret: true,
  }),
  SNOWFLAKE_URL: setting(z.string().refine((url) => url === "" || isSnowflakeUrl(url)), "", {
    description: "Where the account answers when it is not https://ACCOUNT.snowflakecomputing.com",
    expected: "https://HOST, or http:// of this machine for a local one",
    example: "https://myorg-myaccount.privatelink.snowflakecomputing.com",
  }),
  SNOWFLAKE_BUFFER_FLUSH_TIME: integer(
    FLUSH_TIME_S.min,
    FLUSH_TIME_S.max,
    FLUSH_TIME_S.standard,
    "Longest that a record waits to be loaded with others, s: each load wakes the warehouse",
  ),
  SNOWFLAKE_BUFFER_COUNT_RECORDS: integer(
    1,
    1_000_000,
    50_000,
    "Records that are loaded before that time has passed",
  ),
  SNOWFLAKE_BUFFER_SIZE_BYTES: integer(
    100_000,
    MAX_BUFFER_BYTES,
    2 ** 26,
    "Their size that is loaded before that time has passed, bytes",
  ),
});

type Name = keyof typeof SCHEMA.shape;
/** The names of all settings. */
export const SETTING_NAMES = Object.keys(SCHEMA.shape) as Name[];
const DEFAULTS = SCHEMA.parse({});

/** Says which settings are wrong, what they were and what they should be. */
export class SettingsError extends Error {
  override name = "SettingsError";
  constructor(readonly problems: string[]) {
    super(`${problems.length === 1 ? "a setting is" : "settings are"} wrong:\n  ${problems.join("\n  ")}`);
  }
}

/** What is known about one setting. */
export function describeSetting(name: Name): SettingInfo {
  return SCHEMA.shape[name].meta() as unknown as SettingInfo;
}

/**
 * Checks settings and fills in the defaults.
 *
 * @param env environment variables; those without a name or prefix of ours are left alone
 * @param dotEnv content of a `.env` file; `env` goes before it, and every name in it must be a setting
 * @returns the settings
 * @throws SettingsError naming every wrong setting at once
 *
 * ```ts
 * import { loadSettings } from "./config.ts";
 * import assert from "node:assert/strict";
 *
 * const settings = loadSettings({ PORT: "9000" });
 * assert.equal(settings.port, 9000);
 * assert.equal(settings.windowMs, 5000);
 * ```
 */
export function loadSettings(env: Environment, dotEnv: Environment = {}): Settings {
  const problems = unknownNames(SETTING_NAMES, env, dotEnv);
  const parsed = SCHEMA.safeParse(givenSettings(env, dotEnv));
  if (!parsed.success) {
    const wrong = new Set(parsed.error.issues.map((issue) => issue.path[0] as Name));
    for (const name of wrong) problems.push(wrongValue(name, (env[name] || dotEnv[name])!));
    throw new SettingsError(problems);
  }
  const v = parsed.data;
  if (v.WINDOW_MS % v.SLIDE_MS !== 0 || v.WINDOW_MS / v.SLIDE_MS > MAX_PANES) {
    problems.push(
      `SLIDE_MS is ${v.SLIDE_MS}: expected a divisor of WINDOW_MS (${v.WINDOW_MS}), at most ${MAX_PANES} in a ` +
        `window, for example SLIDE_MS=1000 with WINDOW_MS=5000`,
    );
  }
  problems.push(...kafkaProblems(v), ...snowflakeProblems(v), ...mqttProblems(v));
  if (problems.length > 0) throw new SettingsError(problems);
  return {
    host: v.HOST,
    port: v.PORT,
    dataDir: v.DATA_DIR,
    windowMs: v.WINDOW_MS,
    slideMs: v.SLIDE_MS,
    latenessMs: v.LATENESS_MS,
    sessionIdleMs: v.SESSION_IDLE_MS,
    retentionMs: v.RETENTION_MS,
    retentionBytes: v.RETENTION_BYTES,
    partitions: v.PARTITIONS,
    lan: false,
    tlsPort: v.TLS_PORT,
    publicUrl: v.PUBLIC_URL === "" ? null : new URL(v.PUBLIC_URL).origin,
    trustedProxies: addressesOf(v.TRUSTED_PROXIES),
    openIngest: v.INGEST_OPEN === "true" || (v.INGEST_OPEN === "auto" && isLoopback(v.HOST)),
    maxPastMs: v.MAX_PAST_MS,
    kafka: v.KAFKA_BROKERS === "" ? null : kafkaSettings(v),
    mqtt: v.MQTT_URL === "" ? null : mqttSettings(v),
    snowflake: v.SNOWFLAKE_ACCOUNT === "" ? null : snowflakeSettings(v),
  };
}

type Values = z.output<typeof SCHEMA>;

/** Complains of settings that mean nothing without another one. */
function withoutMain(v: Values, prefix: string, main: Name, what: string): string[] {
  const given = SETTING_NAMES.filter((name) =>
    name.startsWith(prefix) && String(v[name]) !== String(DEFAULTS[name])
  );
  if (given.length === 0) return [];
  return [
    `${given.join(", ")} ${given.length === 1 ? "is" : "are"} set without ${main}: expected ${what} too, ` +
    `for example ${main}=${describeSetting(main).example}`,
  ];
}

/** What is wrong with the Kafka settings together. */
function kafkaProblems(v: Values): string[] {
  if (v.KAFKA_BROKERS === "") return withoutMain(v, "KAFKA_", "KAFKA_BROKERS", "the brokers' addresses");
  const login = ["KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"] as const;
  const missing = login.filter((name) => v[name] === "");
  if (missing.length === 0 || missing.length === login.length) return [];
  const given = login.filter((name) => v[name] !== "");
  return [
    `${given.join(" and ")} ${given.length === 1 ? "is" : "are"} set without ${missing.join(" and ")}: ` +
    `expected all three or none, for example ${
      missing.map((name) => `${name}=${describeSetting(name).example}`).join(" ")
    }`,
  ];
}

function kafkaSettings(v: Values): KafkaSettings {
  const mechanism = v.KAFKA_SASL_MECHANISM;
  const ssl = v.KAFKA_SSL;
  return {
    brokers: brokersOf(v.KAFKA_BROKERS),
    ssl: ssl === "true" || (ssl === "false" ? false : { caPath: ssl }),
    sasl: mechanism === ""
      ? null
      : { mechanism, username: v.KAFKA_SASL_USERNAME, password: v.KAFKA_SASL_PASSWORD },
    topicPrefix: v.KAFKA_TOPIC_PREFIX,
    sessionTimeoutMs: v.KAFKA_SESSION_TIMEOUT_MS,
  };
}

/** What is wrong with the MQTT settings together. */
function mqttProblems(v: Values): string[] {
  if (v.MQTT_URL === "") return withoutMain(v, "MQTT_", "MQTT_URL", "the broker's address");
  if ((v.MQTT_USERNAME === "") === (v.MQTT_PASSWORD === "")) return [];
  const [given, missing] = v.MQTT_USERNAME === ""
    ? ["MQTT_PASSWORD", "MQTT_USERNAME"] as const
    : ["MQTT_USERNAME", "MQTT_PASSWORD"] as const;
  const { example } = describeSetting(missing);
  return [`${given} is set without ${missing}: expected both or neither, for example ${missing}=${example}`];
}

function mqttSettings(v: Values): MqttSettings {
  const { MQTT_USERNAME: username, MQTT_PASSWORD: password } = v;
  return {
    url: v.MQTT_URL,
    login: username === "" ? null : { username, password },
    topic: v.MQTT_TOPIC,
    clientId: v.MQTT_CLIENT_ID || null,
  };
}

/** What is wrong with the Snowflake settings together. */
function snowflakeProblems(v: Values): string[] {
  if (v.SNOWFLAKE_ACCOUNT === "") return withoutMain(v, "SNOWFLAKE_", "SNOWFLAKE_ACCOUNT", "the account");
  if (v.SNOWFLAKE_PRIVATE_KEY_PATH !== "") return [];
  return [
    "SNOWFLAKE_ACCOUNT is set without SNOWFLAKE_PRIVATE_KEY_PATH: expected the file of the user's key too, for example " +
    `SNOWFLAKE_PRIVATE_KEY_PATH=${describeSetting("SNOWFLAKE_PRIVATE_KEY_PATH").example}`,
  ];
}

function snowflakeSettings(v: Values): SnowflakeSettings {
  return {
    account: v.SNOWFLAKE_ACCOUNT,
    user: v.SNOWFLAKE_USER,
    role: v.SNOWFLAKE_ROLE,
    warehouse: v.SNOWFLAKE_WAREHOUSE,
    privateKeyPath: v.SNOWFLAKE_PRIVATE_KEY_PATH,
    passphrase: v.SNOWFLAKE_PRIVATE_KEY_PASSPHRASE || null,
    url: v.SNOWFLAKE_URL || null,
    bufferCountRecords: v.SNOWFLAKE_BUFFER_COUNT_RECORDS,
    bufferSizeBytes: v.SNOWFLAKE_BUFFER_SIZE_BYTES,
    bufferFlushMs: v.SNOWFLAKE_BUFFER_FLUSH_TIME * 1000,
  };
}

/**
 * Prints settings as lines of `KEY=value  # source`, secrets replaced by `***`. Meant for settings that
 * {@linkcode loadSettings} accepts.
 */
export function printConfig(env: Environment, dotEnv: Environment = {}): string {
  return SETTING_NAMES.map((name) => {
    const given = env[name] || dotEnv[name];
    const source = env[name] ? "environment" : dotEnv[name] ? ".env" : "default";
    const value = given && describeSetting(name).secret ? "***" : given ?? DEFAULTS[name];
    // What follows a # is a comment, unless it is quoted.
    const text = String(value).includes("#") ? `"${value}"` : value;
    return `${name}=${text}  # ${source}`;
  }).join("\n");
}

/**
 * Reads the `.env` file of the working directory.
 *
 * @returns its names and values; nothing when there is no such file
 */
export function readDotEnv(path = ".env"): Environment {
  try {
    return parseEnv(Deno.readTextFileSync(path)) as Environment;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

function givenSettings(env: Environment, dotEnv: Environment): Environment {
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, env[name] || dotEnv[name] || undefined]));
}

function wrongValue(name: Name, value: string): string {
  const { expected, example, secret } = describeSetting(name);
  return `${name} is ${
    secret ? "wrong" : JSON.stringify(value)
  }: expected ${expected}, for example ${name}=${example}`;
}
