/**
 * The engine's Worker: the log, the partition tasks, the read model and what live viewers are sent, in one thread, so that a
 * group of batches is handed over once.
 *
 * @module
 */
import type { Group } from "../../log/embedded/appender.ts";
import { EmbeddedLog } from "../../log/embedded/log.ts";
import type { ControlEvent } from "../../log/records.ts";
import { Unavailable } from "../../log/unavailable.ts";
import type { ActivityFilter, LiveFilter, SessionFilter } from "../../sinks/sqlite/answers.ts";
import { ReadModel } from "../../sinks/sqlite/read_model.ts";
import { Processor } from "../../stream/processor.ts";
import { DEFAULT_THRESHOLDS } from "../../stream/thresholds.ts";
import { formatPosition, LiveChannels, type LiveQuery } from "../../web/live_channels.ts";
import type {
  CallName,
  EngineOptions,
  EngineStats,
  Failure,
  FromEngine,
  Subscription,
  ToEngine,
} from "./protocol.ts";
import { missedFrames } from "./resume.ts";

/** How often the read model writes a slice, ms. */
const READ_MODEL_INTERVAL_MS = 250;

const scope = self as unknown as {
  postMessage(message: FromEngine, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToEngine>) => void) | null;
};
const post = (message: FromEngine, transfer: Transferable[] = []) => scope.postMessage(message, transfer);

/** Everything that runs in the Worker, started in order. */
class EngineHost {
  readonly #log: EmbeddedLog;
  readonly #readModel: ReadModel;
  readonly #channels = new LiveChannels((channel, frame) =>
    post({ kind: "frame", channel, frame }, [frame.buffer])
  );
  readonly #processors: Processor[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  #readModelTrouble: string | null = null;

  constructor(readonly options: EngineOptions) {
    const { dataDir, partitions, slideMs, sessionIdleMs, retentionMs, retentionBytes, maxPastMs } = options;
    const path = `${dataDir}/log.db`;
    this.#log = new EmbeddedLog({ path, partitions, retentionMs, retentionBytes, seenMs: maxPastMs });
    this.#readModel = new ReadModel({ path: `${dataDir}/view.db`, partitions, slideMs, sessionIdleMs });
    this.#timer = setInterval(() => this.#advance(), READ_MODEL_INTERVAL_MS);
  }

  async start(): Promise<void> {
    await this.#log.tailActivity(this.#log.activityEnds(), (records, partition, ends) => {
      this.#channels.publish(records, partition, ends);
    });
    this.#fillReadModel();
    const { windowMs, slideMs, latenessMs, sessionIdleMs } = this.options;
    await this.#log.run((context) => {
      const processor = new Processor(context, {
        settings: { windowMs, slideMs, latenessMs, sessionIdleMs },
        thresholds: DEFAULT_THRESHOLDS,
        onSession: ({ status, deviceId, sessionId, at }) => {
          this.#readModel.note(status, deviceId, sessionId, at);
          this.#channels.note({ status, at, session: { deviceId, sessionId } });
        },
        nowMs: Date.now(),
      });
      this.#processors.push(processor);
      return processor;
    });
  }

  /** A read model that was deleted may take minutes: phones need not wait for it. */
  async #fillReadModel(): Promise<void> {
    this.#readModel.catchingUp = true;
    await this.#log.tailActivity(
      this.#readModel.position,
      (records, partition, ends) => this.#readModel.apply(records, partition, ends),
    );
    this.#readModel.catchingUp = false;
  }

  commit(group: Group): void {
    const { buffer } = group;
    try {
      const duplicates = this.#log.commitGroup(group);
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
        return queries.session(args[0] as string, args[1] as string | undefined);
      case "activity":
        return queries.activity(args[0] as ActivityFilter);
      case "live":
        return { ...queries.live(args[0] as LiveFilter), position: formatPosition(this.#readModel.position) };
      case "appendControl":
        return await this.#log.appendControl(args[0] as ControlEvent);
      case "readControl":
        return await this.#log.readControl();
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

  #subscribe(query: LiveQuery, lastEventId: string | null): Subscription {
    const ends = this.#log.activityEnds();
    const channel = this.#channels.open(query, ends);
    return { channel, missed: missedFrames(this.#log, query, lastEventId, ends) };
  }

  #stats(): EngineStats {
    const raw = this.#log.rawExtents();
    let late = 0, duplicateReadings = 0, openSessions = 0;
    for (const processor of this.#processors) {
      const figures = processor.figures();
      openSessions += figures.openSessions;
      late += figures.late;
      duplicateReadings += figures.duplicates;
    }
    return {
      lagRecords: this.#log.lagRecords(),
      rawBegins: raw.map((extent) => extent.begin),
      rawEnds: raw.map((extent) => extent.end),
      activityEnds: this.#log.activityEnds(),
      openSessions,
      late,
      duplicateReadings,
      readModelFilling: this.#readModel.catchingUp,
      trouble: this.#log.trouble?.detail ?? this.#readModelTrouble,
    };
  }

  #advance(): void {
    try {
      this.#readModel.advance();
      this.#readModelTrouble = null;
    } catch (error) {
      // What could not be written stays in memory and in the log, and is tried again.
      this.#readModelTrouble = `the read model could not be written: ${(error as Error).message}`;
    }
  }

  async #close(): Promise<void> {
    await this.#log.close();
    clearInterval(this.#timer);
    this.#readModel.close();
  }
}

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

let host: EngineHost | undefined;

scope.onmessage = async ({ data }) => {
  try {
    if (data.kind === "group") host!.commit(data.group);
    else if (data.kind === "start") {
      host = new EngineHost(data.options);
      // The databases are open: nothing else is written.
      await Deno.permissions.revoke({ name: "write" });
      await host.start();
      post({ kind: "started" });
    }
  } catch (error) {
    post({ kind: "fatal", failure: asFailure(error) });
  }
  if (data.kind !== "call") return;
  try {
    post({ kind: "answer", id: data.id, value: await host!.call(data.name, data.args) });
  } catch (error) {
    post({ kind: "failure", id: data.id, failure: asFailure(error) });
  }
};
