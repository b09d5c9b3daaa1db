/**
 * The tasks that classify, one for each partition this process has, and their figures together.
 *
 * @module
 */
import type { Log } from "../../log/port.ts";
import { Processor, type SessionEvent } from "../../stream/processor.ts";
import type { WindowSettings } from "../../stream/settings.ts";
import { DEFAULT_THRESHOLDS } from "../../stream/thresholds.ts";

/** What the tasks have done since this process started. */
export interface TaskFigures {
  openSessions: number;
  /** Readings that came after their windows were closed. */
  late: number;
  /** Readings whose time was taken. */
  duplicates: number;
}

export class Processors {
  readonly #byPartition = new Map<number, Processor>();
  /** Of tasks whose partition has got another one since. */
  readonly #ended = { late: 0, duplicates: 0 };

  /**
   * Starts the tasks.
   *
   * @param onSession a session began or ended in one of them
   */
  async run(
    log: Pick<Log, "run">,
    settings: WindowSettings,
    onSession: (event: SessionEvent) => void,
  ): Promise<void> {
    const { windowMs, slideMs, latenessMs, sessionIdleMs } = settings;
    await log.run((context) => {
      const before = this.#byPartition.get(context.partition)?.figures();
      this.#ended.late += before?.late ?? 0;
      this.#ended.duplicates += before?.duplicates ?? 0;
      const processor = new Processor(context, {
        settings: { windowMs, slideMs, latenessMs, sessionIdleMs },
        thresholds: DEFAULT_THRESHOLDS,
        onSession,
        nowMs: Date.now(),
      });
      this.#byPartition.set(context.partition, processor);
      return processor;
    });
  }

  /** @param isRunning whether a partition's task is still this process's: the sessions of others are counted elsewhere */
  figures(isRunning: (partition: number) => boolean): TaskFigures {
    let { late, duplicates } = this.#ended;
    let openSessions = 0;
    for (const [partition, processor] of this.#byPartition) {
      const figures = processor.figures();
      if (isRunning(partition)) openSessions += figures.openSessions;
      late += figures.late;
      duplicates += figures.duplicates;
    }
    return { openSessions, late, duplicates };
  }
}
