/**
 * Which names in an environment are meant for us, and which of those are wrong.
 *
 * @module
 */
import { nearest } from "./nearest.ts";

/** Names and values as the operating system or a `.env` file gives them. An empty value counts as not set. */
export type Environment = Record<string, string | undefined>;

/**
 * An environment variable with such a start is meant for us, so a wrong rest is a mistake worth stopping for.
 */
const OUR_PREFIXES = [
  "WINDOW_",
  "SLIDE_",
  "LATENESS_",
  "SESSION_",
  "RETENTION_",
  "INGEST_",
  "MAX_PAST_",
  "KAFKA_",
  "SNOWFLAKE_",
  "MQTT_",
];
/**
 * What others set for every program: desktops (X11 session management), Kafka's own scripts (KAFKA_HEAP_OPTS), Kubernetes
 * where a service is called kafka or mqtt (KAFKA_PORT_9092_TCP), and Snowflake's command line and drivers.
 */
const FOREIGN = new RegExp(
  "^(SESSION_MANAGER|KAFKA_(HOME|(\\w+_)?OPTS|PORT(_\\w+)?|SERVICE_\\w+)|MQTT_(PORT(_\\w+)?|SERVICE_\\w+)|" +
    "SNOWFLAKE_(HOME|CONNECTIONS_\\w+|DEFAULT_CONNECTION_NAME|DISABLE_\\w+))$",
);

/**
 * Complains of names that are meant for us and are no setting.
 *
 * @param settings names of all
 * @param env environment variables; those without a prefix of ours are left alone
 * @param dotEnv content of a `.env` file
 */
export function unknownNames(settings: readonly string[], env: Environment, dotEnv: Environment): string[] {
  const known = new Set(settings);
  const ours = Object.keys(env).filter((name) =>
    !FOREIGN.test(name) && OUR_PREFIXES.some((prefix) => name.startsWith(prefix))
  );
  const problems: string[] = [];
  for (const name of new Set([...ours, ...Object.keys(dotEnv)])) {
    if (known.has(name)) continue;
    const where = name in env ? "" : " in .env";
    const near = nearest(name, settings);
    problems.push(
      `${name}${where} is no setting` +
        (near ? `: did you mean ${near}?` : `: expected one of ${settings.join(", ")}`),
    );
  }
  return problems;
}
