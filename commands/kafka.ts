/**
 * `deno task kafka`: one Kafka node for development, its data kept.
 *
 * @module
 */
import { startKafka } from "../e2e/kafka/broker.ts";
import { kafkaMissing, LONG_LIVED } from "../e2e/kafka/java.ts";
import { isFree } from "../e2e/kafka/ports.ts";
import { UsageError } from "./usage.ts";
import { untilTold } from "./until_told.ts";

/** Kafka's usual port. */
const PORT = 9092;
const FOLDER = "data/kafka";

/**
 * Runs the node until it is told to stop.
 *
 * @param args none are known
 * @returns 0 when it was told to stop, 1 when it cannot start or ends by itself
 * @throws {UsageError} when there are arguments
 */
export async function kafka(args: string[]): Promise<number> {
  if (args.length > 0) throw new UsageError(`kafka takes no arguments, but was given ${args.join(" ")}`);
  const missing = kafkaMissing();
  if (missing !== null) return fail(missing);
  if (!isFree(PORT)) {
    return fail(
      `port ${PORT} is in use on 127.0.0.1: is Kafka running already? Else stop what listens there`,
    );
  }
  await using cluster = await startKafka({ kept: { folder: FOLDER, port: PORT }, jvmArgs: LONG_LIVED });
  console.log(`Kafka is ready, with its data in ${FOLDER}; Ctrl-C stops it. Use it by\n`);
  console.log(`  KAFKA_BROKERS=${cluster.brokers} deno task start\n`);
  const told = await untilTold(cluster.ended(1));
  return told ? 0 : fail(`the node ended by itself: ${FOLDER}/node-1/broker.log says why`);
}

function fail(message: string): number {
  console.error(`kafka: ${message}`);
  return 1;
}
