import assert from "node:assert/strict";
import fc from "fast-check";
import { SETTING_NAMES } from "../../config.ts";
import { Advice, explain, rootError } from "./explain.ts";
import type { KafkaSettings } from "./settings.ts";

const SETTINGS: KafkaSettings = {
  brokers: ["kafka-1:9092", "kafka-2:9092"],
  ssl: false,
  sasl: null,
  topicPrefix: "tracker.",
  sessionTimeoutMs: 6000,
};
const SASL = { mechanism: "plain", username: "ada", password: "correcthorse" } as const;

/** An error as kafkajs makes them. */
const failure = (name: string, message: string, more: { type?: string; code?: string | number } = {}) =>
  Object.assign(new Error(message), { name, ...more });
const wrapped = (cause: Error) => Object.assign(new Error("gave up"), { cause });

Deno.test("The error at the bottom of what kafkajs wraps is what counts", () => {
  const bottom = failure("KafkaJSConnectionError", "Connection timeout");
  assert.equal(rootError(wrapped(wrapped(bottom))), bottom);
  assert.equal(explain(wrapped(bottom), SETTINGS), explain(bottom, SETTINGS));
});

Deno.test("An error that says what to do is passed on as it is", () => {
  assert.equal(explain(wrapped(new Advice("set PARTITIONS=3")), SETTINGS), "set PARTITIONS=3");
});

Deno.test("The same cause gives the same text, whatever was asked for and whichever broker was asked", () => {
  const requests = ["Metadata(key: 3, version: 6)", "Fetch(key: 1, version: 11)"];
  const [first, second] = requests.map((request) =>
    explain(failure("KafkaJSRequestTimeoutError", `Request ${request} timed out`), SETTINGS)
  );
  assert.equal(first, second);
  const [one, two] = ["kafka-1:9092", "10.0.0.2:9092"].map((address) =>
    explain(
      failure("KafkaJSConnectionError", `Connection error: connect ECONNREFUSED ${address}`, {
        code: "ECONNREFUSED",
      }),
      SETTINGS,
    )
  );
  assert.equal(one, two);
  assert.match(one, /nothing listens at KAFKA_BROKERS=kafka-1:9092,kafka-2:9092/);
});

Deno.test("A connection that is lost during the login is told as such, not as a refusal", () => {
  const told = (cause: string) =>
    explain(
      failure("KafkaJSSASLAuthenticationError", `SASL PLAIN authentication failed: ${cause}`),
      { ...SETTINGS, sasl: SASL },
    );
  assert.match(told("Closed connection"), /closes the connection/);
  assert.match(told("Connection timeout"), /no Kafka broker answers/);
  assert.match(told("Request SaslAuthenticate(key: 36, version: 1) timed out"), /no Kafka broker answers/);
  assert.match(told("Authentication failed: Invalid username or password"), /refused the login of ada/);
});

Deno.test("A missing right is told with the command that grants it", () => {
  const settings = { ...SETTINGS, sasl: SASL };
  const lacking = (type: string) =>
    explain(failure("KafkaJSProtocolError", "no", { type, code: 29 }), settings);
  const command =
    "kafka-acls.sh --bootstrap-server kafka-1:9092,kafka-2:9092 --add --allow-principal User:ada ";
  assert.ok(
    lacking("GROUP_AUTHORIZATION_FAILED").includes(
      `${command}--resource-pattern-type prefixed --operation Read --group tracker.activity-tracker,`,
    ),
    lacking("GROUP_AUTHORIZATION_FAILED"),
  );
  assert.ok(
    lacking("TRANSACTIONAL_ID_AUTHORIZATION_FAILED").includes(
      `${command}--resource-pattern-type prefixed --operation Write --transactional-id tracker.activity-tracker ` +
        "--transactional-id tracker.activity_control,",
    ),
  );
  assert.match(lacking("TOPIC_AUTHORIZATION_FAILED"), /--topic tracker\.raw_sensor_data /);
});

Deno.test("Whatever fails, some text is given, and it holds no password and no setting that does not exist", () => {
  const word = fc.constantFrom(
    "KafkaJSConnectionError",
    "KafkaJSSASLAuthenticationError",
    "Closed connection",
    "ECONNRESET",
    "self-signed certificate",
    "secure TLS connection",
    "ILLEGAL_SASL_STATE",
    "UNSUPPORTED_SASL_MECHANISM",
    "TOPIC_AUTHORIZATION_FAILED",
    "NOT_ENOUGH_REPLICAS",
    "anything",
  );
  const settings = fc.record({
    ...Object.fromEntries(Object.entries(SETTINGS).map(([name, value]) => [name, fc.constant(value)])),
    ssl: fc.constantFrom(false, true, { caPath: "/etc/kafka/ca.pem" }),
    sasl: fc.constantFrom(null, SASL),
  }) as fc.Arbitrary<KafkaSettings>;
  fc.assert(fc.property(word, word, word, word, settings, (name, message, type, code, settings) => {
    const text = explain(failure(name, message, { type, code }), settings);
    assert.ok(text.length > 10);
    assert.ok(!text.includes(SASL.password));
    for (const [setting] of text.matchAll(/\bKAFKA_\w+/g)) {
      assert.ok(SETTING_NAMES.some((known) => known === setting), setting);
    }
  }));
});
