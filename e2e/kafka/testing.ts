/**
 * Tests that need Kafka: with `KAFKA_BROKERS` on that cluster, otherwise on one that they start.
 *
 * @module
 */
import { testUnlessMissing } from "../unless_missing.ts";
import { startKafka } from "./broker.ts";
import { kafkaMissing } from "./java.ts";

let shared: Promise<string[]> | null = null;

/** Brokers that `KAFKA_BROKERS` names; null when it is not set. */
function givenBrokers(): string[] | null {
  const given = Deno.env.get("KAFKA_BROKERS");
  return given ? given.split(",").map((address) => address.trim()) : null;
}

/**
 * Brokers for tests that disturb no one else's: those of `KAFKA_BROKERS`, or of one node that all tests of a file share. It is
 * started at the first call and ends with the file's tests. Topics and groups stay, so each test has its own prefix.
 *
 * @returns `host:port` of each
 * @throws Error as {@link startKafka}
 */
export async function testBrokers(): Promise<string[]> {
  return givenBrokers() ?? await (shared ??= startKafka().then(({ brokers }) => brokers));
}

/**
 * Registers a test that runs on any cluster. Without one, and without what starts one, it is skipped with a printed reason; under
 * CI it fails instead, since a skipped test there protects nobody.
 *
 * @param fn takes `host:port` of each broker
 * @param alsoMissing what else it cannot run without; null when nothing
 */
export function kafkaTest(
  name: string,
  fn: (brokers: string[], t: Deno.TestContext) => Promise<void>,
  alsoMissing: string | null = null,
): void {
  const missing = alsoMissing ?? (givenBrokers() === null ? kafkaMissing() : null);
  testUnlessMissing("Kafka", name, async (t) => await fn(await testBrokers(), t), missing);
}

/** The same for a test that calls {@link startKafka}, because it kills nodes or needs passwords: `KAFKA_BROKERS` is no help. */
export function ownKafkaTest(name: string, fn: () => Promise<void>): void {
  testUnlessMissing("Kafka", name, fn, kafkaMissing());
}
