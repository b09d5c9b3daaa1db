/**
 * One statement at a time, and the locks that UPDATE, DELETE and MERGE hold on a table until their transaction ends.
 *
 * Simplification: a deadlock ends by LOCK_TIMEOUT only.
 *
 * @module
 */
import { cancelled, lockTimeout } from "./errors.ts";
import type { SqlError } from "./types.ts";

/** First come, first served. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();
  #release: () => void = () => {};

  async acquire(): Promise<void> {
    const before = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    await before;
    this.#release = resolve;
  }

  release(): void {
    this.#release();
  }

  async run<T>(action: () => Promise<T>): Promise<T> {
    await this.acquire();
    try {
      return await action();
    } finally {
      this.release();
    }
  }
}

interface Waiter {
  owner: number;
  grant(): void;
}

export class TableLocks {
  readonly #owners = new Map<number, number>();
  readonly #waiters = new Map<number, Waiter[]>();

  /** @returns whether the transaction has the lock now */
  take(table: number, owner: number): boolean {
    const held = this.#owners.get(table);
    if (held !== undefined && held !== owner) return false;
    this.#owners.set(table, owner);
    return true;
  }

  /**
   * @param name for the error
   * @throws SqlError 000625 past the timeout, 000604 when it is cancelled
   */
  async wait(
    table: number,
    owner: number,
    name: string,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<void> {
    if (this.take(table, owner)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { owner, grant: resolve };
    const queue = this.#waiters.get(table) ?? [];
    this.#waiters.set(table, [...queue, waiter]);
    const giveUp = (error: SqlError) => {
      this.#waiters.set(table, (this.#waiters.get(table) ?? []).filter((one) => one !== waiter));
      reject(error);
    };
    // Timers count in 32 bits.
    const timer = setTimeout(() => giveUp(lockTimeout(name)), Math.min(timeoutMs, 2 ** 31 - 1));
    const abort = () => giveUp(cancelled());
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Hands all locks of a transaction to who waits longest. */
  release(owner: number): void {
    for (const [table, held] of this.#owners) {
      if (held !== owner) continue;
      const [next, ...rest] = this.#waiters.get(table) ?? [];
      this.#waiters.set(table, rest);
      if (next) {
        this.#owners.set(table, next.owner);
        next.grant();
      } else this.#owners.delete(table);
    }
  }
}
