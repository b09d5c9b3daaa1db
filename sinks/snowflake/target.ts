/**
 * The tables in Snowflake: where loading stands, and one transaction for each delivery.
 *
 * @module
 */
import { type Part, rowCount, statementTexts } from "./delivery.ts";
import type { Connection, Reply } from "./driver/connection.ts";
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
} from "./statements.ts";
import { SCHEMA_VERSION } from "./tables.ts";

export const SINK_TOPICS = ["raw_sensor_data", "processed_activity"] as const satisfies Topic[];

/** How long a statement may take, ms: a warehouse that slept needs some seconds, a large insert some more. */
const STATEMENT_MS = 120_000;
/**
 * Nobody waits for the lock of another one longer than this, s: it would be a process that still has the partition, or one that was
 * killed, whose session Snowflake ends.
 */
const LOCK_TIMEOUT_S = 60;
const SESSION = `ALTER SESSION SET LOCK_TIMEOUT = ${LOCK_TIMEOUT_S}, ABORT_DETACHED_QUERY = TRUE`;

/** Where loading of one partition stands. */
export interface Position {
  topic: Topic;
  partition: number;
  next: number;
  /** `mark` of the newest loaded row, null before the first. */
  lastMark: string | null;
}

const keyOf = ({ topic, partition }: Pick<Position, "topic" | "partition">): string =>
  `${topic}/${partition}`;

/** Someone else loaded the same rows in the meantime. */
export class Fenced extends Error {
  override name = "Fenced";
}

/** The tables are not the ones this program loads. */
export class WrongVersion extends Error {
  override name = "WrongVersion";
}

/** One session; of no use any more after an error that is not `Fenced` or a `SnowflakeError`. */
export class Target {
  readonly #connection: Connection;
  readonly #logId: string;
  /** Rows that stand for one partition, where there are several. */
  readonly #copies = new Map<string, number>();

  private constructor(connection: Connection, logId: string) {
    this.#connection = connection;
    this.#logId = logId;
  }

  /**
   * Connects and looks whether the tables are there.
   *
   * @throws WrongVersion, SnowflakeError, Unanswered
   */
  static async open(connect: () => Promise<Connection>, logId: string): Promise<Target> {
    const target = new Target(await connect(), logId);
    try {
      await target.#execute(SESSION);
      await target.#checkVersion();
    } catch (error) {
      await target.close();
      throw error;
    }
    return target;
  }

  /**
   * Where loading of these partitions stands, of both topics; those that are new begin at 0.
   *
   * Two processes that see a new partition at the same time can both add its row, which nothing in Snowflake keeps them from. The
   * one that is farthest counts, and those that stand there move together.
   */
  async positions(partitions: readonly number[]): Promise<Position[]> {
    const wanted = SINK_TOPICS.flatMap((topic) => partitions.map((partition) => [topic, partition] as const));
    let known = await this.#readPositions();
    const isKnown = ([topic, partition]: readonly [Topic, number]) =>
      known.some((each) => each.topic === topic && each.partition === partition);
    if (!wanted.every(isKnown)) {
      await this.#execute(ADD_POSITIONS, [this.#logId, JSON.stringify(wanted)]);
      known = await this.#readPositions();
    }
    return this.#farthest(known.filter(({ partition }) => partitions.includes(partition)));
  }

  /**
   * Loads rows and moves on, all or nothing.
   *
   * @throws Fenced when the tables are not where the parts begin; SnowflakeError: nothing was loaded; Unanswered: the positions
   * tell
   */
  async deliver(parts: readonly Part[]): Promise<void> {
    const deliveryId = crypto.randomUUID();
    await this.#execute(BEGIN);
    try {
      await this.#execute(LOCK_POSITIONS, [this.#logId]);
      const moves = parts.map((
        { topic, partition, from, next, rows },
      ) => [topic, partition, from, next, rows.at(-1)?.mark ?? null, deliveryId]);
      const { rowsAffected } = await this.#execute(MOVE_POSITIONS, [JSON.stringify(moves), this.#logId]);
      const expected = parts.reduce((sum, part) => sum + (this.#copies.get(keyOf(part)) ?? 1), 0);
      if (rowsAffected !== expected) {
        throw new Fenced(`${rowsAffected} of ${expected} positions are where this delivery begins`);
      }
      for (const topic of SINK_TOPICS) {
        await this.#insert(topic, deliveryId, parts.filter((part) => part.topic === topic));
      }
      await this.#execute(COMMIT);
    } catch (error) {
      // After an Unanswered there is no session to roll back, and its end does it.
      if (error instanceof Error && error.name !== "Unanswered") await this.#execute(ROLLBACK);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #insert(topic: Topic, deliveryId: string, parts: readonly Part[]): Promise<void> {
    let inserted = 0;
    for (const { json } of statementTexts(parts)) {
      const binds = [topic, this.#logId, topic, json, this.#logId, deliveryId];
      const { rowsAffected } = await this.#execute(INSERT_DELIVERED[topic], binds);
      inserted += rowsAffected;
    }
    const expected = rowCount(parts);
    if (inserted !== expected) {
      throw new Error(
        `Snowflake took ${inserted} of ${expected} rows of ${topic}, because it had ended the transaction: nothing was loaded`,
      );
    }
  }

  #farthest(rows: readonly Position[]): Position[] {
    const farthest = new Map<string, Position>();
    this.#copies.clear();
    for (const row of rows) {
      const key = keyOf(row);
      const other = farthest.get(key);
      if (other && other.next > row.next) continue;
      this.#copies.set(key, other?.next === row.next ? this.#copies.get(key)! + 1 : 1);
      farthest.set(key, row);
    }
    return [...farthest.values()];
  }

  async #checkVersion(): Promise<void> {
    const { rows } = await this.#execute(READ_VERSION);
    const version = Number(rows[0]?.VERSION ?? 0);
    if (version < SCHEMA_VERSION) {
      throw new WrongVersion(
        `the tables in Snowflake have version ${version}, this program needs ${SCHEMA_VERSION}: run what ` +
          "deno task snowflake:ddl prints",
      );
    }
    if (version > SCHEMA_VERSION) {
      throw new WrongVersion(
        `the tables in Snowflake have version ${version}, this program knows ${SCHEMA_VERSION}: update the program`,
      );
    }
  }

  async #readPositions(): Promise<Position[]> {
    const { rows } = await this.#execute(READ_POSITIONS, [this.#logId]);
    return rows.map((row) => ({
      topic: row.KAFKA_TOPIC as Topic,
      partition: Number(row.KAFKA_PARTITION),
      next: Number(row.NEXT_OFFSET),
      lastMark: row.LAST_MESSAGE as string | null,
    }));
  }

  #execute(sql: string, binds: readonly (string | number)[] = []): Promise<Reply> {
    return this.#connection.execute(sql, binds, STATEMENT_MS);
  }
}
