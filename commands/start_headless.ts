/**
 * A process without pages: it classifies, loads into Snowflake, or both, shares the partitions with others of its kind through
 * Kafka, keeps nothing on its own disk, and answers nobody but probes.
 *
 * @module
 */
import type { Settings } from "../config.ts";
import type { KafkaSettings } from "../log/kafka/settings.ts";
import { formatMetrics } from "../web/metrics.ts";
import { answerProbe, type Probes } from "../web/probes.ts";
import { followControl } from "./engine/control.ts";
import { openKafkaLog } from "./engine/kafka_log.ts";
import { Processors } from "./engine/processors.ts";
import { type Loading, startLoading } from "./engine/snowflake.ts";
import { readinessOf } from "./health.ts";
import { dropPermissions } from "./permissions.ts";
import type { Role } from "./roles.ts";
import { drain, listen, onStopSignal, orStartError } from "./serving.ts";
import { headlessMetrics } from "./start_metrics.ts";

/**
 * Runs until the process is told to stop.
 *
 * @returns the exit code
 * @throws StartError with what to do when it cannot start
 */
export async function startHeadless(
  kafka: KafkaSettings,
  settings: Settings,
  roles: ReadonlySet<Role>,
): Promise<number> {
  await dropPermissions(true);
  const log = await orStartError(openKafkaLog(kafka, settings));
  const stopped = Promise.withResolvers<number>();
  const processors = roles.has("stream") ? new Processors() : null;
  if (processors) {
    const control = followControl(log, (error) => {
      console.error(error.message);
      stopped.resolve(1);
    });
    // Who views is with other processes, and they hear of a session by its windows.
    await orStartError(control.then((control) => processors.run(log, settings, control, () => {})));
  }
  let loading: Loading | null = null;
  if (settings.snowflake && roles.has("snowflake")) loading = startLoading(log, settings.snowflake);
  const stats = () => ({
    status: log.status(),
    tasks: processors?.figures() ?? null,
    snowflake: loading?.status() ?? null,
  });
  const probes: Probes = {
    readiness: () => Promise.resolve(readinessOf(stats())),
    metrics: () => Promise.resolve(formatMetrics(headlessMetrics(stats()))),
  };
  const server = listen(settings, (req, remote) => answerProbe(probes, req, remote));
  onStopSignal(() => stopped.resolve(0));
  const code = await stopped.promise;
  await loading?.close();
  await Promise.all([drain(server), log.close()]);
  return code;
}
