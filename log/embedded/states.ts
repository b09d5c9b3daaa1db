/**
 * The states of a partition's sessions: a small log-structured store. A commit appends the changed states as one blob; every
 * so often they are folded into the `state` table and the blobs are deleted. Writing table rows at every commit would dirty
 * most pages of the table four times a second.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { StateChange } from "../port.ts";

const encoder = new TextEncoder();
/** Keeps a byte order mark: it is part of the key. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A state change as bytes: u32 key bytes, u32 value bytes, u8 live, key, value. */
const CHANGE_HEADER_BYTES = 9;

export function encodeChanges(changes: readonly StateChange[]): Uint8Array {
  let size = 0;
  for (const change of changes) size += CHANGE_HEADER_BYTES + change.key.length * 3 + change.value.length;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { key, value, live } of changes) {
    const { written } = encoder.encodeInto(key, bytes.subarray(at + CHANGE_HEADER_BYTES));
    view.setUint32(at, written, true);
    view.setUint32(at + 4, value.length, true);
    bytes[at + 8] = live ? 1 : 0;
    at += CHANGE_HEADER_BYTES + written;
    bytes.set(value, at);
    at += value.length;
  }
  return bytes.subarray(0, at);
}

export function* decodeChanges(bytes: Uint8Array): Generator<StateChange> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const keyEnd = at + CHANGE_HEADER_BYTES + view.getUint32(at, true);
    const end = keyEnd + view.getUint32(at + 4, true);
    yield {
      key: decoder.decode(bytes.subarray(at + CHANGE_HEADER_BYTES, keyEnd)),
      value: bytes.slice(keyEnd, end),
      live: bytes[at + 8] === 1,
    };
    at = end;
  }
}

/** One partition's states. All writing happens inside the caller's transaction. */
export class States {
  /** Changes since the last fold, newest per key. */
  readonly #changed = new Map<string, StateChange>();
  #seq = 0;
  readonly #append;
  readonly #clear;
  readonly #save;
  readonly #load;
  readonly #live;

  constructor(db: DatabaseSync, readonly partition: number) {
    this.#append = db.prepare("INSERT INTO task_commit(partition, seq, body) VALUES(?, ?, ?)");
    this.#clear = db.prepare("DELETE FROM task_commit WHERE partition = ?");
    this.#save = db.prepare(
      "INSERT INTO state(partition, key, live, touched_ms, value) VALUES(?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET " +
        "live = excluded.live, touched_ms = excluded.touched_ms, value = excluded.value",
    );
    this.#load = db.prepare("SELECT value FROM state WHERE partition = ? AND key = ?");
    this.#live = db.prepare("SELECT key, value FROM state WHERE partition = ? AND live = 1");
    const rows = db.prepare("SELECT seq, body FROM task_commit WHERE partition = ? ORDER BY seq").all(
      partition,
    );
    for (const row of rows as { seq: number; body: Uint8Array }[]) {
      this.#seq = row.seq;
      for (const change of decodeChanges(row.body)) this.#changed.set(change.key, change);
    }
  }

  get changedCount(): number {
    return this.#changed.size;
  }

  get(key: string): Uint8Array | null {
    const changed = this.#changed.get(key);
    if (changed) return changed.value;
    const row = this.#load.get(this.partition, key) as { value: Uint8Array } | undefined;
    return row?.value ?? null;
  }

  *live(): Generator<StateChange> {
    for (const change of this.#changed.values()) if (change.live) yield change;
    for (const row of this.#live.iterate(this.partition) as Iterable<{ key: string; value: Uint8Array }>) {
      if (!this.#changed.has(row.key)) yield { key: row.key, value: row.value, live: true };
    }
  }

  /** Appends the changes. @returns a function to call once the transaction is committed */
  write(changes: readonly StateChange[]): () => void {
    if (changes.length > 0) this.#append.run(this.partition, ++this.#seq, encodeChanges(changes));
    return () => {
      for (const change of changes) this.#changed.set(change.key, change);
    };
  }

  /** Moves all changes into the table. @returns a function to call once the transaction is committed */
  fold(nowMs: number): () => void {
    for (const { key, live, value } of this.#changed.values()) {
      this.#save.run(this.partition, key, live ? 1 : 0, nowMs, value);
    }
    this.#clear.run(this.partition);
    return () => this.#changed.clear();
  }
}
