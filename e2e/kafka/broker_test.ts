/** The launcher, by Kafka's own tools. */
import assert from "node:assert/strict";
import { type KafkaCluster, startKafka } from "./broker.ts";
import { Tool } from "./java.ts";
import { liveNodes } from "./probe.ts";
import { ownKafkaTest } from "./testing.ts";

const TOPIC = "readings";
/** Nothing of a node that has died is left after this time, ms. */
const GONE_MS = 10_000;

async function createTopic({ tool, brokers }: KafkaCluster, config: string[] = []): Promise<void> {
  await tool(Tool.topics, ["--bootstrap-server", brokers[0], "--create", "--topic", TOPIC, ...config]);
}

/** Resolves when all replicas in sync have the records. */
async function produce({ tool }: KafkaCluster, brokers: string[], ...records: string[]): Promise<void> {
  const args = ["--bootstrap-server", brokers.join(","), "--topic", TOPIC, "--sync"];
  await tool(Tool.consoleProducer, args, records.join("\n") + "\n");
}

async function consume({ tool }: KafkaCluster, brokers: string[], count: number): Promise<string[]> {
  const limits = ["--from-beginning", "--max-messages", `${count}`, "--timeout-ms", "20000"];
  const args = ["--bootstrap-server", brokers.join(","), "--topic", TOPIC, ...limits];
  return (await tool(Tool.consoleConsumer, args)).trimEnd().split("\n");
}

ownKafkaTest("A node that was killed has its records when it is started again", async () => {
  await using cluster = await startKafka();
  await createTopic(cluster);
  await produce(cluster, cluster.brokers, "one", "two");
  await cluster.kill(1);
  await assert.rejects(liveNodes(portOf(cluster.brokers[0])), Deno.errors.ConnectionRefused);
  await cluster.start(1);
  await produce(cluster, cluster.brokers, "three");
  assert.deepEqual(await consume(cluster, cluster.brokers, 3), ["one", "two", "three"]);
});

ownKafkaTest("Three nodes take and give records when one of them is lost", async () => {
  await using cluster = await startKafka({ nodes: 3 });
  await createTopic(cluster, ["--partitions", "1", "--replication-factor", "3"]);
  await produce(cluster, cluster.brokers, "before");
  await cluster.kill(1);
  await produce(cluster, cluster.brokers, "after");
  assert.deepEqual(await consume(cluster, cluster.brokers, 2), ["before", "after"]);
});

ownKafkaTest("A paused node answers nothing until it is resumed", async () => {
  await using cluster = await startKafka();
  const port = portOf(cluster.brokers[0]);
  cluster.pause(1);
  await assert.rejects(liveNodes(port));
  cluster.resume(1);
  assert.deepEqual(await liveNodes(port), [1]);
});

ownKafkaTest("Users sign in by PLAIN and SCRAM, and only those with rights may read a topic", async () => {
  const sasl = { users: { admin: "admin-secret", guest: "guest-secret" }, superUsers: ["admin"] };
  await using cluster = await startKafka({ sasl });
  await createTopic(cluster);
  const list = async (mechanism: string, user: string, password: string) => {
    const path = await Deno.makeTempFile();
    const login = "org.apache.kafka.common.security";
    const module = mechanism === "PLAIN" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
    const lines = [
      "security.protocol=SASL_PLAINTEXT",
      `sasl.mechanism=${mechanism}`,
      `sasl.jaas.config=${login}.${module} required username="${user}" password="${password}";`,
    ];
    try {
      await Deno.writeTextFile(path, lines.join("\n"));
      const server = ["--bootstrap-server", cluster.sasl[0], "--command-config", path];
      return (await cluster.tool(Tool.topics, [...server, "--list"])).trim();
    } finally {
      await Deno.remove(path);
    }
  };
  assert.equal(await list("PLAIN", "admin", "admin-secret"), TOPIC);
  assert.equal(await list("SCRAM-SHA-512", "admin", "admin-secret"), TOPIC);
  assert.equal(await list("SCRAM-SHA-256", "guest", "guest-secret"), "");
  await assert.rejects(list("SCRAM-SHA-256", "guest", "wrong"), /SaslAuthenticationException/);
});

ownKafkaTest("The TLS listener shows a certificate that is valid for 127.0.0.1", async () => {
  await using cluster = await startKafka({ ssl: true });
  const address = { hostname: "127.0.0.1", port: portOf(cluster.ssl[0]) };
  const caCerts = [await Deno.readTextFile(cluster.caPath)];
  using trusting = await Deno.connectTls({ ...address, caCerts });
  await trusting.handshake();
  await assert.rejects(Deno.connectTls(address).then((strange) => strange.handshake()), /certificate/);
});

ownKafkaTest("A node that cannot start says why", async () => {
  await assert.rejects(startKafka({ properties: { "num.partitions": "none" } }), /num\.partitions/);
});

ownKafkaTest("Nodes end, and their folder goes, when their process is killed", async () => {
  const program = `
    import { startKafka } from ${JSON.stringify(new URL("broker.ts", import.meta.url).href)};
    const { brokers, caPath } = await startKafka({ ssl: true });
    console.log(JSON.stringify({ broker: brokers[0], caPath }));
    setTimeout(() => {}, 1 << 30);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { broker, caPath } = JSON.parse((await reader.read()).value ?? "");
  assert.deepEqual(await liveNodes(portOf(broker)), [1]);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  const deadlineMs = performance.now() + GONE_MS;
  const isGone = () => Deno.stat(caPath).then(() => false, (error) => error instanceof Deno.errors.NotFound);
  while (!await isGone()) {
    assert.ok(performance.now() < deadlineMs, `${caPath} is still there`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await assert.rejects(liveNodes(portOf(broker)), Deno.errors.ConnectionRefused);
});

function portOf(address: string): number {
  return Number(address.split(":")[1]);
}
