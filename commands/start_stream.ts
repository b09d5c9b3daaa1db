/**
 * A process that only classifies: it shares the partitions with others of its kind through Kafka, keeps nothing on its own disk,
 * and answers nobody but probes.
 *
 * @module
 */
import type { Settings } from "../config.ts";
import type { KafkaSettings } from "../log/kafka/settings.ts";
import { formatMetrics } from "../web/metrics.ts";
import { answerProbe, type Probes } from "../web/probes.ts";
import { openKafkaLog } from "./engine/kafka_log.ts";
import { Processors } from "./engine/processors.ts";
import { readinessOf } from "./health.ts";
import { dropPermissions } from "./permissions.ts";
import { drain, listen, onStopSignal, orStartError } from "./serving.ts";
import { streamMetrics } from "./start_metrics.ts";

/**
 * Runs until the process is told to stop.
 *
 * @returns the exit code
 * @throws StartError with what to do when it cannot start
 */
export async function startStream(kafka: KafkaSettings, settings: Settings): Promise<number> {
  await dropPermissions(true);
  const log = await orStartError(openKafkaLog(kafka, settings));
  const processors = new Processors();
  // Who views is with other processes, and they hear of a session by its windows.
  await orStartError(processors.run(log, settings, () => {}));
  const stats = () => ({
    status: log.status(),
    tasks: processors.figures(),
  });
  const probes: Probes = {
    readiness: () => Promise.resolve(readinessOf(stats())),
    metrics: () => Promise.resolve(formatMetrics(streamMetrics(stats()))),
  };
  const server = listen(settings, (req, remote) => answerProbe(probes, req, remote));
  const stopped = Promise.withResolvers<void>();
  onStopSignal(stopped.resolve);
  await stopped.promise;
  await Promise.all([drain(server), log.close()]);
  return 0;
}
