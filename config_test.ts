import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { loadSettings, printConfig, readDotEnv, SETTING_NAMES, SettingsError } from "./config.ts";

function problems(env: Record<string, string>, dotEnv: Record<string, string> = {}): string[] {
  try {
    loadSettings(env, dotEnv);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

Deno.test("loadSettings() gives every setting its default", () => {
  assert.deepEqual(loadSettings({}), {
    host: "127.0.0.1",
    port: 8000,
    dataDir: "./data",
    windowMs: 5000,
    slideMs: 1000,
    latenessMs: 2000,
    sessionIdleMs: 30_000,
    retentionMs: 604_800_000,
    retentionBytes: 10_737_418_240,
    partitions: 4,
    openIngest: true,
    lan: false,
    tlsPort: 8443,
    publicUrl: null,
    trustedProxies: [],
    maxPastMs: 604_800_000,
    kafka: null,
    mqtt: null,
    snowflake: null,
  });
});

Deno.test("loadSettings() reads the environment before .env, and takes empty values as not set", () => {
  assert.equal(loadSettings({ PORT: "1" }, { PORT: "2" }).port, 1);
  assert.equal(loadSettings({ PORT: "" }, { PORT: "2" }).port, 2);
  assert.equal(loadSettings({ PORT: "" }).port, 8000);
});

Deno.test("loadSettings() names every wrong setting with what it was, what is expected and an example", () => {
  assert.deepEqual(problems({ PORT: "80000", WINDOW_MS: "5s", INGEST_OPEN: "yes", HOST: "http://x" }), [
    'HOST is "http://x": expected an address or host name without scheme and port, for example HOST=0.0.0.0',
    'PORT is "80000": expected a whole number from 0 to 65535, for example PORT=8000',
    'WINDOW_MS is "5s": expected a whole number from 1000 to 600000, for example WINDOW_MS=5000',
    'INGEST_OPEN is "yes": expected auto, true or false, for example INGEST_OPEN=auto',
  ]);
});

Deno.test("loadSettings() refuses numbers in other notations", () => {
  for (const value of ["1e3", "0x10", "-1", "1.5", " 1", "٣"]) {
    assert.equal(problems({ PORT: value }).length, 1, value);
  }
});

Deno.test("loadSettings() refuses a slide that does not divide the window, or divides it too finely", () => {
  assert.match(
    problems({ SLIDE_MS: "3000" })[0],
    /^SLIDE_MS is 3000: expected a divisor of WINDOW_MS \(5000\)/,
  );
  assert.match(problems({ WINDOW_MS: "61000" })[0], /at most 60 in a window/);
  assert.deepEqual(problems({ WINDOW_MS: "60000" }), []);
});

Deno.test("loadSettings() stops at an unknown name of ours and says what was probably meant", () => {
  assert.deepEqual(problems({ SESSION_IDEL_MS: "1" }), [
    "SESSION_IDEL_MS is no setting: did you mean SESSION_IDLE_MS?",
  ]);
  assert.deepEqual(problems({}, { PROT: "1" }), ["PROT in .env is no setting: did you mean PORT?"]);
  assert.match(
    problems({}, { LOG_LEVEL: "1" })[0],
    /^LOG_LEVEL in .env is no setting: expected one of HOST, PORT/,
  );
});

Deno.test("loadSettings() leaves other programs' environment variables alone", () => {
  assert.deepEqual(problems({ PATH: "/bin", SESSION_MANAGER: "local/host:1", WINDOWID: "7" }), []);
  const foreign = ["KAFKA_HOME", "KAFKA_OPTS", "KAFKA_HEAP_OPTS", "KAFKA_PORT", "KAFKA_PORT_9092_TCP_ADDR"];
  for (const name of [...foreign, "KAFKA_SERVICE_HOST"]) {
    assert.deepEqual(problems({ [name]: "x" }), [], name);
  }
  assert.equal(problems({ KAFKA_BROKER: "a:9092" }).length, 1);
  assert.deepEqual(problems({ MQTT_PORT: "tcp://10.0.0.1:1883", MQTT_SERVICE_HOST: "10.0.0.1" }), []);
  for (const name of ["SNOWFLAKE_HOME", "SNOWFLAKE_CONNECTIONS_DEV_USER", "SNOWFLAKE_DISABLE_MINICORE"]) {
    assert.deepEqual(problems({ [name]: "x" }), [], name);
  }
  assert.match(problems({ SNOWFLAKE_PASSWORD: "x" })[0], /^SNOWFLAKE_PASSWORD is no setting/);
});

const BROKERS = { KAFKA_BROKERS: "kafka-1:9092, 10.0.0.2:9093" };
const LOGIN = {
  KAFKA_SASL_MECHANISM: "scram-sha-256",
  KAFKA_SASL_USERNAME: "tracker",
  KAFKA_SASL_PASSWORD: "hunter2",
};

Deno.test("loadSettings() reads where Kafka is and how to log in", () => {
  const brokers = ["kafka-1:9092", "10.0.0.2:9093"];
  const plain = { brokers, ssl: false, sasl: null, topicPrefix: "", sessionTimeoutMs: 6000 };
  assert.deepEqual(loadSettings(BROKERS).kafka, plain);
  const more = { KAFKA_SSL: "/etc/ca.pem", KAFKA_TOPIC_PREFIX: "a.b-c_", KAFKA_SESSION_TIMEOUT_MS: "10000" };
  assert.deepEqual(loadSettings({ ...BROKERS, ...LOGIN, ...more }).kafka, {
    brokers,
    ssl: { caPath: "/etc/ca.pem" },
    sasl: { mechanism: "scram-sha-256", username: "tracker", password: "hunter2" },
    topicPrefix: "a.b-c_",
    sessionTimeoutMs: 10_000,
  });
  assert.equal(loadSettings({ ...BROKERS, KAFKA_SSL: "true" }).kafka?.ssl, true);
});

Deno.test("loadSettings() refuses addresses without a port that exists", () => {
  for (
    const list of ["kafka", "kafka:", "kafka:0", "kafka:65536", "a:1,", "http://a:1", "[::1]:9092", "a:1 b:2"]
  ) {
    assert.deepEqual(problems({ KAFKA_BROKERS: list }), [
      `KAFKA_BROKERS is ${
        JSON.stringify(list)
      }: expected host:port, several separated by commas, for example ` +
      "KAFKA_BROKERS=localhost:9092",
    ]);
  }
});

Deno.test("loadSettings() refuses Kafka settings without brokers, and a login that is not complete", () => {
  assert.deepEqual(problems({ KAFKA_SSL: "true", KAFKA_TOPIC_PREFIX: "a" }), [
    "KAFKA_SSL, KAFKA_TOPIC_PREFIX are set without KAFKA_BROKERS: expected the brokers' addresses too, for example " +
    "KAFKA_BROKERS=localhost:9092",
  ]);
  for (const name of Object.keys(LOGIN)) {
    const [problem, ...more] = problems({ ...BROKERS, ...LOGIN, [name]: "" });
    assert.match(
      problem,
      new RegExp(`set without ${name}: expected all three or none, for example ${name}=`),
    );
    assert.deepEqual(more, []);
  }
});

const SNOWFLAKE = { SNOWFLAKE_ACCOUNT: "MYORG-ACC", SNOWFLAKE_PRIVATE_KEY_PATH: "./rsa_key.p8" };

Deno.test("loadSettings() needs two settings for Snowflake, and reads the others", () => {
  const standard = {
    account: "MYORG-ACC",
    user: "ACTIVITY_SINK",
    role: "ACTIVITY_LOADER",
    warehouse: "ACTIVITY_WH",
    privateKeyPath: "./rsa_key.p8",
    passphrase: null,
    url: null,
    bufferCountRecords: 50_000,
    bufferSizeBytes: 2 ** 26,
    bufferFlushMs: 600_000,
  };
  assert.deepEqual(loadSettings(SNOWFLAKE).snowflake, standard);
  const more = { SNOWFLAKE_URL: "http://127.0.0.1:8084", SNOWFLAKE_BUFFER_FLUSH_TIME: "60" };
  assert.deepEqual(
    loadSettings({ ...SNOWFLAKE, ...more, SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: "hunter2" }).snowflake,
    { ...standard, url: "http://127.0.0.1:8084", bufferFlushMs: 60_000, passphrase: "hunter2" },
  );
});

Deno.test("loadSettings() refuses half of the Snowflake settings, and an address without TLS", () => {
  assert.deepEqual(problems({ SNOWFLAKE_ACCOUNT: "MYORG-ACC" }), [
    "SNOWFLAKE_ACCOUNT is set without SNOWFLAKE_PRIVATE_KEY_PATH: expected the file of the user's key too, for example " +
    "SNOWFLAKE_PRIVATE_KEY_PATH=./rsa_key.p8",
  ]);
  assert.deepEqual(problems({ SNOWFLAKE_USER: "ME" }), [
    "SNOWFLAKE_USER is set without SNOWFLAKE_ACCOUNT: expected the account too, for example " +
    "SNOWFLAKE_ACCOUNT=MYORG-MYACCOUNT",
  ]);
  const urls = ["snowflake:443", "http://example.org", "https://u:p@example.org", "https://example.org/x"];
  for (const SNOWFLAKE_URL of urls) {
    assert.match(problems({ ...SNOWFLAKE, SNOWFLAKE_URL })[0], /^SNOWFLAKE_URL is .* expected https:/);
  }
  assert.match(
    problems({ ...SNOWFLAKE, SNOWFLAKE_ACCOUNT: "https://a" })[0],
    /expected ORGANISATION-ACCOUNT/,
  );
});

Deno.test("loadSettings() reads the MQTT settings, whose defaults need only the broker", () => {
  const standard = { url: "mqtt://10.0.0.5", login: null, topic: "sensor-logger/#", clientId: null };
  assert.deepEqual(loadSettings({ MQTT_URL: "mqtt://10.0.0.5" }).mqtt, standard);
  const all = {
    MQTT_URL: "wss://broker.example.org:8884/mqtt",
    MQTT_USERNAME: "tracker",
    MQTT_PASSWORD: "right",
    MQTT_TOPIC: "phones/+/motion",
    MQTT_CLIENT_ID: "tracker-1",
  };
  assert.deepEqual(loadSettings(all).mqtt, {
    url: "wss://broker.example.org:8884/mqtt",
    login: { username: "tracker", password: "right" },
    topic: "phones/+/motion",
    clientId: "tracker-1",
  });
});

Deno.test("loadSettings() refuses MQTT settings that cannot work", () => {
  for (const url of ["10.0.0.5:1883", "http://broker", "mqtt://", "mqtt://u:p@broker", "tcp://broker"]) {
    assert.match(problems({ MQTT_URL: url })[0], /^MQTT_URL is .* expected mqtt:\/\//, url);
  }
  const broker = { MQTT_URL: "mqtt://broker" };
  for (const topic of ["a/#/b", "a+", "#a", "a/b#"]) {
    assert.match(problems({ ...broker, MQTT_TOPIC: topic })[0], /expected a topic filter/, topic);
  }
  assert.equal(problems({ ...broker, MQTT_CLIENT_ID: "two words" }).length, 1);
  assert.deepEqual(problems({ ...broker, MQTT_PASSWORD: "x" }), [
    "MQTT_PASSWORD is set without MQTT_USERNAME: expected both or neither, for example MQTT_USERNAME=activity-tracker",
  ]);
  assert.deepEqual(problems({ MQTT_TOPIC: "phones/#" }), [
    "MQTT_TOPIC is set without MQTT_URL: expected the broker's address too, for example MQTT_URL=mqtts://broker.example.org:8883",
  ]);
});

Deno.test("no error and no listing shows a secret", () => {
  const MQTT_PASSWORD = "hunter4";
  assert.doesNotMatch(problems({ MQTT_PASSWORD }).join(), /hunter4/);
  assert.doesNotMatch(
    printConfig({ MQTT_URL: "mqtt://broker", MQTT_USERNAME: "me", MQTT_PASSWORD }),
    /hunter4/,
  );
  const SNOWFLAKE_PRIVATE_KEY_PASSPHRASE = "hunter3";
  assert.doesNotMatch(problems({ SNOWFLAKE_PRIVATE_KEY_PASSPHRASE }).join(), /hunter3/);
  assert.doesNotMatch(printConfig({ ...SNOWFLAKE, SNOWFLAKE_PRIVATE_KEY_PASSPHRASE }), /hunter3/);

  const env = { ...BROKERS, ...LOGIN, KAFKA_SASL_USERNAME: "" };
  assert.doesNotMatch(problems(env).join(), /hunter2/);
  const text = printConfig({ ...BROKERS, ...LOGIN });
  assert.doesNotMatch(text, /hunter2/);
  assert.ok(text.split("\n").includes("KAFKA_SASL_PASSWORD=***  # environment"));
});

Deno.test("loadSettings() opens ingest by itself only while the server is alone on this machine", () => {
  assert.equal(loadSettings({ HOST: "0.0.0.0" }).openIngest, false);
  assert.equal(loadSettings({ HOST: "0.0.0.0", INGEST_OPEN: "true" }).openIngest, true);
  assert.equal(loadSettings({ INGEST_OPEN: "false" }).openIngest, false);
});

Deno.test("loadSettings() never fails with anything but a SettingsError", () => {
  const env = fc.dictionary(
    fc.constantFrom(...SETTING_NAMES, "WINDOW_X", "KAFKA_Y", "SNOWFLAKE_Z"),
    fc.string(),
  );
  fc.assert(fc.property(env, env, (variables, file) => void problems(variables, file)));
});

Deno.test("printConfig() prints every setting with its source, in a form that .env accepts", () => {
  const text = printConfig({ PORT: "1" }, { HOST: "::1" });
  const lines = text.split("\n");
  assert.equal(lines.length, SETTING_NAMES.length);
  assert.equal(lines[0], "HOST=::1  # .env");
  assert.equal(lines[1], "PORT=1  # environment");
  assert.equal(lines[2], "DATA_DIR=./data  # default");
  assert.deepEqual(loadSettings({}, parseEnv(text)), loadSettings({ PORT: "1", HOST: "::1" }));
});

Deno.test("readDotEnv() reads names and values; without a file there are none", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "# phones\nPORT=9000\nHOST='0.0.0.0'\n");
    assert.deepEqual({ ...readDotEnv(path) }, { PORT: "9000", HOST: "0.0.0.0" });
  } finally {
    await Deno.remove(path);
  }
  assert.deepEqual(readDotEnv(path), {});
});

Deno.test("PUBLIC_URL is an origin, TRUSTED_PROXIES are addresses, and nothing else", () => {
  const { publicUrl, trustedProxies } = loadSettings({
    PUBLIC_URL: "https://tracker.example.org/",
    TRUSTED_PROXIES: "127.0.0.1, ::1",
  });
  assert.deepEqual([publicUrl, trustedProxies], ["https://tracker.example.org", ["127.0.0.1", "::1"]]);
  for (const url of ["tracker.example.org", "ftp://x", "https://x/path", "https://x/?q", "https://u:p@x"]) {
    assert.match(problems({ PUBLIC_URL: url })[0], /^PUBLIC_URL is .*expected http or https, a host/);
  }
  for (const list of ["proxy", "10.0.0.0/8", "999.1.1.1", "127.0.0.1;::1"]) {
    assert.match(problems({ TRUSTED_PROXIES: list })[0], /^TRUSTED_PROXIES is .*expected IP addresses/);
  }
});
