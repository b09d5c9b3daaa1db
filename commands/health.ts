/**
 * How the process is doing, from the engine's figures.
 *
 * @module
 */
import type { LogStatus } from "../log/port.ts";
import { newSinkStatus, type SinkStatus } from "../sinks/port.ts";
import type { SnowflakeSettings } from "../sinks/snowflake/settings.ts";
import type { LogHealth, Readiness, SnowflakeHealth } from "../web/services.ts";
import type { EngineStats } from "./engine/protocol.ts";

/**
 * What `/readyz` answers.
 *
 * @param stats without a read model where there are no pages
 * @param appendTrouble what keeps the HTTP thread from handing batches to the log
 */
export function readinessOf(
  { status, readModel, snowflake }: Pick<EngineStats, "status"> & Partial<EngineStats>,
  appendTrouble: string | null = null,
): Readiness {
  const trouble = logTrouble(status, appendTrouble);
  const lag = status.lagRecords.reduce((sum, n) => sum + n, 0);
  const checks: Record<string, string> = {
    log: trouble ?? "ok",
    processing: lag === 0 ? "ok" : `${lag} records behind`,
  };
  if (readModel) {
    const { isFilling, trouble } = readModel;
    const filling = isFilling ? "being filled from the log: they do not show everything yet" : "ok";
    checks.pages = trouble ?? filling;
  }
  // Readings are taken and shown all the same, and the log keeps them.
  if (snowflake) checks.snowflake = snowflake.trouble ?? "ok";
  return { ready: trouble === null && !readModel?.trouble, checks };
}

/**
 * @param settings null where nothing is loaded at all
 * @param loadsHere whether this process has the role
 * @param status of this process's own loading, null before it has begun
 */
export function snowflakeHealthOf(
  settings: SnowflakeSettings | null,
  loadsHere: boolean,
  status: SinkStatus | null,
): SnowflakeHealth {
  if (settings === null) return { state: "off" };
  return loadsHere ? { state: "here", status: status ?? newSinkStatus() } : { state: "elsewhere" };
}

/** Asks only when no answer is under way: the status page has three questions that one answer has it all for. */
export function oneAtATime<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  return () => asked ??= ask().finally(() => asked = null);
}

/** What people are shown of the log. */
export function logHealthOf(status: LogStatus, appendTrouble: string | null): LogHealth {
  const { raw, lagRecords, deadLetters, lostRecords } = status;
  return {
    partitions: raw.map(({ begin, end }, partition) => ({
      partition,
      begin,
      end,
      lagRecords: lagRecords[partition],
    })),
    deadLetters,
    lostRecords,
    trouble: logTrouble(status, appendTrouble),
  };
}

/** Both threads reach the same brokers, so both often say the same. */
function logTrouble({ trouble }: LogStatus, appendTrouble: string | null): string | null {
  if (trouble === null || appendTrouble === null || trouble.includes(appendTrouble)) {
    return trouble ?? appendTrouble;
  }
  return `${trouble}; ${appendTrouble}`;
}
