/**
 * Embedded logs in temporary folders, for tests.
 *
 * @module
 */
import type { Log } from "../port.ts";
import type { LogHarness } from "../port_contract.ts";
import type { EngineSettings } from "./engine.ts";
import { EmbeddedLog } from "./log.ts";
import { SNAPSHOT_INTERVAL_MS } from "../task_driver.ts";

const HOUR_MS = 3_600_000;

/** Makes logs whose time is `nowMs`, and removes them in the end. */
export class EmbeddedHarness implements LogHarness {
  nowMs = 1_767_225_600_000;
  readonly #settings: Partial<EngineSettings>;
  readonly #folders: string[] = [];
  readonly #logs = new Map<Log, { log: EmbeddedLog; folder: string }>();

  constructor(settings: Partial<EngineSettings> = {}) {
    this.#settings = settings;
  }

  async open(): Promise<EmbeddedLog> {
    return this.#openIn(await this.#newFolder());
  }

  reopen(log: Log): Promise<EmbeddedLog> {
    return Promise.resolve(this.#openIn(this.#of(log).folder));
  }

  /** A kill leaves the files as they are between two system calls; those of one commit are never apart here. */
  async crash(log: Log): Promise<EmbeddedLog> {
    const { folder } = this.#of(log);
    const copy = await this.#newFolder();
    for (const { name } of Deno.readDirSync(folder)) {
      Deno.copyFileSync(`${folder}/${name}`, `${copy}/${name}`);
    }
    return this.#openIn(copy);
  }

  async settle(log: Log): Promise<void> {
    const { log: embedded } = this.#of(log);
    embedded.advance();
    while (embedded.status().lagRecords.some((lag) => lag > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      embedded.advance();
    }
  }

  refreshStatus(): Promise<void> {
    return Promise.resolve();
  }

  async snapshot(log: Log): Promise<void> {
    await this.settle(log);
    this.nowMs += SNAPSHOT_INTERVAL_MS;
    this.#of(log).log.advance();
  }

  /** The log's database file. */
  pathOf(log: Log): string {
    return `${this.#of(log).folder}/log.db`;
  }

  /** Leaves a log that could not be closed in order alone. */
  forget(log: Log): void {
    this.#logs.delete(log);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { log } of this.#logs.values()) await log.close();
    for (const folder of this.#folders) await Deno.remove(folder, { recursive: true });
  }

  #openIn(folder: string): EmbeddedLog {
    const log = new EmbeddedLog({
      path: `${folder}/log.db`,
      partitions: 4,
      retentionMs: 24 * HOUR_MS,
      retentionBytes: 1e9,
      seenMs: 24 * HOUR_MS,
      ...this.#settings,
    }, () => this.nowMs);
    this.#logs.set(log, { log, folder });
    return log;
  }

  async #newFolder(): Promise<string> {
    const folder = await Deno.makeTempDir({ prefix: "log-" });
    this.#folders.push(folder);
    return folder;
  }

  #of(log: Log): { log: EmbeddedLog; folder: string } {
    const own = this.#logs.get(log);
    if (!own) throw new Error("the log is not this harness's");
    return own;
  }
}
