/**
 * How a registry changes its entities: one change after another, each decided on the newest state.
 *
 * @module
 */
import { Conflict } from "../log/port.ts";
import type { ControlEvent } from "../log/records.ts";
import type { ControlLog } from "./follow.ts";

/** Someone else may change an entity at the same moment, but hardly so often in a row. */
const MAX_ATTEMPTS = 4;

/** What is to be written about an entity. */
export interface Change {
  type: string;
  data: Record<string, unknown>;
}

/** Versions of entities, and changes by compare-and-append. */
export class Changes {
  readonly #log: Pick<ControlLog, "appendControl">;
  readonly #now: () => number;
  readonly #versions = new Map<string, number>();
  /** The last change of each entity under way: versions must follow one another. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(log: Pick<ControlLog, "appendControl">, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** Takes note of an event's version. @returns false when it is not newer than what was seen */
  see({ entity, version }: ControlEvent): boolean {
    if (version <= (this.#versions.get(entity) ?? 0)) return false;
    this.#versions.set(entity, version);
    return true;
  }

  /**
   * Changes an entity. On return the tail has brought the event.
   *
   * @param next decides on the state as it is then, again when someone else was quicker; null for no change
   * @throws Conflict when others keep changing the entity, and whatever `next` throws
   */
  make(entity: string, by: string, next: () => Change | null): Promise<void> {
    return this.#inTurn(entity, async () => {
      for (let attempt = 1;; attempt++) {
        const change = next();
        if (change === null) return;
        try {
          const version = (this.#versions.get(entity) ?? 0) + 1;
          return await this.#log.appendControl({ entity, version, atMs: this.#now(), by, ...change });
        } catch (error) {
          // The tail has brought the other's change by now.
          if (!(error instanceof Conflict) || attempt === MAX_ATTEMPTS) throw error;
        }
      }
    });
  }

  #inTurn(entity: string, change: () => Promise<void>): Promise<void> {
    const before = this.#last.get(entity) ?? Promise.resolve();
    const turn = before.then(change, change).finally(() => {
      if (this.#last.get(entity) === turn) this.#last.delete(entity);
    });
    this.#last.set(entity, turn);
    return turn;
  }
}
