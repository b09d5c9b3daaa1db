/**
 * The engine as the HTTP thread sees it: appends are collected into groups and handed to the Worker, or to Kafka; questions are
 * answered by the Worker.
 *
 * @module
 */
import { Appender, type Group } from "../../log/embedded/appender.ts";
import type { KafkaAppender } from "../../log/kafka/appender.ts";
import type { Appended, DeadLetter, LetterPlace, WholeLetter } from "../../log/port.ts";
import { Conflict } from "../../log/port.ts";
import type { ControlEvent, ReadingBatch } from "../../log/records.ts";
import { Unavailable } from "../../log/unavailable.ts";
import type { Store } from "../../sinks/sqlite/answers.ts";
import type { LiveQuery } from "../../web/live_channels.ts";
import { openKafkaAppender } from "./kafka_log.ts";
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

export class EngineClient {
  readonly #worker: Worker;
  /** Groups for the embedded engine. */
  readonly #appender: Appender;
  #kafka: KafkaAppender | null = null;
  readonly #onFatal: (error: Error) => void;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  #lastCall = 0;
  readonly #controlListeners: ((event: ControlEvent) => void)[] = [];
  #commit: PromiseWithResolvers<readonly number[]> | null = null;
  #running = false;
  #failed: Error | null = null;
  readonly #started = Promise.withResolvers<void>();

  /** Takes bytes for every viewer of a live channel; nobody views before someone subscribes. */
  onFrame: (channel: string, frame: Uint8Array) => void = () => {};

  private constructor(options: EngineOptions, onFatal: (error: Error) => void) {
    this.#onFatal = onFatal;
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "engine" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromEngine>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new Error(`the engine stopped: ${event.message}`));
    };
    this.#appender = new Appender(options.partitions, (group) => this.#send(group));
    this.#post({ kind: "start", options });
  }

  /**
   * Starts the Worker and waits until it is ready.
   *
   * @param onFatal called when the engine cannot go on later: the process must end
   * @throws Error when the data folder or Kafka cannot be used
   */
  static async start(options: EngineOptions, onFatal: (error: Error) => void): Promise<EngineClient> {
    const client = new EngineClient(options, onFatal);
    await client.#started.promise;
    // After the Worker, which makes the topics.
    if (options.kafka) client.#kafka = await openKafkaAppender(options.kafka, options);
    return client;
  }

  /** @throws Unavailable when nothing was stored */
  append(batch: ReadingBatch): Promise<Appended> {
    return (this.#kafka ?? this.#appender).append(batch);
  }

  /** What keeps Kafka from taking batches and what to check; null when all is well, and for the embedded engine. */
  get appendTrouble(): string | null {
    return this.#kafka?.trouble ?? null;
  }

  /** @throws Conflict when someone changed the entity in between */
  async appendControl(event: ControlEvent): Promise<void> {
    await this.#call("appendControl", event);
  }

  /** See `Log.tailControl`; a listener that throws stops the engine. */
  async tailControl(listener: (event: ControlEvent) => void): Promise<void> {
    const tail = this.#controlListeners.push(listener) - 1;
    await this.#call("tailControl", tail);
  }

  async readDeadLetters(limit: number): Promise<DeadLetter[]> {
    return await this.#call("readDeadLetters", limit) as DeadLetter[];
  }

  async readDeadLetter(place: LetterPlace): Promise<WholeLetter | null> {
    return await this.#call("readDeadLetter", place) as WholeLetter | null;
  }

  async discardDeadLetters(places: readonly LetterPlace[], by: string): Promise<number> {
    return await this.#call("discardDeadLetters", places, by) as number;
  }

  async subscribe(query: LiveQuery, lastEventId: string | null): Promise<Subscription> {
    return await this.#call("subscribe", query, lastEventId) as Subscription;
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#call("unsubscribe", channel);
  }

  async stats(): Promise<EngineStats> {
    return await this.#call("stats") as EngineStats;
  }

  /** The read model's questions, answered by the Worker. */
  readonly store: Store = {
    sessions: (filter) => this.#call("sessions", filter) as ReturnType<Store["sessions"]>,
    session: (sessionId, deviceId) =>
      this.#call("session", sessionId, deviceId) as ReturnType<Store["session"]>,
    series: (...args) => this.#call("series", ...args) as ReturnType<Store["series"]>,
    activity: (filter) => this.#call("activity", filter) as ReturnType<Store["activity"]>,
    live: (options) => this.#call("live", options) as ReturnType<Store["live"]>,
  };

  /** Commits what waits, lets the tasks finish, and ends the Worker. */
  async close(): Promise<void> {
    await this.#appender.close();
    await this.#kafka?.close();
    await this.#call("close");
    this.#worker.terminate();
  }

  #post(message: ToEngine, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #send(group: Group): Promise<readonly number[]> {
    if (this.#failed) return Promise.reject(hasFailed());
    this.#commit = Promise.withResolvers();
    this.#post({ kind: "group", group }, [group.buffer]);
    return this.#commit.promise;
  }

  #call<N extends CallName>(name: N, ...args: Calls[N]): Promise<unknown> {
    if (this.#failed) return Promise.reject(this.#failed);
    const id = ++this.#lastCall;
    const answer = Promise.withResolvers<unknown>();
    this.#calls.set(id, answer);
    this.#post({ kind: "call", id, name, args });
    return answer.promise;
  }

  #receive(message: FromEngine): void {
    switch (message.kind) {
      case "committed":
        this.#appender.recycle(message.buffer);
        return this.#commit?.resolve(message.duplicates);
      case "notCommitted":
        this.#appender.recycle(message.buffer);
        return this.#commit?.reject(asError(message.failure));
      case "control":
        return this.#onControl(message.tail, message.event);
      case "frame":
        return this.onFrame(message.channel, message.frame);
      case "answer":
        this.#calls.get(message.id)?.resolve(message.value);
        this.#calls.delete(message.id);
        return;
      case "failure":
        this.#calls.get(message.id)?.reject(asError(message.failure));
        this.#calls.delete(message.id);
        return;
      case "started":
        this.#running = true;
        return this.#started.resolve();
      case "fatal":
        return this.#fail(asError(message.failure));
    }
  }

  #onControl(tail: number, event: ControlEvent): void {
    try {
      this.#controlListeners[tail](event);
    } catch (error) {
      // Going on would mean going on without the change, such as with a revoked key.
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.#commit?.reject(hasFailed());
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
    this.#failed = error;
    this.#started.reject(error);
    if (this.#running) this.#onFatal(error);
  }
}

const hasFailed = () => new Unavailable("the server has failed and is stopping: nothing was stored", 5);

function asError({ name, message, detail, retryAfterS }: Failure): Error {
  if (name === "Unavailable") return new Unavailable(detail ?? message, retryAfterS ?? 1);
  if (name === "Conflict") return new Conflict(message);
  if (name === "RangeError") return new RangeError(message);
  return new Error(message);
}
