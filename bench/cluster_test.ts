import assert from "node:assert/strict";
import { loadSettings } from "../config.ts";
import { EMBEDDED, emptyKafka, openCluster } from "./cluster.ts";

const given = loadSettings({ KAFKA_BROKERS: "kafka:9092", KAFKA_TOPIC_PREFIX: "our." }).kafka!;

Deno.test("EMBEDDED is without Kafka in an environment that has it", () => {
  const env = { KAFKA_BROKERS: "kafka:9092", KAFKA_SSL: "true", KAFKA_TOPIC_PREFIX: "our." };
  assert.equal(loadSettings({ ...env, ...EMBEDDED.env }).kafka, null);
});

Deno.test("emptyKafka() has the given cluster's brokers and, each time, topics that are new", async () => {
  await using cluster = await openCluster(given);
  const [first, second] = [emptyKafka(cluster), emptyKafka(cluster)].map(({ env }) =>
    loadSettings(env).kafka!
  );
  assert.deepEqual(first.brokers, ["kafka:9092"]);
  assert.match(first.topicPrefix, /^our\.bench-/);
  assert.notEqual(first.topicPrefix, second.topicPrefix);
});

Deno.test("openCluster() does not know what somebody else's brokers use", async () => {
  await using cluster = await openCluster(given);
  assert.equal(await cluster.usage(), null);
});

Deno.test("a certificate file is found from the server's folder too", async () => {
  await using cluster = await openCluster({ ...given, ssl: { caPath: "ca.pem" } });
  assert.equal(emptyKafka(cluster).env.KAFKA_SSL, `${Deno.cwd()}/ca.pem`);
});
