/**
 * An outbox in memory.
 *
 * @module
 */
import type { Message, Session } from "./batcher.ts";
import type { Entry, Outbox, Waiting } from "./outbox.ts";

export class MemoryOutbox implements Outbox {
  readonly entries: Entry[] = [];
  #seq = 0;

  add(message: Message, _session: Session, atMs: number): Promise<boolean> {
    this.entries.push({ seq: ++this.#seq, body: JSON.stringify(message), atMs });
    return Promise.resolve(true);
  }

  oldest(most: number): Promise<Entry[]> {
    return Promise.resolve(this.entries.slice(0, most));
  }

  remove(entries: readonly Entry[]): Promise<void> {
    for (const { seq } of entries) {
      this.entries.splice(this.entries.findIndex((entry) => entry.seq === seq), 1);
    }
    return Promise.resolve();
  }

  dropBefore(atMs: number): Promise<number> {
    const old = this.entries.filter((entry) => entry.atMs < atMs);
    return this.remove(old).then(() => old.length);
  }

  waiting(): Waiting {
    const bytes = this.entries.reduce((sum, { body }) => sum + body.length, 0);
    return { messages: this.entries.length, bytes };
  }
}
