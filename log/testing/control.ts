/**
 * Admin events without a log.
 *
 * @module
 */
import { Conflict, type Log } from "../port.ts";
import type { ControlEvent } from "../records.ts";

/** Keeps events in an array and, like the log, refuses a version that is not the next. */
export class MemoryControlLog implements Pick<Log, "appendControl" | "tailControl"> {
  readonly #versions = new Map<string, number>();
  readonly #listeners: ((event: ControlEvent) => void)[] = [];

  constructor(readonly events: ControlEvent[] = []) {
    for (const { entity, version } of events) this.#versions.set(entity, version);
  }

  async appendControl(event: ControlEvent): Promise<void> {
    await Promise.resolve();
    const { entity, version } = event;
    const expected = (this.#versions.get(entity) ?? 0) + 1;
    if (version !== expected) throw new Conflict(`${entity} has version ${version}, expected ${expected}`);
    this.#versions.set(entity, version);
    const stored = structuredClone(event);
    this.events.push(stored);
    for (const listener of this.#listeners) listener(stored);
  }

  tailControl(listener: (event: ControlEvent) => void): Promise<void> {
    return Promise.try(() => {
      this.events.forEach(listener);
      this.#listeners.push(listener);
    });
  }
}
