/**
 * The tasks that classify, one for each partition this process has, and their figures together.
 *
 * @module
 */
import type { Log } from "../../log/port.ts";
import type { ReadingCounts } from "../../sinks/sqlite/answers.ts";
import { Processor, type SessionEvent } from "../../stream/processor.ts";
import type { WindowSettings } from "../../stream/settings.ts";
import type { Control } from "./control.ts";

/** What the tasks have done since this process started. */
export interface TaskFigures {
  openSessions: number;
  /** Readings that came after their windows were closed. */
  late: number;
  /** Readings whose time was taken. */
  duplicates: number;
}

export class Processors {
  readonly #running = new Set<Processor>();
  /** Of tasks that were closed. */
  readonly #closed = { late: 0, duplicates: 0 };

  /**
   * Starts the tasks.
   *
   * @param control what admins have set, now
   * @param onSession a session began or ended in one of them
   */
  async run(
    log: Pick<Log, "run">,
    settings: WindowSettings,
    { thresholds, streams }: Control,
    onSession: (event: SessionEvent) => void,
  ): Promise<void> {
    const { windowMs, slideMs, latenessMs, sessionIdleMs } = settings;
    await log.run((context) => {
      const processor: Processor = new Processor(context, {
        settings: { windowMs, slideMs, latenessMs, sessionIdleMs },
        thresholds,
        streams,
        onSession,
        onClose: () => this.#close(processor),
        nowMs: Date.now(),
      });
      this.#running.add(processor);
      return processor;
    });
  }

  figures(): TaskFigures {
    let { late, duplicates } = this.#closed;
    let openSessions = 0;
    for (const processor of this.#running) {
      const figures = processor.figures();
      openSessions += figures.openSessions;
      late += figures.late;
      duplicates += figures.duplicates;
    }
    return { openSessions, late, duplicates };
  }

  /** See `Processor.countersOf`; null also when another process has the session's partition. */
  countersOf(deviceId: string, sessionId: string): ReadingCounts | null {
    for (const processor of this.#running) {
      const counters = processor.countersOf(deviceId, sessionId);
      if (counters) {
        const { readings, late, duplicates } = counters;
        return { readings, late, duplicates };
      }
    }
    return null;
  }

  #close(processor: Processor): void {
    const { late, duplicates } = processor.figures();
    this.#closed.late += late;
    this.#closed.duplicates += duplicates;
    this.#running.delete(processor);
  }
}
