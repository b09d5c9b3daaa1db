/**
 * Reaching a real broker with wrong settings and with right ones: what people are told, and what they are not.
 */
import assert from "node:assert/strict";
import { postReadings, until } from "../client.ts";
import { inTempDir } from "../engines.ts";
import { type KafkaCluster, startKafka } from "./broker.ts";
import { ownKafkaTest } from "./testing.ts";
import { classified, messageOf, readiness } from "./tracker.ts";
import { endOfStart, startServer } from "../server.ts";

type Env = Record<string, string>;

/** A start that fails says so by then, ms; a broker that takes connections but answers nothing is given 10 s. */
const FAILS_WITHIN_MS = 20_000;
const PASSWORD = "correcthorsebatterystaple";
const USER = "tracker";

let shared: Promise<KafkaCluster> | null = null;

/** One broker for all tests of the file; it ends with them. */
const kafka = () =>
  shared ??= startKafka({
    ssl: true,
    sasl: { users: { [USER]: PASSWORD }, superUsers: [USER] },
  });

const login = (mechanism: string, username = USER, password = PASSWORD): Env => ({
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: username,
  KAFKA_SASL_PASSWORD: password,
});

/** Every start with these settings fails with one message, which is returned. */
async function refusals(cases: Record<string, Env>): Promise<Map<string, string>> {
  const entries = Object.entries(cases).map(async ([name, env]): Promise<[string, string]> => {
    const startedMs = performance.now();
    const { code, stdout, stderr } = await endOfStart(env, ["--roles", "stream"]);
    assert.equal(code, 2, `${name}: ${stderr}`);
    assert.equal(stdout, "", name);
    assert.match(stderr, /^start: [^\n]+\n\nSee: deno task start --help\n$/, `${name} is told in one line`);
    assert.ok(!stderr.includes(PASSWORD), name);
    assert.ok(performance.now() - startedMs < FAILS_WITHIN_MS, `${name} is told in time`);
    return [name, stderr];
  });
  return new Map(await Promise.all(entries));
}

ownKafkaTest("A wrong address is told with the settings to check", async () => {
  const { ssl, brokers } = await kafka();
  await using http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("no"));
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const web = `127.0.0.1:${http.addr.port}`;
  const told = await refusals({
    "nobody there": { KAFKA_BROKERS: "127.0.0.1:1" },
    "no such host": { KAFKA_BROKERS: "kafka.invalid:9092" },
    "a web server": { KAFKA_BROKERS: web },
    "nobody answers": { KAFKA_BROKERS: `127.0.0.1:${mute.addr.port}` },
    "TLS is expected": { KAFKA_BROKERS: ssl[0] },
    "TLS is not expected": { KAFKA_BROKERS: brokers[0], KAFKA_SSL: "true" },
  });
  const expected = {
    "nobody there": /nothing listens at KAFKA_BROKERS=127\.0\.0\.1:1,/,
    "no such host": /host name of KAFKA_BROKERS=kafka\.invalid:9092/,
    "a web server":
      /KAFKA_BROKERS=127\.0\.0\.1:\d+ closes the connection.*KAFKA_SSL=true.*KAFKA_SASL_MECHANISM/,
    "nobody answers": /no Kafka broker answers at KAFKA_BROKERS=127\.0\.0\.1:\d+:/,
    "TLS is expected": /KAFKA_SSL=true/,
    "TLS is not expected": /does not speak TLS: set KAFKA_SSL=false/,
  };
  for (const [name, pattern] of Object.entries(expected)) assert.match(told.get(name)!, pattern);
});

ownKafkaTest("A certificate is trusted by the file of its authority, and by nothing else", async () => {
  const { ssl, caPath } = await kafka();
  const told = await refusals({
    "the system's authorities": { KAFKA_BROKERS: ssl[0], KAFKA_SSL: "true" },
    "no file": { KAFKA_BROKERS: ssl[0], KAFKA_SSL: `${caPath}.missing` },
  });
  assert.match(told.get("the system's authorities")!, /not trusted \(self-signed certificate\).*KAFKA_SSL/);
  assert.match(told.get("no file")!, /KAFKA_SSL is .*ca\.pem\.missing, which cannot be read/);
  await assertClassifies({ KAFKA_BROKERS: ssl[0], KAFKA_SSL: caPath, KAFKA_TOPIC_PREFIX: "tls." });
});

ownKafkaTest("A wrong login is told with the settings to check, and without the password", async () => {
  const { sasl, brokers } = await kafka();
  const mechanisms = ["plain", "scram-sha-256", "scram-sha-512"];
  const cases: Record<string, Env> = {};
  for (const mechanism of mechanisms) {
    cases[`wrong password, ${mechanism}`] = login(mechanism, USER, `${PASSWORD}x`.slice(1));
    cases[`unknown user, ${mechanism}`] = login(mechanism, "nobody");
  }
  for (const env of Object.values(cases)) env.KAFKA_BROKERS = sasl[0];
  for (const [name, text] of await refusals(cases)) {
    const [, mechanism] = name.split(", ");
    assert.match(
      text,
      /refused the login of (tracker|nobody): check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/,
    );
    assert.ok(text.includes(`KAFKA_SASL_MECHANISM=${mechanism}`), text);
  }
  const told = await refusals({
    "none": { KAFKA_BROKERS: sasl[0] },
    "one too many": { KAFKA_BROKERS: brokers[0], ...login("plain") },
  });
  assert.match(
    told.get("none")!,
    /asks for a login KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASS/,
  );
  assert.match(told.get("one too many")!, /takes no login: leave KAFKA_SASL_MECHANISM.* out/);
});

ownKafkaTest("A mechanism that the broker has not enabled is told by its setting", async () => {
  const users = { [USER]: PASSWORD };
  await using cluster = await startKafka({
    sasl: { users, superUsers: [USER] },
    properties: { "sasl.enabled.mechanisms": "SCRAM-SHA-512" },
  });
  const told = await refusals({ "plain": { KAFKA_BROKERS: cluster.sasl[0], ...login("plain") } });
  assert.match(told.get("plain")!, /KAFKA_SASL_MECHANISM=plain.*sasl\.enabled\.mechanisms/);
});

for (const mechanism of ["plain", "scram-sha-256", "scram-sha-512"]) {
  ownKafkaTest(
    `With the right login by ${mechanism} readings are classified, and nobody sees the password`,
    async () => {
      const env = {
        KAFKA_BROKERS: (await kafka()).sasl[0],
        KAFKA_TOPIC_PREFIX: `${mechanism}.`,
        ...login(mechanism),
      };
      await assertClassifies(env);
      const { code, stdout } = await endOfStart(env, ["--print-config"]);
      assert.equal(code, 0);
      assert.match(stdout, /^KAFKA_SASL_PASSWORD=\*\*\*/m);
      assert.ok(!stdout.includes(PASSWORD));
    },
  );
}

ownKafkaTest(
  "A broker that is lost is told by /readyz in one sentence, without the password, and forgotten when it is back",
  async () => {
    const cluster = await kafka();
    const env = { KAFKA_BROKERS: cluster.sasl[0], KAFKA_TOPIC_PREFIX: "lost.", ...login("plain") };
    await using server = await startServer(env, ["--roles", "stream"]);
    await cluster.kill(1);
    // Each part of the process finds out for itself.
    const told: string[] = [];
    await until(async () => {
      const { checks: { log } } = await readiness(server.url);
      told.push(log);
      return log;
    }, (log) => /^nothing listens at KAFKA_BROKERS=[^;]*$/.test(log));
    const log = told.join("\n");
    assert.doesNotMatch(log, /refused the login/);
    assert.ok(!log.includes(PASSWORD) && !server.errors().includes(PASSWORD));
    await cluster.start(1);
    await until(() => readiness(server.url), ({ ready }) => ready);
  },
);

/** Starts the server and has a phone's readings classified. */
async function assertClassifies(env: Env): Promise<void> {
  await inTempDir(async (dir) => {
    await using server = await startServer({ ...env, DATA_DIR: `${dir}/data` });
    await postReadings(server.url, [messageOf("phone-1")]);
    await classified(server.url, "phone-1");
    const ready = JSON.stringify(await readiness(server.url));
    assert.ok(!`${ready}${server.errors()}`.includes(PASSWORD));
  });
}
