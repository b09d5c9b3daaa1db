/**
 * What the Kafka log has to know.
 *
 * @module
 */
import type { ReadingBatch } from "../records.ts";

/** How to reach the cluster. */
export interface KafkaSettings {
  /** `host:port` of some brokers; they name the others. */
  brokers: string[];
  /** TLS: no, with the system's certificate authorities, or with those of a PEM file. */
  ssl: boolean | { caPath: string };
  sasl: { mechanism: "plain" | "scram-sha-256" | "scram-sha-512"; username: string; password: string } | null;
  /** Put before every topic, group and transactional id. */
  topicPrefix: string;
  /** A stream process that is silent for so long loses its partitions to others, ms. */
  sessionTimeoutMs: number;
}

export interface KafkaLogSettings extends KafkaSettings {
  /** Partitions of the topics. */
  partitions: number;
  /** Age at which records are deleted in topics we create, ms. */
  retentionMs: number;
  /** Size past which the oldest are deleted in topics we create, bytes of the whole topic. */
  retentionBytes: number;
  /** How long a closed session's state is kept, ms: as long as past readings are accepted. */
  seenMs: number;
}

/**
 * Reads what another program wrote to `raw_sensor_data`, in any of the clients' shapes.
 *
 * @param receivedAtMs the record's timestamp, ms since the Unix epoch
 * @returns valid until the next call; without readings when the message has none
 * @throws Error with what is wrong and what was expected
 */
export type ForeignReader = (message: unknown, receivedAtMs: number) => ReadingBatch;
