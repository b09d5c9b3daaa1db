/**
 * What one process does: all of it, or a part where Kafka joins several.
 *
 * @module
 */
import type { Settings } from "../config.ts";
import { UsageError } from "./usage.ts";

/** `web`: takes readings, pages, API. `stream`: classifies. `snowflake`: loads both topics into Snowflake. */
export type Role = "web" | "stream" | "snowflake";

const ROLES: readonly string[] = ["web", "stream", "snowflake"] satisfies Role[];
const EXPECTED = "expected web, stream, snowflake or several of them, for example --roles web,stream";

/**
 * Reads `--roles`.
 *
 * @param text what was given; undefined: everything that is set up
 * @throws UsageError when a role is unknown, or something was asked for that the settings do not allow
 */
export function parseRoles(
  text: string | undefined,
  { kafka, snowflake }: Pick<Settings, "kafka" | "snowflake">,
): Set<Role> {
  if (text === undefined) return new Set(snowflake ? ["web", "stream", "snowflake"] : ["web", "stream"]);
  const roles = new Set<Role>();
  for (const role of text.split(",").map((part) => part.trim())) {
    if (!isRole(role)) throw new UsageError(`--roles is ${JSON.stringify(text)}: ${EXPECTED}`);
    roles.add(role);
  }
  if (roles.has("snowflake") && !snowflake) {
    throw new UsageError(
      `--roles ${text} without Snowflake: set SNOWFLAKE_ACCOUNT and SNOWFLAKE_PRIVATE_KEY_PATH, or leave snowflake out`,
    );
  }
  if (!(roles.has("web") && roles.has("stream")) && !kafka) {
    throw new UsageError(
      `--roles ${text} without Kafka: a part alone needs a log that others can reach; set KAFKA_BROKERS, for example ` +
        "KAFKA_BROKERS=localhost:9092, or leave --roles out",
    );
  }
  return roles;
}

const isRole = (text: string): text is Role => ROLES.includes(text);
