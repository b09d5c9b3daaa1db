/**
 * Rows in versions, so that transactions see what Snowflake's READ COMMITTED shows: each statement what was committed when it began,
 * and what its own transaction did. DuckDB's own transactions show one moment throughout and fail instead of waiting.
 *
 * Every row has `_row`, which stays, the transaction that made it (`_xin`) and the one that ended it (`_xout`).
 *
 * A statement that waited for a lock is taken at the documentation's word: it finds rows and computes values by what was committed when
 * it began; the columns that it does not set keep what they have meanwhile.
 *
 * @module
 */
import type { Table } from "./catalog.ts";
import { duplicateRows } from "./errors.ts";
import type { Storage } from "./storage.ts";

export interface Snapshot {
  /** Transactions from this one on are not seen. */
  next: number;
  /** Open when the snapshot was taken. */
  open: number[];
  /** Sees itself; 0 without a transaction. */
  me: number;
}

export interface Transaction {
  id: number;
  startedMs: number;
  /** Tables whose rows it made or ended. */
  tables: Set<number>;
  /** Tables whose rows it ended. */
  ended: Set<number>;
  /** Noted in the file, so that a crash undoes it. */
  noted: boolean;
}

/** Condition for rows that a snapshot sees. */
export function visible({ next, open, me }: Snapshot): string {
  const others = open.filter((id) => id !== me);
  const settled = (column: string) =>
    `(${column} = ${me} OR (${column} < ${next}${
      others.length > 0 ? ` AND ${column} NOT IN (${others.join(", ")})` : ""
    }))`;
  return `${settled("_xin")} AND (_xout IS NULL OR NOT ${settled("_xout")})`;
}

/** The table in DuckDB. */
export const physical = ({ id }: { id: number }): string => `t${id}`;

export class Versions {
  readonly #storage: Storage;
  #last = 0;
  readonly #open = new Map<number, Transaction>();
  /** Statements that wait for a lock and have a snapshot: what they may see is kept. */
  #waiting = 0;
  /** Tables with ended rows. */
  readonly #untidy = new Set<number>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Undoes what a crash left half done. */
  async recover(tables: Table[]): Promise<void> {
    this.#last = await this.#storage.number("SELECT nextval('sf_tx')");
    await this.#storage.atomically(async () => {
      for (const table of tables) {
        const name = physical(table);
        await this.#storage.run(`DELETE FROM ${name} WHERE _xin IN (SELECT tx FROM sf_open)`);
        await this.#storage.run(`UPDATE ${name} SET _xout = NULL WHERE _xout IN (SELECT tx FROM sf_open)`);
        await this.#storage.run(`DELETE FROM ${name} WHERE _xout IS NOT NULL`);
      }
      await this.#storage.run("DELETE FROM sf_open");
    });
  }

  async begin(nowMs: number): Promise<Transaction> {
    this.#last = await this.#storage.number("SELECT nextval('sf_tx')");
    const transaction = {
      id: this.#last,
      startedMs: nowMs,
      tables: new Set<number>(),
      ended: new Set<number>(),
      noted: false,
    };
    this.#open.set(transaction.id, transaction);
    return transaction;
  }

  snapshot(transaction: Transaction | null): Snapshot {
    return { next: this.#last + 1, open: [...this.#open.keys()], me: transaction?.id ?? 0 };
  }

  /** While the function runs, rows are kept for older snapshots. */
  async keeping<T>(action: () => Promise<T>): Promise<T> {
    this.#waiting++;
    try {
      return await action();
    } finally {
      this.#waiting--;
    }
  }

  /** To be called inside `Storage.atomically`, before rows are changed. */
  async note(transaction: Transaction, table: Table, survives: boolean): Promise<void> {
    transaction.tables.add(table.id);
    if (!survives || transaction.noted) return;
    await this.#storage.run(`INSERT INTO sf_open VALUES (${transaction.id})`);
    transaction.noted = true;
  }

  /**
   * @param rows query for the columns `c0`, `c1`, … in the table's order
   * @returns rows inserted
   */
  async insert(
    table: Table,
    { id }: Transaction,
    rows: string,
    parameters: Record<string, string> = {},
  ): Promise<number> {
    const values = table.columns.map((_, i) => `c${i}`).join(", ");
    return await this.#storage.run(
      `INSERT INTO ${physical(table)} SELECT ${values}, nextval('sf_row'), ${id}, NULL FROM (${rows})`,
      parameters,
    );
  }

  /**
   * @param changes name of a table with the row's `r` and the new values `v0`, `v1`, …
   * @param set which column each of the values goes to, and how it is stored
   * @returns rows updated
   */
  async update(
    table: Table,
    transaction: Transaction,
    changes: string,
    set: { index: number; stored: string }[],
  ): Promise<number> {
    await this.demandUnique(changes);
    const values = table.columns.map(({ physical }, i) => {
      const changed = set.find(({ index }) => index === i);
      return `${changed ? changed.stored : `o.${physical}`} AS c${i}`;
    });
    await this.#storage.run(
      `CREATE OR REPLACE TEMP TABLE sf_new AS SELECT ${values.join(", ")}, o._row AS r
       FROM ${physical(table)} o JOIN ${changes} n ON o._row = n.r WHERE o._xout IS NULL`,
    );
    await this.end(table, transaction, "SELECT r FROM sf_new");
    const names = table.columns.map((_, i) => `c${i}`).join(", ");
    const count = await this.#storage.run(
      `INSERT INTO ${physical(table)} SELECT ${names}, r, ${transaction.id}, NULL FROM sf_new`,
    );
    await this.#storage.run("DROP TABLE sf_new");
    return count;
  }

  /** @returns rows ended */
  async end(table: Table, transaction: Transaction, rows: string): Promise<number> {
    transaction.ended.add(table.id);
    return await this.#storage.run(
      `UPDATE ${physical(table)} SET _xout = ${transaction.id} WHERE _xout IS NULL AND _row IN (${rows})`,
    );
  }

  /** @throws SqlError 100090 when a row would be changed twice */
  async demandUnique(changes: string): Promise<void> {
    const doubled = await this.#storage.number(`SELECT count(*) - count(DISTINCT r) FROM ${changes}`);
    if (doubled > 0) throw duplicateRows();
  }

  async commit(transaction: Transaction): Promise<void> {
    await this.#storage.atomically(async () => {
      if (transaction.noted) await this.#storage.run(`DELETE FROM sf_open WHERE tx = ${transaction.id}`);
    });
    await this.forget(transaction);
  }

  /** A statement's own transaction ends with the statement's DuckDB transaction. */
  async forget(transaction: Transaction): Promise<void> {
    this.#open.delete(transaction.id);
    for (const id of transaction.ended) this.#untidy.add(id);
    if (this.#waiting > 0) return;
    const open = [...this.#open.keys(), 0].join(", ");
    for (const id of this.#untidy) {
      await this.#storage.run(
        `DELETE FROM ${physical({ id })} WHERE _xout IS NOT NULL AND _xout NOT IN (${open})`,
      );
      this.#untidy.delete(id);
    }
  }

  async rollback(transaction: Transaction): Promise<void> {
    const { id } = transaction;
    await this.#storage.atomically(async () => {
      for (const table of transaction.tables) {
        const name = physical({ id: table });
        await this.#storage.run(`DELETE FROM ${name} WHERE _xin = ${id}`);
        await this.#storage.run(`UPDATE ${name} SET _xout = NULL WHERE _xout = ${id}`);
      }
      if (transaction.noted) await this.#storage.run(`DELETE FROM sf_open WHERE tx = ${id}`);
    });
    this.#open.delete(id);
  }

  /** A dropped table has nothing to tidy or roll back. */
  dropped(id: number): void {
    this.#untidy.delete(id);
    for (const transaction of this.#open.values()) {
      transaction.tables.delete(id);
      transaction.ended.delete(id);
    }
  }
}
