/**
 * What a test cluster's nodes are configured with.
 *
 * @module
 */

/** A SASL_PLAINTEXT listener, and rights that have to be given. */
export interface Sasl {
  /** Password of each user, who may sign in by PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. Letters and digits. */
  users: Record<string, string>;
  /** Those who may do everything; the others need ACLs. */
  superUsers?: string[];
}

/** Ports on 127.0.0.1. */
export interface Ports {
  plaintext: number;
  controller: number;
  sasl: number;
  ssl: number;
}

/** The password of the key store, which holds nothing worth protecting. */
export const STORE_PASSWORD = "changeit";

const SCRAM = ["SCRAM-SHA-256", "SCRAM-SHA-512"];

/** What every node has, whatever its place. */
function common(nodes: number): Record<string, string> {
  const replicas = `${nodes}`;
  const inSync = nodes === 1 ? "1" : "2";
  return {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",
    "default.replication.factor": replicas,
    "min.insync.replicas": inSync,
    // A start is quicker with 4 partitions of each internal topic than with 50.
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": replicas,
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": inSync,
    "share.coordinator.state.topic.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": inSync,
    // The first member of a group starts at once; a test's dead member is missed soon.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
    // A dead node is replaced, and one that was killed may come back, after this time instead of 9 s. A busy machine with three
    // nodes looks dead sooner.
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": nodes === 1 ? "2000" : "4000",
    // A quarter of the heap by default.
    "log.cleaner.dedupe.buffer.size": `${16 * 1024 * 1024}`,
  };
}

/** PLAINTEXT counts as User:ANONYMOUS, a super user: it is how nodes talk and how tests give rights. */
function withSasl({ users, superUsers = [] }: Sasl): Record<string, string> {
  const plain = Object.entries(users).map(([name, password]) => ` user_${name}="${password}"`).join("");
  const login = "org.apache.kafka.common.security";
  return {
    "sasl.enabled.mechanisms": ["PLAIN", ...SCRAM].join(","),
    "listener.name.sasl_plaintext.plain.sasl.jaas.config":
      `${login}.plain.PlainLoginModule required${plain};`,
    ...Object.fromEntries(
      SCRAM.map((mechanism) => [
        `listener.name.sasl_plaintext.${mechanism.toLowerCase()}.sasl.jaas.config`,
        `${login}.scram.ScramLoginModule required;`,
      ]),
    ),
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
    "super.users": ["ANONYMOUS", ...superUsers].map((user) => `User:${user}`).join(";"),
  };
}

/**
 * The properties of one node.
 *
 * @param id from 1
 * @param ports of every node
 * @param sasl asks for the SASL_PLAINTEXT listener
 * @param keyStore asks for the SSL listener
 */
export function propertiesOf(
  id: number,
  ports: Ports[],
  sasl: Sasl | undefined,
  keyStore: string | undefined,
): Record<string, string> {
  const own = ports[id - 1];
  const listeners = [`PLAINTEXT://127.0.0.1:${own.plaintext}`, `CONTROLLER://127.0.0.1:${own.controller}`];
  if (sasl) listeners.push(`SASL_PLAINTEXT://127.0.0.1:${own.sasl}`);
  if (keyStore) listeners.push(`SSL://127.0.0.1:${own.ssl}`);
  return {
    ...common(ports.length),
    "node.id": `${id}`,
    "controller.quorum.voters": ports.map(({ controller }, i) => `${i + 1}@127.0.0.1:${controller}`).join(
      ",",
    ),
    "listeners": listeners.join(","),
    "listener.security.protocol.map":
      "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL",
    ...(sasl ? withSasl(sasl) : {}),
    ...(keyStore ? { "ssl.keystore.location": keyStore, "ssl.keystore.password": STORE_PASSWORD } : {}),
  };
}

/** Arguments of `kafka-storage format` that make the users of SCRAM, whose passwords the cluster keeps itself. */
export function scramArgs(sasl: Sasl | undefined): string[] {
  return Object.entries(sasl?.users ?? {}).flatMap(([name, password]) =>
    SCRAM.flatMap((mechanism) => ["--add-scram", `${mechanism}=[name=${name},password=${password}]`])
  );
}
