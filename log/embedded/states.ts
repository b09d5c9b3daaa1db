/**
 * The states of a partition's sessions.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { StateChange } from "../port.ts";

/** One partition's states. All writing happens inside the caller's transaction. */
export class States {
  readonly #save;
  readonly #load;
  readonly #live;

  constructor(db: DatabaseSync, readonly partition: number) {
    this.#save = db.prepare(
      "INSERT INTO state(partition, key, live, touched_ms, value) VALUES(?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET " +
        "live = excluded.live, touched_ms = excluded.touched_ms, value = excluded.value",
    );
    this.#load = db.prepare("SELECT value FROM state WHERE partition = ? AND key = ?");
    this.#live = db.prepare("SELECT key, value FROM state WHERE partition = ? AND live = 1");
  }

  get(key: string): Uint8Array | null {
    const row = this.#load.get(this.partition, key) as { value: Uint8Array } | undefined;
    return row?.value ?? null;
  }

  live(): StateChange[] {
    const rows = this.#live.all(this.partition) as { key: string; value: Uint8Array }[];
    return rows.map(({ key, value }) => ({ key, value, live: true }));
  }

  /** Later changes of a key replace earlier ones. */
  write(changes: readonly StateChange[], nowMs: number): void {
    for (const { key, live, value } of changes) {
      this.#save.run(this.partition, key, live ? 1 : 0, nowMs, value);
    }
  }
}
