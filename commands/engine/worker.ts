/**
 * The engine's Worker: the log, the partition tasks, the read model and what live viewers are sent, in one thread, so that a
 * group of batches is handed over once.
 *
 * @module
 */
import type { Group } from "../../log/embedded/appender.ts";
import { EmbeddedLog } from "../../log/embedded/log.ts";
import type { LetterPlace, Log } from "../../log/port.ts";
import type { ActivityRecord, ControlEvent } from "../../log/records.ts";
import { Unavailable } from "../../log/unavailable.ts";
import type { ActivityFilter, LiveFilter, SessionDetail, SessionFilter } from "../../sinks/sqlite/answers.ts";
import { ReadModel } from "../../sinks/sqlite/read_model.ts";
import type { SessionEvent } from "../../stream/processor.ts";
import { formatPosition, LiveChannels, type LiveQuery } from "../../web/live_channels.ts";
import { followControl, followEvents } from "./control.ts";
import { openKafkaLog } from "./kafka_log.ts";
import { Processors } from "./processors.ts";
import { type Loading, startLoading } from "./snowflake.ts";
import type {
  CallName,
  Calls,
  EngineOptions,
  EngineStats,
  Failure,
  FromEngine,
  Subscription,
  ToEngine,
} from "./protocol.ts";
import { RecentActivity } from "./recent.ts";
import { visibleRuns } from "./visible.ts";

/** How often the read model writes a slice, ms. */
const READ_MODEL_INTERVAL_MS = 250;
/** How long to wait before the log is asked again for what the read model lacks, ms. */
const FILL_RETRY_MS = 1000;

const scope = self as unknown as {
  postMessage(message: FromEngine, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToEngine>) => void) | null;
};
const post = (message: FromEngine, transfer: Transferable[] = []) => scope.postMessage(message, transfer);

/** The log, whichever it is. */
interface OpenLog {
  log: Log;
  /** Takes groups of batches; null with Kafka, which gets them from the HTTP thread. */
  embedded: EmbeddedLog | null;
}

async function openLog(options: EngineOptions): Promise<OpenLog> {
  const { dataDir, partitions, retentionMs, retentionBytes, maxPastMs } = options;
  if (options.kafka) {
    const log = await openKafkaLog(options.kafka, options);
    return { log, embedded: null };
  }
  const log = fromDataDir(dataDir, () => {
    const path = `${dataDir}/log.db`;
    return new EmbeddedLog({ path, partitions, retentionMs, retentionBytes, seenMs: maxPastMs });
  });
  return { log, embedded: log };
}

function openReadModel({ dataDir, partitions, slideMs, sessionIdleMs }: EngineOptions, log: Log): ReadModel {
  const path = `${dataDir}/view.db`;
  return fromDataDir(
    dataDir,
    () => new ReadModel({ path, logId: log.id, partitions, slideMs, sessionIdleMs }),
  );
}

function fromDataDir<T>(dataDir: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new Error(`the data in ${dataDir} cannot be opened: ${(error as Error).message}`, { cause: error });
  }
}

/** Everything that runs in the Worker, started in order. */
class EngineHost {
  readonly #options: EngineOptions;
  readonly #log: Log;
  readonly #embedded: EmbeddedLog | null;
  readonly #readModel: ReadModel;
  readonly #recent: RecentActivity;
  readonly #channels = new LiveChannels((channel, frame) =>
    post({ kind: "frame", channel, frame }, [frame.buffer])
  );
  readonly #processors = new Processors();
  #loading: Loading | null = null;
  readonly #timer: ReturnType<typeof setInterval>;
  #writeTrouble: string | null = null;
  #fillTrouble: string | null = null;
  #closing = false;

  private constructor(options: EngineOptions, { log, embedded }: OpenLog, recent: RecentActivity) {
    this.#options = options;
    this.#log = log;
    this.#embedded = embedded;
    this.#recent = recent;
    this.#readModel = openReadModel(options, log);
    this.#timer = setInterval(() => this.#advance(), READ_MODEL_INTERVAL_MS);
  }

  /** Opens the log and the read model. @throws Error when one of them cannot be used */
  static async open(options: EngineOptions): Promise<EngineHost> {
    const opened = await openLog(options);
    const recent = new RecentActivity(await opened.log.extents("processed_activity"));
    return new EngineHost(options, opened, recent);
  }

  async start(): Promise<void> {
    await followEvents(this.#log, (event) => this.#readModel.fold(event), fail);
    const isHidden = (record: ActivityRecord) => this.#readModel.isHidden(record.deviceId, record.sessionId);
    await this.#log.tailActivity(this.#recent.from, (records, partition, ends) => {
      for (const run of visibleRuns(records, partition, ends, isHidden)) {
        this.#recent.add(run.records, partition, run.ends);
        this.#channels.publish(run.records, partition, run.ends);
      }
    });
    this.#fillReadModel();
    const { runsTasks, snowflake } = this.#options;
    if (runsTasks) {
      const control = await followControl(this.#log, fail);
      await this.#processors.run(this.#log, this.#options, control, (event) => this.#onSession(event));
    }
    if (snowflake) this.#loading = startLoading(this.#log, snowflake);
  }

  #onSession({ status, deviceId, sessionId, at }: SessionEvent): void {
    // A session's last windows come back from Kafka later than this; that it is silent shows that it has ended.
    if (status === "closed" && this.#embedded === null) return;
    this.#readModel.note(status, deviceId, sessionId, at);
    if (this.#readModel.isHidden(deviceId, sessionId)) return;
    this.#channels.note({ status, at, session: { deviceId, sessionId } });
  }

  /** A read model that was deleted may take minutes: phones need not wait for it. */
  async #fillReadModel(): Promise<void> {
    this.#readModel.catchingUp = true;
    while (!this.#closing && !await this.#followActivity()) await delay(FILL_RETRY_MS);
    this.#readModel.catchingUp = false;
  }

  /** Lets the read model have everything from its position on. @returns whether it has caught up and follows the log */
  async #followActivity(): Promise<boolean> {
    try {
      await this.#log.tailActivity(
        this.#readModel.position,
        (records, partition, ends) => this.#readModel.apply(records, partition, ends),
      );
      this.#fillTrouble = null;
      return true;
    } catch (error) {
      this.#fillTrouble = `the read model cannot be filled: ${(error as Error).message}`;
      return false;
    }
  }

  commit(group: Group): void {
    const { buffer } = group;
    try {
      const duplicates = this.#embedded!.commitGroup(group);
      post({ kind: "committed", duplicates, buffer }, [buffer]);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      post({ kind: "notCommitted", failure: asFailure(error), buffer }, [buffer]);
    }
  }

  async call(name: CallName, args: unknown[]): Promise<unknown> {
    const { queries } = this.#readModel;
    switch (name) {
      case "sessions":
        return queries.sessions(args[0] as SessionFilter);
      case "session":
        return this.#session(...args as Calls["session"]);
      case "series":
        return queries.series(...args as Calls["series"]);
      case "activity":
        return queries.activity(args[0] as ActivityFilter);
      case "live":
        return { ...queries.live(args[0] as LiveFilter), position: formatPosition(this.#readModel.position) };
      case "appendControl":
        return await this.#log.appendControl(args[0] as ControlEvent);
      case "tailControl": {
        const tail = args[0] as number;
        return await this.#log.tailControl((event) => post({ kind: "control", tail, event }));
      }
      case "readDeadLetters":
        return await this.#log.readDeadLetters(args[0] as number);
      case "readDeadLetter":
        return await this.#log.readDeadLetter(args[0] as LetterPlace);
      case "discardDeadLetters":
        return await this.#log.discardDeadLetters(args[0] as readonly LetterPlace[], args[1] as string);
      case "subscribe":
        return this.#subscribe(args[0] as LiveQuery, args[1] as string | null);
      case "unsubscribe":
        return this.#channels.close(args[0] as string);
      case "stats":
        return this.#stats();
      case "close":
        return await this.#close();
    }
  }

  #session(sessionId: string, deviceId: string | undefined): SessionDetail | null {
    const session = this.#readModel.queries.session(sessionId, deviceId);
    return session &&
      { ...session, counts: this.#processors.countersOf(session.deviceId, session.sessionId) };
  }

  /** In one step, so that no frame is lost between what was missed and the channel's. */
  #subscribe(query: LiveQuery, lastEventId: string | null): Subscription {
    const channel = this.#channels.open(query, this.#recent.ends);
    return { channel, missed: this.#recent.missed(query, lastEventId) };
  }

  #stats(): EngineStats {
    return {
      status: this.#log.status(),
      tasks: this.#options.runsTasks ? this.#processors.figures() : null,
      snowflake: this.#loading?.status() ?? null,
      readModel: {
        isFilling: this.#readModel.catchingUp,
        trouble: this.#writeTrouble ?? this.#fillTrouble,
      },
    };
  }

  #advance(): void {
    try {
      this.#readModel.advance();
      this.#writeTrouble = null;
    } catch (error) {
      // What could not be written stays in memory and in the log, and is tried again.
      this.#writeTrouble = `the read model could not be written: ${(error as Error).message}`;
    }
  }

  async #close(): Promise<void> {
    this.#closing = true;
    await this.#loading?.close();
    await this.#log.close();
    clearInterval(this.#timer);
    this.#readModel.close();
  }
}

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function asFailure(error: unknown): Failure {
  const { name, message, stack } = error as Error;
  if (error instanceof Unavailable) {
    return { name, message, detail: error.detail, retryAfterS: error.retryAfterS };
  }
  return {
    name,
    message: name === "Error" || name === "Conflict" || name === "RangeError" ? message : stack ?? message,
  };
}

/** The engine cannot go on. */
const fail = (error: unknown) => post({ kind: "fatal", failure: asFailure(error) });

let host: EngineHost | undefined;

scope.onmessage = async ({ data }) => {
  try {
    if (data.kind === "group") host!.commit(data.group);
    else if (data.kind === "start") {
      host = await EngineHost.open(data.options);
      await host.start();
      post({ kind: "started" });
    }
  } catch (error) {
    fail(error);
  }
  if (data.kind !== "call") return;
  try {
    post({ kind: "answer", id: data.id, value: await host!.call(data.name, data.args) });
  } catch (error) {
    post({ kind: "failure", id: data.id, failure: asFailure(error) });
  }
};
