/**
 * A control log in memory.
 *
 * @module
 */
import { Conflict } from "../../log/port.ts";
import type { ControlEvent } from "../../log/records.ts";
import type { ControlLog } from "../devices.ts";

/** Keeps events in an array and, like the log, refuses a version that is not the next. */
export class MemoryLog implements ControlLog {
  readonly #versions = new Map<string, number>();
  readonly #listeners: ((event: ControlEvent) => void)[] = [];
  readonly events: ControlEvent[] = [];

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

  /** Has passed the events on when it returns. */
  tailControl(listener: (event: ControlEvent) => void): Promise<void> {
    this.events.forEach(listener);
    this.#listeners.push(listener);
    return Promise.resolve();
  }
}
