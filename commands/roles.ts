/**
 * What one process does: all of it, or a part where Kafka joins several.
 *
 * @module
 */
import { UsageError } from "./usage.ts";

/** `web`: takes readings, pages, API. `stream`: classifies. */
export type Role = "web" | "stream";

const ROLES: readonly string[] = ["web", "stream"] satisfies Role[];
const EXPECTED = "expected web, stream or both, for example --roles web,stream";

/**
 * Reads `--roles`.
 *
 * @param text what was given; undefined: everything
 * @param usesKafka whether the log is one that several processes can share
 * @throws UsageError when a role is unknown, or a part was asked for without Kafka
 */
export function parseRoles(text: string | undefined, usesKafka: boolean): Set<Role> {
  if (text === undefined) return new Set(["web", "stream"]);
  const roles = new Set<Role>();
  for (const role of text.split(",").map((part) => part.trim())) {
    if (role === "snowflake") {
      throw new UsageError(`--roles has snowflake, which is not in this version yet: ${EXPECTED}`);
    }
    if (!isRole(role)) throw new UsageError(`--roles is ${JSON.stringify(text)}: ${EXPECTED}`);
    roles.add(role);
  }
  if (roles.size < ROLES.length && !usesKafka) {
    throw new UsageError(
      `--roles ${text} without Kafka: a part alone needs a log that others can reach; set KAFKA_BROKERS, for example ` +
        "KAFKA_BROKERS=localhost:9092, or leave --roles out",
    );
  }
  return roles;
}

const isRole = (text: string): text is Role => ROLES.includes(text);
