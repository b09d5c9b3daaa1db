import { DatabaseSync } from "node:sqlite";
import {
  type ContractLog,
  type Found,
  type SinkHarness,
  testSinkContract,
  topicDeviceMessage,
} from "../sink_contract.ts";
import { ReadModel } from "./read_model.ts";

const TOPIC = "processed_activity";
/** Longer than the read model leaves anything unwritten. */
const CYCLE_MS = 15_000;
const START_MS = 1_767_225_600_000;

/** The read model, which follows its log as the engine's Worker lets it. */
class ReadModelHarness implements SinkHarness {
  readonly topics = [TOPIC] as const;
  #nowMs = START_MS;
  #log: Pick<ContractLog, "id" | "partitions"> = { id: "embedded", partitions: 0 };
  #model: ReadModel | null = null;
  #folder = Deno.makeTempDirSync({ prefix: "view-" });
  readonly #folders = [this.#folder];

  async start(log: ContractLog): Promise<void> {
    this.#log = log;
    const model = this.#model = this.#open();
    await log.tailActivity(model.position, (records, partition, ends) => {
      // A log goes on telling a process that is gone in this test only.
      if (model === this.#model) model.apply(records, partition, ends);
    });
  }

  stop(): Promise<void> {
    this.#model?.close();
    this.#model = null;
    return Promise.resolve();
  }

  async kill(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) this.#advance();
    const folder = this.#copy();
    await this.stop();
    this.#folder = folder;
  }

  settle(): Promise<void> {
    for (let i = 0; i < 3; i++) this.#advance();
    return Promise.resolve();
  }

  refuse(): void {
    this.#execute(
      "CREATE TRIGGER refuse BEFORE INSERT ON position BEGIN SELECT RAISE(ABORT, 'refused'); END",
    );
  }

  mend(): void {
    this.#execute("DROP TRIGGER IF EXISTS refuse");
  }

  empty(): Promise<void> {
    this.#folder = this.#newFolder();
    return Promise.resolve();
  }

  look(): Promise<Found> {
    const folder = this.#folder;
    this.#folder = this.#copy();
    this.mend();
    const model = this.#open();
    this.#folder = folder;
    const { items } = model.queries.activity({ limit: 10_000 });
    const positions = { [TOPIC]: [...model.position] };
    model.close();
    const rows = items.map(({ deviceId, messageId }) => topicDeviceMessage(TOPIC, deviceId, messageId));
    return Promise.resolve({ rows, positions });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    for (const folder of this.#folders) Deno.removeSync(folder, { recursive: true });
  }

  #open(): ReadModel {
    const { id: logId, partitions } = this.#log;
    const options = {
      path: `${this.#folder}/view.db`,
      logId,
      partitions,
      slideMs: 1000,
      sessionIdleMs: 30_000,
    };
    return new ReadModel(options, () => this.#nowMs);
  }

  #advance(): void {
    this.#nowMs += CYCLE_MS;
    try {
      this.#model!.advance();
    } catch (error) {
      if (!(error instanceof Error && error.message === "refused")) throw error;
    }
  }

  #execute(sql: string): void {
    using db = new DatabaseSync(`${this.#folder}/view.db`);
    db.exec(sql);
  }

  /** What a process finds that starts after this one was killed now. */
  #copy(): string {
    const folder = this.#newFolder();
    for (const { name } of Deno.readDirSync(this.#folder)) {
      if (!name.endsWith("-shm")) Deno.copyFileSync(`${this.#folder}/${name}`, `${folder}/${name}`);
    }
    return folder;
  }

  #newFolder(): string {
    const folder = Deno.makeTempDirSync({ prefix: "view-" });
    this.#folders.push(folder);
    return folder;
  }
}

testSinkContract("read model", () => new ReadModelHarness());
