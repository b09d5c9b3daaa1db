/**
 * Who changed what and when: the newest events of `activity_control`, in words.
 *
 * @module
 */
import type { ControlEvent } from "../log/records.ts";
import type { AuditEntry, AuditFilter, AuditPage, AuditTrail } from "../web/services.ts";
import { describeChange } from "./audit_words.ts";
import { Changes } from "./changes.ts";
import type { ControlLog, Folded } from "./follow.ts";

/** About 3 MB, months of a busy installation. Older ones stay in the log. */
const MAX_ENTRIES = 5000;
/** What the program notes by itself. */
const PROGRAM = "Activity Tracker";

/** Lists events for the Audit page. */
export class Audit implements AuditTrail, Folded {
  readonly #changes: Changes;
  /** Oldest first. */
  readonly #entries: AuditEntry[] = [];
  #seq = 0;

  constructor(log: Pick<ControlLog, "appendControl">, now: () => number) {
    this.#changes = new Changes(log, now);
  }

  /** Takes an event in. */
  fold(event: ControlEvent): void {
    this.#changes.see(event);
    const { entity, type, atMs, by } = event;
    this.#entries.push({ seq: ++this.#seq, atMs, by, entity, type, what: describeChange(event) });
    // In blocks: each removal moves them all.
    if (this.#entries.length >= 2 * MAX_ENTRIES) this.#entries.splice(0, this.#entries.length - MAX_ENTRIES);
  }

  /** Newest first. */
  list({ by, entity, before = Infinity, limit }: AuditFilter): AuditPage {
    const items: AuditEntry[] = [];
    const oldest = Math.max(0, this.#entries.length - MAX_ENTRIES);
    for (let i = this.#entries.length - 1; i >= oldest; i--) {
      const entry = this.#entries[i];
      if (entry.seq >= before || (by !== undefined && entry.by !== by)) continue;
      if (entity !== undefined && entry.entity !== entity && !entry.entity.startsWith(`${entity}:`)) continue;
      if (items.length === limit) return { items, nextBefore: items.at(-1)!.seq };
      items.push(entry);
    }
    return { items, nextBefore: null };
  }

  /** Who made those changes, in alphabetical order. */
  people(): string[] {
    return [...new Set(this.#entries.slice(-MAX_ENTRIES).map(({ by }) => by))].sort();
  }

  /** Notes what is nobody's change. */
  async note({ entity, type, data }: Pick<ControlEvent, "entity" | "type" | "data">): Promise<void> {
    await this.#changes.make(entity, PROGRAM, () => ({ type, data }));
  }
}
