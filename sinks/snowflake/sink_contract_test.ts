import type { Log } from "../../log/port.ts";
import { type Found, type SinkHarness, testSinkContract, topicDeviceMessage } from "../sink_contract.ts";
import type { SinkLog } from "../port.ts";
import { type Connection, SnowflakeError, Unanswered } from "./driver/connection.ts";
import { SnowflakeLoader } from "./loader.ts";
import { SINK_TOPICS } from "./target.ts";
import { FakeSnowflake } from "./testing/fake_snowflake.ts";
import { TestClock } from "./testing/test_clock.ts";

const FLUSH_MS = 10_000;
/** Longer than any wait between two tries, and a flush. */
const SETTLE_MS = 400_000;
const WAREHOUSE_ASLEEP = 90_073;

const SETTINGS = {
  account: "ORG-ACCOUNT",
  user: "SINK",
  role: "LOADER",
  warehouse: "LOAD_WH",
  privateKeyPath: "key.p8",
  passphrase: null,
  url: null,
  bufferCountRecords: 15,
  bufferSizeBytes: 100_000,
  bufferFlushMs: FLUSH_MS,
};

/** What a process has to do with Snowflake, until it is killed: statements it may still send. */
class Wire {
  left = Infinity;
  readonly #snowflake: FakeSnowflake;
  readonly #open = new Set<Connection>();

  constructor(snowflake: FakeSnowflake) {
    this.#snowflake = snowflake;
  }

  connect = async (): Promise<Connection> => {
    if (this.left <= 0) throw new Unanswered("killed");
    const connection = await this.#snowflake.connect();
    this.#open.add(connection);
    return {
      execute: async (sql, binds, deadlineMs) => {
        if (this.left <= 0) throw new Unanswered("killed");
        this.left--;
        const reply = await connection.execute(sql, binds, deadlineMs);
        if (this.left > 0) return reply;
        // What it sent was done, and it never knew.
        await this.cut();
        throw new Unanswered("killed");
      },
      close: () => connection.close(),
    };
  };

  /** Snowflake ends the sessions of a process that is gone. */
  async cut(): Promise<void> {
    this.left = 0;
    for (const connection of this.#open) await connection.close();
  }
}

class SnowflakeHarness implements SinkHarness {
  readonly topics = SINK_TOPICS;
  readonly #snowflake = new FakeSnowflake();
  readonly #said = console.error;
  #log: SinkLog | null = null;
  #run: { loader: SnowflakeLoader; clock: TestClock; wire: Wire } | null = null;

  constructor() {
    console.error = () => {};
  }

  start(log: SinkLog & Pick<Log, "tailActivity">): Promise<void> {
    const clock = new TestClock();
    const wire = new Wire(this.#snowflake);
    const loader = new SnowflakeLoader({ log, settings: SETTINGS, connect: wire.connect, clock });
    loader.start();
    this.#log = log;
    this.#run = { loader, clock, wire };
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.#run?.loader.close();
    this.#run = null;
  }

  async kill(steps: number): Promise<void> {
    const { clock, wire } = this.#run!;
    wire.left = steps;
    if (steps > 0) await clock.pass(2 * FLUSH_MS);
    await wire.cut();
    await this.stop();
  }

  async settle(): Promise<void> {
    await this.#run!.clock.pass(SETTLE_MS);
  }

  refuse(): void {
    this.#snowflake.down = new SnowflakeError("the warehouse is asleep", WAREHOUSE_ASLEEP, null, null);
  }

  mend(): void {
    this.#snowflake.mend();
  }

  empty(): Promise<void> {
    this.#snowflake.empty();
    return Promise.resolve();
  }

  look(): Promise<Found> {
    const { id, partitions } = this.#log!;
    const positions = Object.fromEntries(SINK_TOPICS.map((topic) => [
      topic,
      Array.from({ length: partitions }, (_, partition) => this.#snowflake.position(topic, partition, id)),
    ]));
    const rows = this.#snowflake.rows
      .map(({ topic, record }) => topicDeviceMessage(topic, record.deviceId, record.messageId));
    return Promise.resolve({ rows, positions });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    console.error = this.#said;
  }
}

testSinkContract("snowflake", () => new SnowflakeHarness());
