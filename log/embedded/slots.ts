/**
 * The committing side's memory of what a writer's slot numbers stand for.
 *
 * @module
 */
import type { Group } from "./appender.ts";
import type { Slot } from "./engine.ts";

export class SlotTable {
  #slots: Slot[] = [];

  /** The table with the group's new slots in it. */
  of({ newSlots, resetSlots }: Group): readonly Slot[] {
    if (resetSlots) this.#slots = [];
    for (const { slot, deviceId, sessionId } of newSlots) {
      this.#slots[slot] = { deviceId, sessionId, session: null };
    }
    return this.#slots;
  }
}
