/**
 * Tests of the real server that hold whichever log it runs on: once with the embedded log, once with Kafka.
 *
 * @module
 */
import { testSettings } from "../log/kafka/testing.ts";
import { kafkaTest } from "./kafka/testing.ts";
import { envOf } from "./kafka/tracker.ts";

export interface Engine {
  name: "embedded" | "Kafka";
  /** Settings of a server on this log, whose data folder and topics are the test's own. */
  env: Record<string, string>;
}

/**
 * Settings of servers that share topics which no other test has; each of them needs a `DATA_DIR` too.
 *
 * @param brokers `host:port` of each
 */
export const kafkaEnv = (brokers: string[]): Record<string, string> => envOf(testSettings(brokers));

/**
 * Registers a test for both engines. Without a broker, the one on Kafka is skipped or fails as {@link kafkaTest} says.
 *
 * @param run may restart its server: what is in the data folder stays until it is done
 */
export function engineTest(name: string, run: (engine: Engine) => Promise<void>): void {
  Deno.test(name, () => inTempDir((dir) => run({ name: "embedded", env: { DATA_DIR: `${dir}/data` } })));
  kafkaTest(
    `on Kafka: ${name}`,
    (brokers) =>
      inTempDir((dir) => run({ name: "Kafka", env: { DATA_DIR: `${dir}/data`, ...kafkaEnv(brokers) } })),
  );
}

/** Gives a folder that is removed afterwards. */
export async function inTempDir<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await Deno.makeTempDir();
  try {
    return await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
