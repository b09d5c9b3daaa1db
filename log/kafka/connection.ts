/**
 * Reaching the cluster: one place that makes kafkajs clients.
 *
 * @module
 */
import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { type ISocketFactory, Kafka, type KafkaConfig, logLevel, type RetryOptions } from "kafkajs";
import KafkaCluster from "kafkajs/src/cluster/index.js";
import { Advice } from "./explain.ts";
import "./patches.ts";
import type { KafkaSettings } from "./settings.ts";

/** What a broker is asked through a cluster; see `reader.ts` for how answers are read. */
export interface Broker {
  connectionPool: { send(protocolRequest: unknown): Promise<unknown> };
}

/** The part of kafkajs's cluster object, which its public interface hides, that reading partitions without a group needs. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  fetchTopicsOffset(
    topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
}

/** In `user.id` quotas and broker logs. */
const CLIENT_ID = "activity-tracker";
/** A broker in the same network answers a connection within milliseconds, one across the world within half a second, ms. */
const CONNECT_TIMEOUT_MS = 3000;
/** An answer that takes longer belongs to a broker that is stuck, ms. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Topics seldom move; a moved one is found by the error it gives, ms. */
const METADATA_MAX_AGE_MS = 60_000;
/** One round of tries, about 2 s: what goes on longer is retried by whoever asked, and seen in the log's trouble. */
const RETRY: RetryOptions = { initialRetryTime: 50, maxRetryTime: 500, retries: 6 };

/** Opens a socket; a test can cut them. */
export const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  socket.setKeepAlive(true, 60_000);
  // kafkajs leaves Nagle's algorithm on, which delays small requests by up to 40 ms.
  socket.setNoDelay(true);
  // Every request that waits for the connection listens for it; kafkajs bounds how many do.
  socket.setMaxListeners(0);
  return socket;
};

/** Makes clients that share the settings, not the sockets. */
export class Connection {
  readonly kafka: Kafka;
  readonly #config: KafkaConfig;

  /** @throws Advice when the file of certificate authorities cannot be read */
  constructor(readonly settings: KafkaSettings, socketFactory: ISocketFactory = openSocket) {
    const { brokers, sasl } = settings;
    this.#config = {
      clientId: CLIENT_ID,
      brokers,
      ssl: sslOf(settings),
      ...(sasl ? { sasl: sasl as KafkaConfig["sasl"] } : {}),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      authenticationTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: RETRY,
      socketFactory,
      // Every failure also comes as an exception or an event, and those are told with what to check.
      logLevel: logLevel.NOTHING,
    };
    this.kafka = new Kafka(this.#config);
  }

  /** A client of its own for reading partitions; answers with records wait on one socket, all others on a second. */
  newCluster(): Cluster {
    const { clientId, brokers, ssl, sasl, retry, socketFactory } = this.#config;
    return new KafkaCluster({
      clientId,
      brokers,
      ssl: ssl || undefined,
      sasl,
      retry,
      socketFactory,
      logger: this.kafka.logger(),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      authenticationTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      enforceRequestTimeout: true,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      isolationLevel: 1,
    }) as unknown as Cluster;
  }

  /** Name of a topic, group or transactional id in this cluster. */
  name(plain: string): string {
    return this.settings.topicPrefix + plain;
  }
}

function sslOf({ ssl }: KafkaSettings): KafkaConfig["ssl"] {
  if (typeof ssl === "boolean") return ssl;
  try {
    return { ca: [Deno.readTextFileSync(ssl.caPath)] };
  } catch (error) {
    throw new Advice(
      `KAFKA_SSL is ${ssl.caPath}, which cannot be read (${
        (error as Error).message
      }): expected true, false or a file of ` +
        "certificate authorities in PEM, for example KAFKA_SSL=/etc/kafka/ca.pem",
    );
  }
}
