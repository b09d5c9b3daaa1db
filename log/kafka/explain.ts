/**
 * What a failure of Kafka means, and which setting or right to look at. The same cause gives the same text, without names of
 * requests or times: people are shown it for as long as it lasts, and several parts of a process fail of the same cause at once.
 *
 * @module
 */
import type { KafkaSettings } from "./settings.ts";

/** An error whose message already says what to do. */
export class Advice extends Error {
  override name = "Advice";
}

/** What kafkajs says of an error beside its message. */
interface KafkaErrorLike {
  name: string;
  message: string;
  type?: string;
  code?: string | number;
  cause?: unknown;
  originalError?: unknown;
  errors?: unknown[];
}

/** The error at the bottom: kafkajs wraps those it gave up on. */
export function rootError(error: unknown): KafkaErrorLike {
  let root = error as KafkaErrorLike;
  for (let depth = 0; depth < 8; depth++) {
    const inner = root.cause ?? root.originalError ?? root.errors?.[0];
    if (typeof inner !== "object" || inner === null) break;
    root = inner as KafkaErrorLike;
  }
  return root;
}

/** Whether the user lacks a right. */
export function isRefusal(error: unknown): boolean {
  return /_AUTHORIZATION_FAILED$/.test(rootError(error).type ?? "");
}

const LOGIN = "KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD";

/** @returns what is wrong, and which setting or right of the cluster to look at */
export function explain(error: unknown, settings: KafkaSettings): string {
  const root = rootError(error);
  if (root instanceof Advice) return root.message;
  return ofLogin(root, settings) ?? ofRight(root, settings) ?? ofTopics(root, settings) ??
    ofTls(root, settings) ??
    ofConnection(root, settings) ??
    `Kafka says: ${root.type ? `${root.type}: ` : ""}${root.message ?? error}`;
}

function ofLogin({ name, type, message }: KafkaErrorLike, { sasl, brokers }: KafkaSettings): string | null {
  if (type === "ILLEGAL_SASL_STATE") {
    return `the listener at KAFKA_BROKERS=${brokers} takes no login: leave ${LOGIN} out, or name the port of the one that does`;
  }
  if (type === "UNSUPPORTED_SASL_MECHANISM" || /mechanism is not supported/i.test(message)) {
    return `Kafka does not let anyone log in by KAFKA_SASL_MECHANISM=${sasl?.mechanism}: expected one of its listener's ` +
      "sasl.enabled.mechanisms, for example KAFKA_SASL_MECHANISM=scram-sha-512";
  }
  if (name !== "KafkaJSSASLAuthenticationError" && type !== "SASL_AUTHENTICATION_FAILED") return null;
  // kafkajs takes a connection that is lost during the login for a refusal, and keeps no more of it than its message.
  if (/failed: (Closed connection|Connection |Request .* timed out)/.test(message)) return null;
  return `Kafka refused the login of ${sasl?.username}: check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, and that the user has ` +
    `a password for KAFKA_SASL_MECHANISM=${sasl?.mechanism}`;
}

/** What the user needs of the kind of thing that was refused. */
function needOf(type: string | undefined, prefix: string): { what: string; options: string } {
  const id = `${prefix}activity-tracker`;
  switch (type) {
    case "GROUP_AUTHORIZATION_FAILED":
      return { what: `groups such as ${id} and ${id}-snowflake`, options: `--operation Read --group ${id}` };
    case "TRANSACTIONAL_ID_AUTHORIZATION_FAILED":
      return {
        what: `transactional ids such as ${id}-0 and ${prefix}activity_control`,
        options: `--operation Write --transactional-id ${id} --transactional-id ${prefix}activity_control`,
      };
    default: {
      const topics = ["raw_sensor_data", "processed_activity", "activity_"].map((name) =>
        ` --topic ${prefix}${name}`
      );
      const what = `topics such as ${prefix}raw_sensor_data`;
      return { what, options: `--operation Read --operation Write${topics.join("")}` };
    }
  }
}

function ofRight(root: KafkaErrorLike, { sasl, topicPrefix, brokers }: KafkaSettings): string | null {
  if (!isRefusal(root)) return null;
  const user = sasl?.username ?? "ANONYMOUS";
  const noName = sasl ? "" : " (KAFKA_SASL_USERNAME is not set)";
  const { what, options } = needOf(root.type, topicPrefix);
  return `the Kafka user ${user}${noName} lacks a right on ${what}: give it with kafka-acls.sh --bootstrap-server ${brokers} ` +
    `--add --allow-principal User:${user} --resource-pattern-type prefixed ${options}, or set KAFKA_SASL_USERNAME to a user ` +
    "who has it";
}

function ofTopics({ type }: KafkaErrorLike, { topicPrefix }: KafkaSettings): string | null {
  switch (type) {
    case "NOT_ENOUGH_REPLICAS":
    case "NOT_ENOUGH_REPLICAS_AFTER_APPEND":
      return "too few brokers hold the topic's records: start the missing brokers, or lower the topic's min.insync.replicas";
    case "UNKNOWN_TOPIC_OR_PARTITION":
      return `a topic such as ${topicPrefix}raw_sensor_data, or one of its partitions, is gone: was it deleted? A restart ` +
        "makes it again where the cluster lets us; KAFKA_TOPIC_PREFIX chooses other topics";
    default:
      return null;
  }
}

function ofTls({ message }: KafkaErrorLike, { ssl, brokers }: KafkaSettings): string | null {
  if (ssl === false) return null;
  if (/certificate|altname/i.test(message)) {
    const reason = message.replace(/^Connection error: /, "");
    return `the certificate of KAFKA_BROKERS=${brokers} is not trusted (${reason}): expected KAFKA_SSL to be the file of the ` +
      "authority that signed it, for example KAFKA_SSL=/etc/kafka/ca.pem, and the brokers to be named as in the certificate";
  }
  if (!/secure TLS connection|wrong version|corrupt message|ssl routines/i.test(message)) return null;
  return `what answers at KAFKA_BROKERS=${brokers} does not speak TLS: set KAFKA_SSL=false, or name the port of Kafka's TLS listener`;
}

function ofConnection({ name, message, code }: KafkaErrorLike, settings: KafkaSettings): string | null {
  const { brokers, ssl, sasl } = settings;
  const at = `KAFKA_BROKERS=${brokers}`;
  const listener = [
    ...(ssl === false ? ["one with TLS needs KAFKA_SSL=true"] : []),
    ...(sasl === null ? [`one that asks for a login ${LOGIN}`] : []),
  ].join(", ");
  if (/ENOTFOUND|EAI_AGAIN|getaddrinfo/.test(`${code} ${message}`)) {
    return `a host name of ${at}, or one that a broker there has as its advertised.listeners, is not known here: check the ` +
      "spelling, and the network's DNS";
  }
  if (code === "ECONNREFUSED") {
    return `nothing listens at ${at}, or at what a broker there has as its advertised.listeners: is Kafka running, and is this ` +
      "its host and port?";
  }
  if (/closed|ECONNRESET|EPIPE/i.test(`${name} ${message} ${code}`)) {
    return `what answers at ${at} closes the connection: is Kafka running there, and is it the right listener?` +
      (listener && ` (${listener})`);
  }
  const isSilent =
    /timeout|timed out|not connected|Connection|NoBroker|BrokerNotFound/i.test(`${name} ${message}`) ||
    typeof code === "string";
  if (!isSilent) return null;
  return `no Kafka broker answers at ${at}: is Kafka running, is the address reachable from here, and is it the right listener?` +
    (listener && ` (${listener})`);
}
