/**
 * Snowflake in memory, as strict as the sink needs it to be: it knows the statements of `statements.ts` and no others, transactions,
 * the lock of the table of positions, and that a statement sees what was committed when it began.
 *
 * @module
 */
import { type Connection, type Reply, SnowflakeError, Unanswered } from "../driver/connection.ts";
import {
  ADD_POSITIONS,
  BEGIN,
  COMMIT,
  INSERT_DELIVERED,
  LOCK_POSITIONS,
  MOVE_POSITIONS,
  READ_POSITIONS,
  READ_VERSION,
  ROLLBACK,
  type Topic,
} from "../statements.ts";
import { SCHEMA_VERSION } from "../tables.ts";

/** A row of one of the two tables. */
export interface LoadedRow {
  logId: string;
  topic: Topic;
  partition: number;
  offset: number;
  record: { messageId: string; deviceId: string };
}

/** A row of the table of positions. */
export interface PositionRow {
  logId: string;
  topic: Topic;
  partition: number;
  next: number;
  lastMark: string | null;
  /** The delivery that moved it last. */
  deliveryId: string | null;
}

/**
 * What goes wrong with a statement: it is refused, it changes other rows than it should, or Snowflake has ended the transaction
 * before it, which was idle for too long (`alone`). Unanswered: it was `never` done, `done` all the same, or it will be, `late`.
 */
export type Fault =
  | { code: number; sqlState?: string }
  | { rowsAffected: number }
  | "alone"
  | "never"
  | "done"
  | "late";

type Bind = string | number;
type Positions = ReadonlyMap<string, PositionRow>;

const ALTER_SESSION = /^ALTER SESSION SET LOCK_TIMEOUT = \d+, ABORT_DETACHED_QUERY = TRUE$/;
const DOES_NOT_EXIST = 2003;
const DATA_ERROR = { code: 100_038, sqlState: "22018" };
const NONE: Reply = { rows: [], rowsAffected: 0 };

const keyOf = ({ logId, topic, partition }: Pick<PositionRow, "logId" | "topic" | "partition">): string =>
  `${topic}/${partition} of ${logId}`;

/** See the module's text. */
export class FakeSnowflake {
  version = SCHEMA_VERSION;
  /** Rows whose JSON contains it are refused as data of the wrong form. */
  marker: string | null = null;
  /** While set, nobody can connect. */
  down: Error | null = null;
  /** Logins so far. */
  logins = 0;
  /** Sessions that are open now. */
  sessions = 0;
  /** Commits that brought rows. */
  loads = 0;
  /** Called after each of them. */
  onLoad: (() => void) | null = null;
  #rows: LoadedRow[] = [];
  #positions: Positions = new Map();
  #faults: { sql: string; fault: Fault; isLasting: boolean }[] = [];
  #lockedBy: Session | null = null;
  #waiting: (() => void)[] = [];
  #blocked: (() => void)[] = [];
  #zombies: Session[] = [];

  readonly connect = (): Promise<Connection> => {
    if (this.down) return Promise.reject(this.down);
    this.logins++;
    this.sessions++;
    return Promise.resolve(new Session(this));
  };

  /** Committed rows, in the order they came. */
  get rows(): readonly LoadedRow[] {
    return this.#rows;
  }

  /** Where loading stands; 0 where it has not begun. */
  position(topic: Topic, partition: number, logId: string): number {
    return this.#positions.get(keyOf({ logId, topic, partition }))?.next ?? 0;
  }

  /** What an administrator may do: forget where loading of a partition stands. */
  deletePosition(topic: Topic, partition: number, logId: string): void {
    this.#positions = new Map(
      [...this.#positions].filter(([key]) => key !== keyOf({ logId, topic, partition })),
    );
  }

  /** What an administrator may do: make the tables anew. */
  empty(): void {
    this.#rows = [];
    this.#positions = new Map();
  }

  /** Lets the next statement of this text fail. */
  failNext(sql: string, fault: Fault): void {
    this.#faults.push({ sql, fault, isLasting: false });
  }

  /** Lets all statements of this text fail, until `mend`. */
  failAll(sql: string, fault: Fault): void {
    this.#faults.push({ sql, fault, isLasting: true });
  }

  mend(): void {
    this.#faults = [];
    this.down = null;
  }

  /** Resolves when a session waits for the lock that another one holds. */
  whenBlocked(): Promise<void> {
    if (this.#waiting.length > 0) return Promise.resolve();
    return new Promise((resolve) => this.#blocked.push(resolve));
  }

  /** Lets the commits that are late be done. */
  commitLate(): void {
    for (const session of this.#zombies.splice(0)) session.commit();
  }

  /** For sessions. */
  takeFault(sql: string): Fault | null {
    const index = this.#faults.findIndex((each) => each.sql === sql);
    if (index < 0) return null;
    const { fault, isLasting } = this.#faults[index];
    if (!isLasting) this.#faults.splice(index, 1);
    return fault;
  }

  /** For sessions. */
  get committed(): Positions {
    return this.#positions;
  }

  /** For sessions. */
  addZombie(session: Session): void {
    this.#zombies.push(session);
  }

  /** For sessions: resolves when this one has the lock of the table of positions. */
  async lock(session: Session): Promise<void> {
    while (this.#lockedBy !== null && this.#lockedBy !== session) {
      const freed = new Promise<void>((resolve) => this.#waiting.push(resolve));
      for (const resolve of this.#blocked.splice(0)) resolve();
      await freed;
    }
    this.#lockedBy = session;
  }

  /** For sessions: ends a transaction with what it changed, which is nothing after a rollback. */
  end(session: Session, changed: Positions, rows: readonly LoadedRow[]): void {
    this.#positions = new Map([...this.#positions, ...changed]);
    this.#rows.push(...rows);
    if (rows.length > 0) {
      this.loads++;
      this.onLoad?.();
    }
    if (this.#lockedBy !== session) return;
    this.#lockedBy = null;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

class Session implements Connection {
  readonly #snowflake: FakeSnowflake;
  #inTransaction = false;
  #changed = new Map<string, PositionRow>();
  #rows: LoadedRow[] = [];
  /** Its client has given it up. */
  #isGone = false;

  constructor(snowflake: FakeSnowflake) {
    this.#snowflake = snowflake;
  }

  async execute(sql: string, binds: readonly Bind[]): Promise<Reply> {
    if (this.#isGone) throw new Unanswered("the session is gone");
    const fault = this.#snowflake.takeFault(sql);
    if (fault === null) return await this.#do(sql, binds);
    if (typeof fault === "object") {
      if ("rowsAffected" in fault) return { rows: [], rowsAffected: fault.rowsAffected };
      throw new SnowflakeError(`refused: ${fault.code}`, fault.code, fault.sqlState ?? null, "query-1");
    }
    if (fault === "alone") {
      this.#rollback();
      return await this.#do(sql, binds);
    }
    this.#isGone = true;
    this.#snowflake.sessions--;
    if (fault === "done") await this.#do(sql, binds);
    if (fault === "late") this.#snowflake.addZombie(this);
    else this.#rollback();
    throw new Unanswered(`no answer (${fault})`);
  }

  close(): Promise<void> {
    if (!this.#isGone) {
      this.#isGone = true;
      this.#snowflake.sessions--;
      this.#rollback();
    }
    return Promise.resolve();
  }

  commit(): void {
    this.#snowflake.end(this, this.#changed, this.#rows);
    this.#reset();
  }

  #rollback(): void {
    this.#snowflake.end(this, new Map(), []);
    this.#reset();
  }

  #reset(): void {
    this.#inTransaction = false;
    this.#changed = new Map();
    this.#rows = [];
  }

  async #do(sql: string, binds: readonly Bind[]): Promise<Reply> {
    const expected = sql.split("?").length - 1;
    if (binds.length !== expected) throw refusal(`${binds.length} binds for ${expected} places`);
    switch (sql) {
      case BEGIN:
        if (this.#inTransaction) throw refusal("a transaction in a transaction");
        this.#inTransaction = true;
        return NONE;
      case COMMIT:
        this.commit();
        return NONE;
      case ROLLBACK:
        this.#rollback();
        return NONE;
      case READ_VERSION:
        return rowsOf([{ VERSION: this.#snowflake.version }]);
      case READ_POSITIONS:
        return this.#readPositions(String(binds[0]));
      case ADD_POSITIONS:
        return await this.#write((seen) => addedPositions(seen, binds));
      case LOCK_POSITIONS:
        return await this.#write((seen) => [...seen.values()].filter(({ logId }) => logId === binds[0]));
      case MOVE_POSITIONS:
        return await this.#write((seen) => movedPositions(seen, binds));
      case INSERT_DELIVERED.raw_sensor_data:
      case INSERT_DELIVERED.processed_activity:
        return this.#insert(sql, binds);
    }
    if (ALTER_SESSION.test(sql)) return NONE;
    throw refusal(`not a statement of the sink: ${sql}`);
  }

  #readPositions(logId: string): Reply {
    const rows = [...this.#seen().values()].filter((row) => row.logId === logId);
    return rowsOf(rows.map(({ topic, partition, next, lastMark }) => ({
      KAFKA_TOPIC: topic,
      KAFKA_PARTITION: partition,
      NEXT_OFFSET: next,
      LAST_MESSAGE: lastMark,
    })));
  }

  /** What is committed now, and this session's own changes. */
  #seen(): Map<string, PositionRow> {
    return new Map([...this.#snowflake.committed, ...this.#changed]);
  }

  /** Changes positions under the lock, from what was seen before there was the lock: that is what the sink has to reckon with. */
  async #write(change: (seen: Positions) => PositionRow[]): Promise<Reply> {
    const seen = this.#seen();
    await this.#snowflake.lock(this);
    const rows = change(seen);
    // A row that is only locked keeps what its holder before has made of it.
    for (const row of rows) {
      if (seen.get(keyOf(row)) !== row) this.#changed.set(keyOf(row), row);
    }
    if (!this.#inTransaction) this.commit();
    return { rows: [], rowsAffected: rows.length };
  }

  #insert(sql: string, [topic, logId, sameTopic, json, sameLogId, deliveryId]: readonly Bind[]): Reply {
    const isDelivered = [...this.#seen().values()].some((row) =>
      row.logId === sameLogId && row.deliveryId === deliveryId
    );
    if (!isDelivered) return { rows: [], rowsAffected: 0 };
    const expected = sql === INSERT_DELIVERED.raw_sensor_data ? "raw_sensor_data" : "processed_activity";
    if (topic !== expected || sameTopic !== expected) throw refusal(`${topic} in the table of ${expected}`);
    const { marker } = this.#snowflake;
    if (marker !== null && String(json).includes(marker)) {
      throw new SnowflakeError(
        `${marker} is not recognized`,
        DATA_ERROR.code,
        DATA_ERROR.sqlState,
        "query-2",
      );
    }
    const values = JSON.parse(String(json)) as [number, number, LoadedRow["record"]][];
    for (const [partition, offset, record] of values) {
      this.#rows.push({ logId: String(logId), topic: expected, partition, offset, record });
    }
    if (!this.#inTransaction) this.commit();
    return { rows: [], rowsAffected: values.length };
  }
}

const rowsOf = (rows: Record<string, unknown>[]): Reply => ({ rows, rowsAffected: 0 });

const refusal = (message: string): SnowflakeError => new SnowflakeError(message, DOES_NOT_EXIST, null, null);

function addedPositions(seen: Positions, [logId, json]: readonly Bind[]): PositionRow[] {
  const wanted = JSON.parse(String(json)) as [Topic, number][];
  return wanted
    .map(([topic, partition]) => ({
      logId: String(logId),
      topic,
      partition,
      next: 0,
      lastMark: null,
      deliveryId: null,
    }))
    .filter((row) => !seen.has(keyOf(row)));
}

function movedPositions(seen: Positions, [json, logId]: readonly Bind[]): PositionRow[] {
  const moves = JSON.parse(String(json)) as [Topic, number, number, number, string | null, string][];
  return moves.flatMap(([topic, partition, expected, next, lastMark, deliveryId]) => {
    const before = seen.get(keyOf({ logId: String(logId), topic, partition }));
    return before?.next === expected
      ? [{ ...before, next, lastMark: lastMark ?? before.lastMark, deliveryId }]
      : [];
  });
}
