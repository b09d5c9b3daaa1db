/**
 * Loads both topics into Snowflake. The position stands in Snowflake and moves in the transaction that brings the rows, so whatever
 * happens to this process, to another one or to the connection, each record is there once.
 *
 * Records wait for one another, since each load wakes the warehouse; between loads there is no connection, so that it can sleep.
 *
 * @module
 */
import { atMost } from "../../log/at_most.ts";
import type { Share } from "../../log/port.ts";
import { Unavailable } from "../../log/unavailable.ts";
import { newSinkStatus, type SinkLog, type SinkStatus } from "../port.ts";
import { halve, type Part, rowCount } from "./delivery.ts";
import type { Connection } from "./driver/connection.ts";
import { explain, type Explanation, isDataError } from "./explain.ts";
import type { SnowflakeSettings } from "./settings.ts";
import { Source } from "./source.ts";
import type { Topic } from "./statements.ts";
import { Fenced, Target, WrongVersion } from "./target.ts";

/** How often the log is asked for new records, ms. */
const POLL_MS = 1000;
/** The first try again comes after this, ms; each further one after twice as long. */
const RETRY_MS = { soon: 1000, later: 15_000 };
/** Longest wait between two tries, ms: a login costs nothing, and someone who mended it wants to see it go on. */
const MAX_RETRY_MS = { soon: 60_000, later: 300_000 };
/** Refused rows in a row that are set aside. Where so many are refused it is the table that is wrong: the log keeps the others. */
const MAX_REFUSED = 100;
/** So often in a row another process may be faster; one that was given up for dead does not go on for longer. */
const MAX_FENCED = 4;
/** What waits when the process stops is loaded if that takes no longer, ms; the next start does it otherwise. */
const CLOSE_MS = 8000;

/** Time, as the loader sees it. */
export interface Clock {
  /** ms since the Unix epoch. */
  nowMs(): number;
  /** Resolves after so long, or when `signal` says so. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface LoaderOptions {
  log: SinkLog;
  settings: SnowflakeSettings;
  connect: (settings: SnowflakeSettings) => Promise<Connection>;
  clock: Clock;
}

/** The table refuses so many rows that it must be the table. */
class TooManyRefused extends Error {
  override name = "TooManyRefused";
}

/** See the module's text. */
export class SnowflakeLoader {
  readonly #log: SinkLog;
  readonly #settings: SnowflakeSettings;
  readonly #connect: () => Promise<Connection>;
  readonly #clock: Clock;
  readonly #source: Source;
  readonly #stopping = new AbortController();
  #wake = new AbortController();
  #share: Share | null = null;
  #partitions: readonly number[] = [];
  /** Whether positions were read since partitions or the connection changed. */
  #isPositioned = false;
  #positionedAtMs = 0;
  #target: Target | null = null;
  #failures = 0;
  /** Per topic, since rows of it last came through, also over several tries. */
  readonly #refusedInARow: Record<Topic, number> = { raw_sensor_data: 0, processed_activity: 0 };
  #running: Promise<void> | null = null;
  #status = newSinkStatus();

  constructor({ log, settings, connect, clock }: LoaderOptions) {
    this.#log = log;
    this.#settings = settings;
    this.#connect = () => connect(settings);
    this.#clock = clock;
    const limits = { records: settings.bufferCountRecords, bytes: settings.bufferSizeBytes };
    this.#source = new Source(log, limits, () => clock.nowMs(), (topic, partition, records) => {
      this.#status.lostRecords += records;
      console.error(
        `${topic}/${partition}: ${records} records were deleted before they were loaded into Snowflake. Keep them longer: raise ` +
          "RETENTION_MS and RETENTION_BYTES, or with Kafka the topic's retention.ms and retention.bytes",
      );
    });
  }

  /** Begins to load; what is in the way is told by `status` and tried again. */
  start(): void {
    this.#running ??= this.#run();
  }

  status(): SinkStatus {
    return {
      ...this.#status,
      trouble: this.#status.trouble ?? this.#source.obstacle,
      lagRecords: this.#source.lagRecords,
    };
  }

  /** Loads what waits if that is soon done, and stops. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    if (this.#running) await atMost(CLOSE_MS, this.#running);
    await this.#disconnect();
    await this.#share?.close();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const waitMs = await this.#step();
      await this.#clock.sleep(waitMs, this.#wake.signal);
      if (this.#wake.signal.aborted && !this.#stopping.signal.aborted) this.#wake = new AbortController();
    }
    if (this.#isPositioned && this.#status.trouble === null) await this.#attempt(() => this.#deliver());
  }

  /** @returns how long to wait for the next, ms */
  async #step(): Promise<number> {
    let isBehind = false;
    const explanation = await this.#attempt(async () => {
      isBehind = await this.#advance();
    });
    if (explanation === null) return isBehind ? 0 : POLL_MS;
    const { retry } = explanation;
    const waitMs = Math.min(MAX_RETRY_MS[retry], RETRY_MS[retry] * 2 ** (this.#failures - 1));
    // Several processes that failed together do not try together again.
    return waitMs * (0.75 + Math.random() / 2);
  }

  /** @returns what went wrong, null: nothing */
  async #attempt(work: () => Promise<void>): Promise<Explanation | null> {
    try {
      await work();
      this.#failures = 0;
      this.#status.trouble = null;
      return null;
    } catch (error) {
      // Whatever was committed or not, the positions in Snowflake tell.
      this.#isPositioned = false;
      this.#source.clear();
      await this.#disconnect();
      this.#failures++;
      const explanation = this.#explain(error);
      if (!(error instanceof Fenced && this.#failures <= MAX_FENCED)) {
        if (this.#status.trouble !== explanation.message) console.error(`Snowflake: ${explanation.message}`);
        this.#status.trouble = explanation.message;
      }
      return explanation;
    }
  }

  #explain(error: unknown): Explanation {
    if (error instanceof WrongVersion || error instanceof TooManyRefused) {
      return { message: error.message, retry: "later" };
    }
    if (error instanceof Fenced) {
      return {
        message:
          `another process loads the same partitions of this log again and again (${error.message}): let only processes that ` +
          "share one log, by the same KAFKA_BROKERS and KAFKA_TOPIC_PREFIX, load into this account",
        retry: "soon",
      };
    }
    if (error instanceof Unavailable) return { message: error.detail, retry: "soon" };
    return explain(error, this.#settings);
  }

  /** @returns whether as much was held as may be, so that there may be more */
  async #advance(): Promise<boolean> {
    this.#share ??= await this.#log.share("snowflake", (partitions) => {
      this.#partitions = [...partitions];
      this.#isPositioned = false;
      this.#wake.abort();
    });
    if (this.#partitions.length === 0) {
      await this.#source.begin([]);
      await this.#disconnect();
      return false;
    }
    if (!this.#isPositioned) {
      // The lag is to grow before everyone's eyes while Snowflake does not answer.
      await this.#source.measure();
      await this.#position();
    }
    await this.#source.fill();
    const { oldestAtMs, isFull } = this.#source;
    if (isFull || (oldestAtMs !== null && this.#isDue(oldestAtMs))) await this.#deliver();
    if (this.#looksAgain()) this.#isPositioned = false;
    if (!isFull) await this.#disconnect();
    return isFull;
  }

  /** What failed does not wait for others again: only when it is loaded it shows that all is well. */
  #isDue(oldestAtMs: number): boolean {
    return this.#failures > 0 || this.#clock.nowMs() - oldestAtMs >= this.#settings.bufferFlushMs;
  }

  /** Whether an obstacle may have been taken away in Snowflake; not while other records wait, which would be read again. */
  #looksAgain(): boolean {
    const { obstacle, oldestAtMs } = this.#source;
    if (obstacle === null || oldestAtMs !== null) return false;
    return this.#clock.nowMs() - this.#positionedAtMs >= this.#settings.bufferFlushMs;
  }

  async #position(): Promise<void> {
    const partitions = this.#partitions;
    const target = await this.#connected();
    this.#isPositioned = true;
    this.#positionedAtMs = this.#clock.nowMs();
    await this.#source.begin(await target.positions(partitions));
  }

  async #deliver(): Promise<void> {
    const parts = this.#source.parts();
    if (parts.length === 0) return;
    const target = await this.#connected();
    await this.#deliverParts(target, parts);
    this.#source.delivered();
  }

  /** One transaction, or several where rows are refused: those are found by halving, and set aside. */
  async #deliverParts(target: Target, parts: readonly Part[]): Promise<void> {
    try {
      await target.deliver(parts);
    } catch (error) {
      if (!isDataError(error)) throw error;
      if (rowCount(parts) > 1) {
        for (const half of halve(parts)) await this.#deliverParts(target, half);
        return;
      }
      const part = parts.find(({ rows }) => rows.length > 0)!;
      const { topic } = part;
      if (this.#refusedInARow[topic] >= MAX_REFUSED) {
        throw new TooManyRefused(
          `Snowflake refused more than ${MAX_REFUSED} records of ${topic} in a row, the last because: ${error.message}; ` +
            "expected the tables as deno task snowflake:ddl makes them: run deno task snowflake:check",
        );
      }
      await this.#setAside(part, error.message);
      await target.deliver(parts.map((part) => ({ ...part, rows: [] })));
      this.#refusedInARow[topic]++;
      return;
    }
    this.#count(parts);
  }

  /** @param part with the one row that was refused */
  async #setAside({ topic, partition, rows: [row] }: Part, message: string): Promise<void> {
    const { offset, key, json: value } = row;
    const reason = `Snowflake refused it: ${message}`;
    await this.#log.setAside([{ topic, partition, offset, key, value, reason }]);
    this.#status.refusedRecords++;
  }

  #count(parts: readonly Part[]): void {
    const status = this.#status;
    status.deliveries++;
    status.deliveredRecords += rowCount(parts);
    for (const { topic, rows } of parts) {
      if (rows.length > 0) this.#refusedInARow[topic] = 0;
      status.deliveredBytes += rows.reduce((sum, { bytes }) => sum + bytes, 0);
    }
    status.lastDeliveryAtMs = this.#clock.nowMs();
  }

  async #connected(): Promise<Target> {
    return this.#target ??= await Target.open(this.#connect, this.#log.id);
  }

  async #disconnect(): Promise<void> {
    const target = this.#target;
    this.#target = null;
    await target?.close();
  }
}
