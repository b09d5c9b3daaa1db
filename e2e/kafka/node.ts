/**
 * One Kafka process.
 *
 * @module
 */
import { javaArgs, runTool, Tool } from "./java.ts";
import { liveNodes } from "./probe.ts";

/** Enough for tests; three nodes and the server share one machine. */
const HEAP = "-Xmx512m";
/** A node that is not ready by then has failed: 1 to 3 s alone, several times that on a busy machine, ms. */
const READY_MS = 60_000;
/** Between two questions whether it is ready, ms. */
const PROBE_MS = 50;
/** A node that stops in order takes 0.3 s; one without a quorum might wait for ever, ms. */
const STOP_MS = 20_000;
/** Lines of its log that an error shows. */
const LOG_LINES = 30;

/** Becomes java, so that its process id is the one written. */
const RUN = 'echo $$ >"$1/pid" && log="$1/broker.log" && shift && exec java "$@" >>"$log" 2>&1';

export interface NodeSettings {
  id: number;
  /** Its own: properties, data, log, and the process id while it runs. */
  folder: string;
  /** Of its PLAINTEXT listener on 127.0.0.1. */
  port: number;
  properties: Record<string, string>;
  jvmArgs: readonly string[];
}

/** A broker and controller in one process, which can be started again after it ended. */
export class KafkaNode {
  readonly #settings: NodeSettings;
  #child: Deno.ChildProcess | null = null;

  constructor(settings: NodeSettings) {
    this.#settings = settings;
  }

  get #propertiesPath(): string {
    return `${this.#settings.folder}/server.properties`;
  }

  /**
   * Makes its folder, unless it has one from an earlier time.
   *
   * @param formatArgs of `kafka-storage format`
   */
  async format(formatArgs: string[]): Promise<void> {
    const { folder, properties } = this.#settings;
    await Deno.mkdir(folder, { recursive: true });
    const all = Object.entries({ ...properties, "log.dirs": `${folder}/data` });
    await Deno.writeTextFile(this.#propertiesPath, all.map(([name, value]) => `${name}=${value}\n`).join(""));
    const args = ["--ignore-formatted", "--config", this.#propertiesPath, ...formatArgs];
    await runTool(Tool.storage, ["format", ...args]);
  }

  /**
   * Starts the process.
   *
   * @param others nodes that it has to see before it counts as ready
   * @throws Error with the end of its log when it ends or is not ready in time
   */
  async start(others: number[]): Promise<void> {
    if (this.#child !== null) throw new Error(`node ${this.#settings.id} runs already`);
    const { folder, jvmArgs } = this.#settings;
    const jvm = [HEAP, "-Dlog.level=info", ...jvmArgs];
    const java = javaArgs(jvm, "kafka.Kafka", [this.#propertiesPath]);
    const child = new Deno.Command("sh", {
      args: ["-c", RUN, "sh", folder, ...java],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    this.#child = child;
    child.status.then(() => {
      this.#child = null;
      Deno.removeSync(`${folder}/pid`);
    });
    await this.#ready(child, [this.#settings.id, ...others]);
  }

  async #ready(child: Deno.ChildProcess, expected: number[]): Promise<void> {
    const deadlineMs = performance.now() + READY_MS;
    let last: unknown;
    while (this.#child === child && performance.now() < deadlineMs) {
      try {
        const seen = await liveNodes(this.#settings.port);
        if (expected.every((id) => seen.includes(id))) return;
        last = `it sees nodes ${seen.join(", ")} of ${expected.join(", ")}`;
      } catch (error) {
        last = error;
      }
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
    }
    const why = this.#child === child
      ? `was not ready within ${READY_MS} ms (${last})`
      : "ended while starting";
    await this.kill();
    const log = await Deno.readTextFile(`${this.#settings.folder}/broker.log`);
    const end = log.trimEnd().split("\n").slice(-LOG_LINES).join("\n");
    throw new Error(`Kafka node ${this.#settings.id} ${why}; its log ends:\n${end}`);
  }

  /** Stops it in order: it hands over its partitions. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child?.kill("SIGKILL"), STOP_MS);
    await this.#end("SIGTERM");
    clearTimeout(timer);
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async #end(signal: Deno.Signal): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.kill(signal);
    await child.status;
  }

  /** Resolves when the process has ended; at once when there is none. */
  async ended(): Promise<void> {
    await this.#child?.status;
  }

  /** Freezes it: connections stay open and nothing answers. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  /** Ends a {@link pause}. */
  resume(): void {
    this.#child?.kill("SIGCONT");
  }
}
