/**
 * The outbox in the browser's database (IndexedDB).
 *
 * @module
 */
import type { Message, Session } from "./batcher.ts";
import { type Entry, MAX_BYTES, type Memory, type Outbox, type Pairing, type Waiting } from "./outbox.ts";

const NAME = "activity-tracker";
const VERSION = 1;
const OUTBOX = "outbox";
const MEMORY = "memory";

/** The outbox, and what the page remembers. */
export class BrowserOutbox implements Outbox {
  readonly #db: IDBDatabase;
  readonly #waiting: Waiting;

  private constructor(db: IDBDatabase, waiting: Waiting) {
    this.#db = db;
    this.#waiting = waiting;
  }

  /** @throws Error when the browser keeps nothing, as in some private windows */
  static async open(): Promise<BrowserOutbox> {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(OUTBOX, { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore(MEMORY);
    };
    const db = await done(request);
    const waiting = { messages: 0, bytes: 0 };
    await each(db.transaction(OUTBOX).objectStore(OUTBOX).openCursor(), ({ value }) => {
      waiting.messages++;
      waiting.bytes += (value as Entry).body.length;
      return true;
    });
    return new BrowserOutbox(db, waiting);
  }

  async remember(): Promise<Memory> {
    const store = this.#db.transaction(MEMORY).objectStore(MEMORY);
    const [pairing, recording] = await Promise.all([
      done(store.get("pairing")),
      done(store.get("recording")),
    ]);
    return {
      pairing: pairing ?? null,
      session: recording?.session ?? null,
      lastMs: recording?.lastMs ?? 0,
    };
  }

  async pair(pairing: Pairing | null): Promise<void> {
    const transaction = this.#db.transaction(MEMORY, "readwrite");
    transaction.objectStore(MEMORY).put(pairing, "pairing");
    await committed(transaction);
  }

  /** Nothing is recorded any more. */
  async endSession(): Promise<void> {
    const transaction = this.#db.transaction(MEMORY, "readwrite");
    transaction.objectStore(MEMORY).delete("recording");
    await committed(transaction);
  }

  async add(message: Message, session: Session, atMs: number): Promise<boolean> {
    const body = JSON.stringify(message);
    const lastMs = Math.max(...message.sensorReadings.map(({ timestamp }) => timestamp));
    if (this.#waiting.bytes + body.length > MAX_BYTES) return false;
    // Transactions over the same stores follow one another in the order in which they are begun: so do messages.
    const transaction = this.#db.transaction([OUTBOX, MEMORY], "readwrite");
    transaction.objectStore(OUTBOX).add({ body, atMs });
    transaction.objectStore(MEMORY).put({ session: { ...session }, lastMs }, "recording");
    // Else the browser waits for the page to ask for nothing more, and a page that goes cannot answer. Safari has it from 15 on.
    transaction.commit?.();
    this.#count(1, body.length);
    try {
      await committed(transaction);
    } catch (error) {
      this.#count(-1, -body.length);
      if ((error as DOMException).name === "QuotaExceededError") return false;
      throw error;
    }
    return true;
  }

  async oldest(most: number, mostBytes: number): Promise<Entry[]> {
    const entries: Entry[] = [];
    let bytes = 0;
    await each(this.#db.transaction(OUTBOX).objectStore(OUTBOX).openCursor(), ({ value }) => {
      bytes += (value as Entry).body.length;
      if (entries.length > 0 && bytes > mostBytes) return false;
      return entries.push(value) < most;
    });
    return entries;
  }

  async remove(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const transaction = this.#db.transaction(OUTBOX, "readwrite");
    for (const { seq } of entries) transaction.objectStore(OUTBOX).delete(seq);
    await committed(transaction);
    this.#count(-entries.length, -entries.reduce((sum, { body }) => sum + body.length, 0));
  }

  async dropBefore(atMs: number): Promise<number> {
    const old: Entry[] = [];
    await each(this.#db.transaction(OUTBOX).objectStore(OUTBOX).openCursor(), ({ value }) => {
      if ((value as Entry).atMs >= atMs) return false;
      old.push(value);
      return true;
    });
    await this.remove(old);
    return old.length;
  }

  waiting(): Waiting {
    return { ...this.#waiting };
  }

  #count(messages: number, bytes: number): void {
    this.#waiting.messages += messages;
    this.#waiting.bytes += bytes;
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/** @param visit returns whether to go on */
function each(
  request: IDBRequest<IDBCursorWithValue | null>,
  visit: (cursor: IDBCursorWithValue) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null || !visit(cursor)) return resolve();
      cursor.continue();
    };
  });
}
